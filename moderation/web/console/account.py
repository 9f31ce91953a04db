"""Log in, log out, change one's password."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated

import msgspec
import structlog
from flask import flash, redirect, render_template, session, url_for
from werkzeug.wrappers import Response

from moderation import moderators
from moderation.draft import NO_NUL
from moderation.store.tables import Role
from moderation.web.console.blueprint import bp, moderator, needs
from moderation.web.parsing import form
from moderation.web.state import state

log = structlog.get_logger()


_LENGTHS = {"shortest": moderators.SHORTEST_PASSWORD, "longest": moderators.LONGEST_PASSWORD}


class LoginForm(msgspec.Struct, frozen=True):
    """Who wants in."""

    name: Annotated[str, msgspec.Meta(pattern=NO_NUL)]
    password: str


class PasswordForm(msgspec.Struct, frozen=True):
    """The old password and a new one, typed twice."""

    old: str
    new: str
    again: str


@bp.get("/login")
def login() -> str:
    """Show the login page."""
    return render_template("console/login.html")


@bp.post("/login")
def login_submit() -> Response | tuple[str, HTTPStatus]:
    """Let a moderator in whose password is right."""
    given = form(LoginForm)
    now = datetime.now(UTC)
    try:
        with state().database.reading() as db:
            found = moderators.check(db, given.name, given.password, now=now)
    except moderators.TooManyFailures as error:
        return _refused(given.name, error, HTTPStatus.TOO_MANY_REQUESTS)
    except moderators.WrongPassword as error:
        with state().database.writing() as db:
            moderators.note_failure(db, given.name, now=now)
            db.commit()
        log.info("login_failed")
        return _refused(given.name, error, HTTPStatus.UNAUTHORIZED)
    with state().database.writing() as db:
        token = moderators.log_in(db, found, hours=state().settings.login_hours, now=now)
        db.commit()
    wanted = session.get("wanted")
    # A fresh session: nothing that was set before the login goes on after it.
    session.clear()
    session["token"] = token
    log.info("logged_in", moderator_id=found.id)
    return redirect(wanted or url_for("console.queue"), code=303)


@bp.post("/logout")
@needs(Role.READER)
def logout() -> Response:
    """End this browser's login."""
    with state().database.writing() as db:
        moderators.log_out(db, session["token"])
        db.commit()
    session.clear()
    return redirect(url_for("console.login"), code=303)


@bp.get("/password")
def password() -> str:
    """Show the page on which a moderator changes his password."""
    return render_template("console/password.html", **_LENGTHS)


@bp.post("/password")
@needs(Role.READER)
def password_submit() -> Response | tuple[str, HTTPStatus]:
    """Change the password; every browser has to log in again, this one too."""
    given = form(PasswordForm)
    if given.new != given.again:
        return _not_changed("The new password was not typed the same twice.")
    try:
        with state().database.writing() as db:
            moderators.change_password(db, moderator().id, given.old, given.new)
            db.commit()
    except (moderators.BadPassword, moderators.WrongPassword) as error:
        return _not_changed(str(error))
    session.clear()
    flash("The password was changed. Log in with the new one.")
    return redirect(url_for("console.login"), code=303)


def _not_changed(error: str) -> tuple[str, HTTPStatus]:
    page = render_template("console/password.html", error=error, **_LENGTHS)
    return page, HTTPStatus.UNPROCESSABLE_ENTITY


def _refused(name: str, error: Exception, status: HTTPStatus) -> tuple[str, HTTPStatus]:
    return render_template("console/login.html", name=name, error=str(error)), status
