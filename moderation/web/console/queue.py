"""What waits, what was decided, and by whom."""

import msgspec
from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from moderation import review
from moderation.review import acts
from moderation.store.tables import Role
from moderation.verdict import Action
from moderation.web.console.blueprint import NextQuery, Number, allowed, bp, frame
from moderation.web.parsing import query
from moderation.web.state import state

_ROWS = 50


class QueueQuery(msgspec.Struct, frozen=True):
    """Which comments to list: those that wait, or those with another outcome."""

    outcome: Action = Action.REVIEW


class DecisionsQuery(msgspec.Struct, frozen=True):
    """The decision before which to go on."""

    before: Number | None = None


@bp.get("/")
def queue() -> str:
    """List what waits, the most urgent first, or what has another outcome, the latest first."""
    asked = query(QueueQuery)
    with state().database.reading() as db:
        return render_template(
            "console/queue.html",
            outcome=asked.outcome,
            comments=review.listed(db, asked.outcome, access=allowed(), limit=_ROWS),
            rows=_ROWS,
            **frame(db),
        )


@bp.get("/next")
def next_comment() -> Response:
    """Go to the most urgent comment that waits, or to the one that follows what was skipped."""
    skipped = query(NextQuery).after
    with state().database.reading() as db:
        after = review.comment(db, skipped) if skipped else None
        found = review.next_waiting(db, access=allowed(), after=after)
    if found is None:
        return redirect(url_for("console.queue"), code=303)
    return redirect(url_for("console.comment", comment_id=found.id, after=skipped), code=303)


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
