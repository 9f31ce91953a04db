"""Log in at the provider, and link one's account there with the one here."""

from datetime import UTC, datetime
from http import HTTPStatus

import msgspec
import structlog
from flask import flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from moderation import moderators
from moderation.settings import Settings
from moderation.store.tables import Role
from moderation.web.console import provider
from moderation.web.console.blueprint import bp, frame, moderator, needs
from moderation.web.console.entering import enter, login_page
from moderation.web.console.tries import counted
from moderation.web.parsing import form
from moderation.web.state import state

log = structlog.get_logger()

Page = tuple[str, HTTPStatus]


class ProofForm(msgspec.Struct, frozen=True):
    """The password, which proves that it is the person himself."""

    password: str = ""


@bp.get("/single-sign-on")
def single_sign_on() -> Response | Page:
    """Lead to the provider, to log in."""
    session.pop("linking", None)
    return _lead()


@bp.get("/account/link")
@needs(Role.READER)
def link() -> Response | Page:
    """Lead to the provider, to link the account there with this one."""
    session["linking"] = True
    return _lead()


@bp.get("/single-sign-on/back")
def single_sign_on_back() -> Response | Page:
    """Let in whom the provider vouches for."""
    settings = _settings()
    is_linking = session.pop("linking", False)
    now = datetime.now(UTC)
    try:
        person = provider.who_came_back(settings)
    except provider.NotReached as error:
        return _not_reached(error)
    except provider.NotProven as error:
        log.warning("single_sign_on_refused", reason=str(error))
        told = _("%(provider)s did not prove who you are. Try again.", provider=settings.oidc_name)
        return login_page(told), HTTPStatus.FORBIDDEN
    subject = moderators.subject_at(settings.oidc_issuer, person.number)
    if is_linking:
        # Shown and confirmed first: somebody may be logged in there as somebody else.
        session["link"] = {"subject": subject, "called": (*person.names, person.number)[0]}
        return redirect(url_for("console.link_found"), code=303)
    role = Role(settings.oidc_role) if settings.oidc_role else None
    try:
        with state().database.writing() as db:
            found = moderators.who_came(db, subject, names=person.names, role=role, now=now)
            db.commit()
    except moderators.NobodyKnown as error:
        return login_page(str(error)), HTTPStatus.FORBIDDEN
    return enter(found, details="By single sign-on.", now=now)


@bp.get("/account/link/found")
def link_found() -> str | Response:
    """Show which account at the provider would be linked."""
    if "link" not in session:
        return redirect(url_for("console.account"), code=303)
    return _link_page()


@bp.post("/account/link")
@needs(Role.READER)
def link_submit() -> Response | Page:
    """Link the account at the provider with this one."""
    _settings()
    given = form(ProofForm)
    if "link" not in session:
        return redirect(url_for("console.account"), code=303)
    now = datetime.now(UTC)
    try:
        with counted(moderator().name, "Single sign-on was not linked.", now=now):
            moderators.confirm(moderator(), given.password)
            with state().database.writing() as db:
                own = moderators.by_number(db, moderator().id)
                moderators.link(db, own, session["link"]["subject"], by=moderator(), now=now)
                db.commit()
    except (
        moderators.WrongPassword,
        moderators.TooManyFailures,
        moderators.SubjectTaken,
    ) as error:
        return _link_page(str(error)), HTTPStatus.UNPROCESSABLE_ENTITY
    session.pop("link")
    flash(_("Linked. You can log in there from now on."))
    return redirect(url_for("console.account"), code=303)


@bp.post("/account/unlink")
@needs(Role.READER)
def unlink() -> Response:
    """Link the account with none at the provider any more."""
    try:
        with state().database.writing() as db:
            own = moderators.by_number(db, moderator().id)
            moderators.unlink(db, own, by=moderator(), now=datetime.now(UTC))
            db.commit()
    except moderators.NoOtherWay as error:
        flash(str(error))
    else:
        flash(_("Unlinked. Your password lets you in."))
    return redirect(url_for("console.account"), code=303)


def _settings() -> Settings:
    settings = state().settings
    if not settings.oidc_issuer:
        raise NotFound
    return settings


def _lead() -> Response | Page:
    settings = _settings()
    root = (settings.public_url or request.host_url).rstrip("/")
    try:
        return provider.lead_to(settings, root + url_for("console.single_sign_on_back"))
    except provider.NotReached as error:
        return _not_reached(error)


def _not_reached(error: provider.NotReached) -> Page:
    log.error("single_sign_on_failed", reason=str(error))
    told = _(
        "%(provider)s cannot be asked at the moment. Your password lets you in all the same.",
        provider=_settings().oidc_name,
    )
    return login_page(told), HTTPStatus.BAD_GATEWAY


def _link_page(error: str | None = None) -> str:
    with state().database.reading() as db:
        return render_template(
            "console/link.html",
            called=session["link"]["called"],
            provider=_settings().oidc_name,
            error=error,
            **frame(db),
        )
