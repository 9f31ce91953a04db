"""What waits, what was decided, and by whom."""

from typing import Annotated

import msgspec
from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from moderation import review
from moderation.verdict import Action
from moderation.web.console.blueprint import bp, moderator
from moderation.web.parsing import query
from moderation.web.state import state

_ROWS = 50


class QueueQuery(msgspec.Struct, frozen=True):
    """Which comments to list: those that wait, or those with another outcome."""

    outcome: Action = Action.REVIEW


class NextQuery(msgspec.Struct, frozen=True):
    """The comment to go on from."""

    after: Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)] | None = None


class DecisionsQuery(msgspec.Struct, frozen=True):
    """The decision before which to go on."""

    before: Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)] | None = None


@bp.get("/")
def queue() -> str:
    """List what waits, the most urgent first, or what has another outcome, the latest first."""
    asked = query(QueueQuery)
    with state().database.reading() as db:
        waits = asked.outcome is Action.REVIEW
        rows = review.waiting() if waits else review.settled(asked.outcome)
        comments = db.scalars(rows.limit(_ROWS)).all()
        return render_template(
            "console/queue.html",
            moderator=moderator(),
            outcome=asked.outcome,
            comments=comments,
            waiting=review.count_waiting(db),
            undoable=review.last_by(db, moderator()),
        )


@bp.get("/next")
def next_comment() -> Response:
    """Go to the most urgent comment that waits, or to the one that follows."""
    asked = query(NextQuery)
    with state().database.reading() as db:
        after = review.comment(db, asked.after) if asked.after is not None else None
        found = review.next_waiting(db, after=after)
    if found is None:
        return redirect(url_for("console.queue"), code=303)
    return redirect(url_for("console.comment", comment_id=found.id), code=303)


@bp.get("/decisions")
def decisions() -> str:
    """Show who decided what, the latest first."""
    asked = query(DecisionsQuery)
    with state().database.reading() as db:
        found = review.decisions(db, limit=_ROWS, before=asked.before)
        return render_template(
            "console/decisions.html",
            moderator=moderator(),
            decisions=found,
            waiting=review.count_waiting(db),
            undoable=review.last_by(db, moderator()),
            older=found[-1].id if len(found) == _ROWS else None,
        )
