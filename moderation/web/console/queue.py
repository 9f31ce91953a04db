"""What waits, what was decided, and by whom."""

from datetime import UTC, datetime

import msgspec
from flask import flash, redirect, render_template, url_for
from flask_babel import ngettext
from werkzeug.wrappers import Response

from moderation import review
from moderation.review import Wanted, acts
from moderation.store.tables import Comment, Role
from moderation.verdict import Action
from moderation.web.console import filtering, listing
from moderation.web.console.blueprint import Number, allowed, bp, frame
from moderation.web.console.claiming import claim
from moderation.web.parsing import query
from moderation.web.state import state

_ROWS = 50
# So often somebody else may be faster before we go where somebody else is.
_TRIES = 20


class DecisionsQuery(msgspec.Struct, frozen=True):
    """The decision before which to go on."""

    before: Number | None = None


@bp.get("/")
def queue() -> str:
    """List what waits, the most urgent first, or what has another outcome, the latest first."""
    wanted = filtering.asked()
    if wanted.outcome is None and wanted.held is None:
        wanted = msgspec.structs.replace(wanted, outcome=Action.REVIEW)
    now = datetime.now(UTC)
    with state().database.reading() as db:
        page = listing.shown(db, wanted, now=now)
        is_first = wanted.is_of_the_queue and wanted.after is None and page["rows"]
        return render_template(
            "console/queue.html",
            aside=review.count_aside(db, access=allowed()),
            why_first=listing.why_first(page["rows"][0]) if is_first else None,
            **page,
            **frame(db),
        )


@bp.get("/next")
def next_comment() -> Response:
    """Go to the most urgent comment that waits, or to the one that follows what was skipped."""
    wanted = filtering.asked()
    now = datetime.now(UTC)
    found = _next(wanted, now)
    for _try in range(_TRIES):
        if claim(found.id if found else None, leaving=wanted.after, now=now):
            break
        found = _next(wanted, now)
    if found is not None:
        return redirect(url_for("console.comment", comment_id=found.id, after=wanted.after), code=303)
    whole = msgspec.structs.replace(wanted, outcome=None if wanted.held else Action.REVIEW, after=None)
    with state().database.reading() as db:
        left = review.backlog(db, whole, access=allowed(), now=now).number
    if left:
        flash(
            ngettext(
                "That was the last. %(num)d still waits: it was skipped, or somebody has it open.",
                "That was the last. %(num)d still wait: they were skipped, or somebody has them open.",
                left,
            )
        )
    return redirect(url_for("console.queue", **whole.asked(outcome=None)), code=303)


@bp.get("/decisions")
def decisions() -> str:
    """Show who decided what, the latest first."""
    asked = query(DecisionsQuery)
    with state().database.reading() as db:
        found = review.decisions(db, access=allowed(), limit=_ROWS, before=asked.before)
        return render_template(
            "console/decisions.html",
            decisions=found,
            numbers=acts.counts(db, {one.act_id for one in found if one.act_id}, allowed()),
            may_decide=allowed().is_at_least(Role.MODERATOR),
            older=found[-1].id if len(found) == _ROWS else None,
            **frame(db),
        )


def _next(wanted: Wanted, now: datetime) -> Comment | None:
    with state().database.reading() as db:
        return review.next_waiting(db, wanted, access=allowed(), now=now)
