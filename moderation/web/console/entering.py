"""Log in, in one step or two, and log out."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Annotated

import msgspec
import structlog
from flask import flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from moderation import moderators
from moderation.draft import NO_NUL
from moderation.store.tables import Moderator, Role
from moderation.web.console.blueprint import bp, login_here, needs
from moderation.web.console.tries import counted
from moderation.web.parsing import form
from moderation.web.state import state

log = structlog.get_logger()

# How long somebody may look for his telephone after the first step.
_BETWEEN_STEPS = timedelta(minutes=10)


class LoginForm(msgspec.Struct, frozen=True):
    """Who wants in."""

    name: Annotated[str, msgspec.Meta(pattern=NO_NUL)]
    password: str


class CodeForm(msgspec.Struct, frozen=True):
    """A one-time code or a recovery code."""

    code: Annotated[str, msgspec.Meta(max_length=100)]


@bp.get("/login")
def login() -> str:
    """Show the login page."""
    return login_page()


@bp.post("/login")
def login_submit() -> Response | tuple[str, HTTPStatus]:
    """Let a moderator in whose password is right, or ask for a code."""
    given = form(LoginForm)
    now = datetime.now(UTC)
    try:
        with (
            counted(given.name, "The password was wrong.", now=now),
            state().database.reading() as db,
        ):
            found = moderators.check(db, given.name, given.password)
    except moderators.TooManyFailures as error:
        return login_page(str(error), name=given.name), HTTPStatus.TOO_MANY_REQUESTS
    except moderators.WrongPassword as error:
        return login_page(str(error), name=given.name), HTTPStatus.UNAUTHORIZED
    return enter(found, details="", now=now)


@bp.get("/login/code")
def code() -> str | Response:
    """Ask for the code that the moderator's telephone shows."""
    return render_template("console/code.html") if _half_way() else _back_to_the_start()


@bp.post("/login/code")
def code_submit() -> Response | tuple[str, HTTPStatus]:
    """Let a moderator in who passed the first step, and whose code is right."""
    found = _half_way()
    if found is None:
        return _back_to_the_start()
    given = form(CodeForm)
    now = datetime.now(UTC)
    try:
        with (
            counted(found.name, "The code was wrong.", now=now),
            state().database.writing() as db,
        ):
            moderators.use_code(db, found, given.code, now=now)
            db.commit()
    except moderators.TooManyFailures as error:
        return _code_page(error), HTTPStatus.TOO_MANY_REQUESTS
    except moderators.WrongCode as error:
        return _code_page(error), HTTPStatus.UNAUTHORIZED
    return _open_login(found, session["half"]["details"], now=now)


@bp.post("/logout")
@needs(Role.READER)
def logout() -> Response:
    """End this browser's login."""
    with state().database.writing() as db:
        moderators.log_out(db, login_here(), now=datetime.now(UTC))
        db.commit()
    session.clear()
    answer = redirect(url_for("console.login"), code=303)
    # Nothing that was looked at stays in a browser that others use.
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


def login_page(error: str | None = None, *, name: str = "") -> str:
    """Show the login page, with what went wrong."""
    settings = state().settings
    provider = settings.oidc_name if settings.oidc_issuer else None
    return render_template("console/login.html", name=name, error=error, provider=provider)


def enter(found: Moderator, *, details: str, now: datetime) -> Response:
    """Let somebody in who passed the first step; whoever set up codes is asked for one before."""
    if found.code_secret is None:
        return _open_login(found, details, now=now)
    wanted = session.get("wanted")
    session.clear()
    session["wanted"] = wanted
    session["half"] = {
        "moderator_id": found.id,
        "until": (now + _BETWEEN_STEPS).timestamp(),
        "proof": _proof(found),
        "details": details,
    }
    return redirect(url_for("console.code"), code=303)


def _open_login(found: Moderator, details: str, *, now: datetime) -> Response:
    with state().database.writing() as db:
        token = moderators.log_in(
            db,
            found,
            hours=state().settings.login_hours,
            browser=request.headers.get("User-Agent"),
            address=request.remote_addr,
            details=details,
            now=now,
        )
        db.commit()
    wanted = session.get("wanted")
    # A fresh session: nothing that was set before the login goes on after it.
    session.clear()
    session["token"] = token
    log.info("logged_in", moderator_id=found.id)
    return redirect(wanted or url_for("console.queue"), code=303)


def _half_way() -> Moderator | None:
    """Return who passed the first step a short while ago, if what proved it still holds."""
    half = session.get("half")
    if half is None or half["until"] < datetime.now(UTC).timestamp():
        return None
    with state().database.reading() as db:
        found = moderators.by_number(db, half["moderator_id"])
    is_same = hmac.compare_digest(half["proof"], _proof(found))
    return found if is_same and found.left_at is None else None


def _proof(found: Moderator) -> str:
    """Return what changes with each thing by which the moderator proves who he is."""
    known = f"{found.password_hash} {found.subject} {found.code_secret}"
    return hashlib.sha256(known.encode()).hexdigest()


def _back_to_the_start() -> Response:
    session.pop("half", None)
    flash(_("Please log in again: that took too long, or your account was changed meanwhile."))
    return redirect(url_for("console.login"), code=303)


def _code_page(error: Exception) -> str:
    return render_template("console/code.html", error=str(error))
