"""The console's blueprint, and the door in front of it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Any, TypeVar

import msgspec
import structlog
from flask import Blueprint, current_app, flash, g, redirect, request, session, url_for
from flask_babel import gettext
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import InstrumentedAttribute, Session
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from moderation import access, moderators, review
from moderation.access import Access
from moderation.store.tables import Backtest, Comment, Decision, Delivery, Login, Moderator, Role, Site
from moderation.web.parsing import LARGEST_NUMBER
from moderation.web.problem import Refused
from moderation.web.state import state

log = structlog.get_logger()

View = TypeVar("View", bound=Callable[..., Any])

# Seconds that a page may take to note that its login was used.
_PATIENCE = 0.2

bp = Blueprint("console", __name__, url_prefix="/console", template_folder="../templates")

_OPEN = frozenset(
    {
        "console.login",
        "console.login_submit",
        "console.code",
        "console.code_submit",
        "console.single_sign_on",
        "console.single_sign_on_back",
    }
)
# Who must choose a new password can do that, or leave.
_WITH_OLD_PASSWORD = frozenset({"console.password", "console.password_submit", "console.logout"})
# Who must set up one-time codes first can do that, and all of this.
_WITHOUT_CODES = _WITH_OLD_PASSWORD | {"console.codes", "console.codes_submit"}
# The sites of what an address names. Whoever may not look at the site does not find it.
_SITE_OF: dict[str, tuple[InstrumentedAttribute[Any], InstrumentedAttribute[Any]]] = {
    "site_id": (Site.id, Site.id),
    "comment_id": (Comment.id, Comment.site_id),
    # A wave has the number of its first comment.
    "wave_id": (Comment.id, Comment.site_id),
    "decision_id": (Decision.id, Decision.site_id),
    "delivery_id": (Delivery.id, Delivery.site_id),
    "backtest_id": (Backtest.id, Backtest.site_id),
}


Number = Annotated[int, msgspec.Meta(ge=0, le=LARGEST_NUMBER)]


class NextQuery(msgspec.Struct, frozen=True):
    """The comment that was skipped last; the next ones follow it."""

    after: Number | None = None


@bp.before_request
def let_in() -> Response | None:
    """Lead strangers to the login page, and owners of a made-up password to where they replace it."""
    if request.endpoint in _OPEN:
        return None
    token = session.get("token")
    if token:
        with state().database.reading() as db:
            g.login = moderators.logged_in(db, token, idle=idle(), now=datetime.now(UTC))
            if g.login is not None:
                g.moderator = g.login.moderator
                structlog.contextvars.bind_contextvars(moderator_id=g.moderator.id)
                g.access = access.of(db, g.moderator)
                _check_sites(db, g.access)
    if not token or g.login is None:
        # Only this service's own paths get here, so that leading back to one is safe.
        session["wanted"] = request.full_path.rstrip("?") if request.method == "GET" else None
        return redirect(url_for("console.login"), code=303)
    if g.moderator.must_change_password and request.endpoint not in _WITH_OLD_PASSWORD:
        return redirect(url_for("console.password"), code=303)
    if _lacks_codes(g.moderator) and request.endpoint not in _WITHOUT_CODES:
        flash(_("Everybody here logs in with one-time codes as well. Set up yours first."))
        return redirect(url_for("console.codes"), code=303)
    _check_role(request.endpoint or "")
    _note_seen()
    return None


def needs(role: Role, *, every_site: bool = False) -> Callable[[View], View]:
    """Close a view to everyone below a role, and to those who may not look at every site.

    Without it, looking needs the role of a reader, and doing anything that of a moderator.
    """

    def mark(view: View) -> View:
        view.needed = role  # type: ignore[attr-defined]  # Marks on the function.
        view.needs_every_site = every_site  # type: ignore[attr-defined]
        return view

    return mark


def needed(endpoint: str, method: str = "GET") -> Role:
    """Return the role that a view asks for."""
    usual = Role.READER if method in {"GET", "HEAD"} else Role.MODERATOR
    least: Role = getattr(current_app.view_functions.get(endpoint), "needed", usual)
    return least


def needs_every_site(endpoint: str) -> bool:
    """Whether a view is closed to those who may look at some sites only."""
    closed: bool = getattr(current_app.view_functions.get(endpoint), "needs_every_site", False)
    return closed


def frame(db: Session) -> dict[str, object]:
    """Read what stands around every page: how many comments wait, and what can be undone."""
    return {
        "waiting": review.count_waiting(db, access=allowed()),
        "undoable": review.last_by(db, moderator()),
    }


def allowed() -> Access:
    """Return what the moderator who is logged in may look at and do."""
    found: Access = g.access
    return found


def moderator() -> Moderator:
    """Return who is logged in; every page but the login has someone."""
    found: Moderator = g.moderator
    return found


def idle() -> timedelta:
    """Return for how long a login may go unused."""
    return timedelta(minutes=state().settings.idle_minutes)


def login_here() -> Login:
    """Return this browser's login."""
    found: Login = g.login
    return found


def _lacks_codes(found: Moderator) -> bool:
    """Whether somebody must set up one-time codes; who has no password is the provider's to ask."""
    is_demanded = state().settings.demand_codes and found.password_hash is not None
    return is_demanded and found.code_secret is None


def _check_role(endpoint: str) -> None:
    """Refuse whoever may not do what the address is for."""
    least = needed(endpoint, request.method)
    if not g.access.is_at_least(least):
        detail = _(
            "This needs the role “%(needed)s”; yours is “%(own)s”. An admin can change it.",
            needed=gettext(least.value),
            own=gettext(g.moderator.role.value),
        )
    elif needs_every_site(endpoint) and not g.access.covers_all:
        detail = _("This is for admins who look after every site.")
    else:
        return
    raise Refused(HTTPStatus.FORBIDDEN, "not_allowed", detail)


def _note_seen() -> None:
    """Keep that the login was used, now and then, and only if the database has time for it."""
    now = datetime.now(UTC)
    login = login_here()
    if login.seen_at is not None and login.seen_at > now - moderators.SEEN_EVERY:
        return
    try:
        with state().database.writing(patience=_PATIENCE) as db:
            moderators.note_seen(db, login, now=now)
            db.commit()
    except OperationalError:
        log.info("login_use_not_noted", login_id=login.id)


def _check_sites(db: Session, given: Access) -> None:
    """Raise NotFound where the address names something of a site that the moderator may not look at."""
    for name, value in (request.view_args or {}).items():
        if name in _SITE_OF and not given.covers_all:
            number, site_id = _SITE_OF[name]
            site = db.scalar(select(site_id).where(number == value))
            if site is None or not given.covers(site):
                raise NotFound
