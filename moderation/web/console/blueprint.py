"""The console's blueprint, and the door in front of it."""

from datetime import UTC, datetime
from typing import Annotated

import msgspec
from flask import Blueprint, g, redirect, request, session, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from moderation import moderators, review
from moderation.store.tables import Moderator
from moderation.web.parsing import LARGEST_NUMBER
from moderation.web.state import state

bp = Blueprint("console", __name__, url_prefix="/console", template_folder="../templates")

_OPEN = frozenset({"console.login", "console.login_submit"})
# Who must choose a new password can do that, or leave.
_WITH_OLD_PASSWORD = frozenset({"console.password", "console.password_submit", "console.logout"})


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
            g.moderator = moderators.logged_in(db, token, now=datetime.now(UTC))
    if not token or g.moderator is None:
        # Only this service's own paths get here, so that leading back to one is safe.
        session["wanted"] = request.full_path.rstrip("?") if request.method == "GET" else None
        return redirect(url_for("console.login"), code=303)
    if g.moderator.must_change_password and request.endpoint not in _WITH_OLD_PASSWORD:
        return redirect(url_for("console.password"), code=303)
    return None


def frame(db: Session) -> dict[str, object]:
    """Read what stands around every page: how many comments wait, and what can be undone."""
    return {"waiting": review.count_waiting(db), "undoable": review.last_by(db, moderator())}


def moderator() -> Moderator:
    """Return who is logged in; every page but the login has someone."""
    found: Moderator = g.moderator
    return found
