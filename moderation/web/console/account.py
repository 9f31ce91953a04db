"""One's own account: password, one-time codes, logins, and how pages look."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated

import msgspec
import segno
from flask import flash, redirect, render_template, session, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from moderation import moderators
from moderation.store.tables import Role
from moderation.web.console.blueprint import bp, frame, idle, login_here, moderator, needs
from moderation.web.console.tries import counted
from moderation.web.language import LANGUAGES
from moderation.web.parsing import LARGEST_NUMBER, form
from moderation.web.state import state

_LENGTHS = {"shortest": moderators.SHORTEST_PASSWORD, "longest": moderators.LONGEST_PASSWORD}

Code = Annotated[str, msgspec.Meta(max_length=100)]
Page = tuple[str, HTTPStatus]


class PasswordForm(msgspec.Struct, frozen=True):
    """The old password and a new one, typed twice."""

    old: str
    new: str
    again: str


class CodeOnForm(msgspec.Struct, frozen=True):
    """The first code, which shows that the telephone has the secret."""

    code: Code


class CodeOffForm(msgspec.Struct, frozen=True):
    """What proves that it is the person himself."""

    code: Code
    password: str = ""


class PreferencesForm(msgspec.Struct, frozen=True):
    """How pages look; a box that is not ticked is not sent. No language: the browser's."""

    blurs: bool = False
    language: str = ""

    def __post_init__(self) -> None:
        """Refuse a language that there is not."""
        if self.language and self.language not in LANGUAGES:
            raise ValueError(f"There is no language {self.language!r}.")


@bp.get("/account")
def account() -> str:
    """Show what a moderator may set for himself, and where he is logged in."""
    return _account_page()


@bp.get("/password")
def password() -> str:
    """Show the page on which a moderator changes his password."""
    return render_template("console/password.html", **_LENGTHS)


@bp.post("/password")
@needs(Role.READER)
def password_submit() -> Response | Page:
    """Change the password; every browser has to log in again, this one too."""
    given = form(PasswordForm)
    if given.new != given.again:
        return _not_changed(_("The new password was not typed the same twice."))
    now = datetime.now(UTC)
    try:
        with (
            counted(moderator().name, "The old password was wrong.", now=now),
            state().database.writing() as db,
        ):
            moderators.change_password(db, moderator().id, given.old, given.new, now=now)
            db.commit()
    except (
        moderators.BadPassword,
        moderators.WrongPassword,
        moderators.TooManyFailures,
    ) as error:
        return _not_changed(str(error))
    session.clear()
    flash(_("The password was changed. Log in with the new one."))
    return redirect(url_for("console.login"), code=303)


@bp.get("/account/codes")
def codes() -> str | Response:
    """Show the secret of one-time codes, as a picture and as text, and ask for a first code."""
    if moderator().code_secret is not None:
        return redirect(url_for("console.account"), code=303)
    session["code_secret"] = session.get("code_secret") or moderators.new_secret()
    return _codes_page()


@bp.post("/account/codes")
@needs(Role.READER)
def codes_submit() -> str | Response | Page:
    """Switch one-time codes on, and show the recovery codes for the only time."""
    given = form(CodeOnForm)
    secret = session.get("code_secret")
    if secret is None:
        return redirect(url_for("console.codes"), code=303)
    try:
        with state().database.writing() as db:
            made = moderators.switch_on(db, moderator(), secret, given.code, now=datetime.now(UTC))
            db.commit()
    except moderators.WrongCode as error:
        return _codes_page(str(error)), HTTPStatus.UNPROCESSABLE_ENTITY
    except moderators.CodesAreOn as error:
        flash(str(error))
        return redirect(url_for("console.account"), code=303)
    session.pop("code_secret")
    return render_template("console/recovery.html", codes=made)


@bp.post("/account/codes/off")
@needs(Role.READER)
def codes_off() -> Response | Page:
    """Ask for one-time codes no more."""
    given = form(CodeOffForm)
    now = datetime.now(UTC)
    try:
        with counted(moderator().name, "Codes were not switched off.", now=now):
            moderators.confirm(moderator(), given.password)
            with state().database.writing() as db:
                moderators.use_code(db, moderator(), given.code, now=now)
                moderators.switch_off(db, moderator(), by=moderator(), now=now)
                db.commit()
    except (
        moderators.WrongPassword,
        moderators.WrongCode,
        moderators.TooManyFailures,
    ) as error:
        return _account_page(str(error)), HTTPStatus.UNPROCESSABLE_ENTITY
    flash(_("One-time codes are off. Your password alone lets you in."))
    return redirect(url_for("console.account"), code=303)


@bp.post(f"/account/logins/<int(max={LARGEST_NUMBER}):login_id>/end")
@needs(Role.READER)
def end_login(login_id: int) -> Response:
    """End one of one's own logins."""
    try:
        with state().database.writing() as db:
            moderators.end_one(db, moderator(), login_id, now=datetime.now(UTC))
            db.commit()
    except moderators.UnknownLogin as error:
        flash(str(error))
    else:
        flash(_("That browser is logged out."))
    return redirect(url_for("console.account"), code=303)


@bp.post("/account/logins/end-others")
@needs(Role.READER)
def end_other_logins() -> Response:
    """End one's own logins in every other browser."""
    with state().database.writing() as db:
        moderators.end_others(db, login_here(), now=datetime.now(UTC))
        db.commit()
    flash(_("Every other browser is logged out."))
    return redirect(url_for("console.account"), code=303)


@bp.post("/account/preferences")
@needs(Role.READER)
def preferences() -> Response:
    """Keep how pages look."""
    given = form(PreferencesForm)
    with state().database.writing() as db:
        moderators.prefer(db, moderator().id, blurs=given.blurs, language=given.language or None)
        db.commit()
    flash(_("Saved."))
    return redirect(url_for("console.account"), code=303)


def _account_page(error: str | None = None) -> str:
    settings = state().settings
    with state().database.reading() as db:
        return render_template(
            "console/account.html",
            error=error,
            logins=moderators.logins_of(db, moderator(), idle=idle(), now=datetime.now(UTC)),
            here=login_here(),
            codes_left=moderators.codes_left(db, moderator()),
            provider=settings.oidc_name if settings.oidc_issuer else None,
            **frame(db),
        )


def _codes_page(error: str | None = None) -> str:
    secret: str = session["code_secret"]
    picture = segno.make(moderators.address_of(secret, moderator().name), error="m")
    drawn = picture.svg_inline(
        scale=5, border=3, dark="#000", light="#fff", svgclass="picture", lineclass=None, omitsize=False
    )
    return render_template(
        "console/codes.html",
        # Made by segno from our own address: drawing, and no text.
        picture=Markup(drawn),  # noqa: S704
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        error=error,
    )


def _not_changed(error: str) -> Page:
    page = render_template("console/password.html", error=error, **_LENGTHS)
    return page, HTTPStatus.UNPROCESSABLE_ENTITY
