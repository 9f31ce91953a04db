"""One comment on a page, the evidence beside it, and the decision on it."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated

import msgspec
from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from moderation import review
from moderation.store.tables import RejectionReason
from moderation.verdict import Action, Signal
from moderation.web.console.blueprint import bp, moderator
from moderation.web.console.marking import marked
from moderation.web.parsing import form
from moderation.web.state import state

_UNDONE = {
    Action.REVIEW: "The comment waits again.",
    Action.APPROVE: "The comment is approved again.",
    Action.REJECT: "The comment is rejected again.",
}


class DecisionForm(msgspec.Struct, frozen=True):
    """One button: `approve`, or `reject:` and a reason; and the revision that the page showed."""

    decision: Annotated[str, msgspec.Meta(pattern=r"^(approve|reject:[a-z-]+)$")]
    seen: Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]

    def action(self) -> Action:
        """Return what was chosen."""
        return Action(self.decision.partition(":")[0])

    def reason(self) -> RejectionReason | None:
        """Return why, for a rejection."""
        reason = self.decision.partition(":")[2]
        return RejectionReason(reason) if reason else None

    def __post_init__(self) -> None:
        """Refuse a reason that there is not."""
        self.reason()


@bp.get("/comments/<int:comment_id>")
def comment(comment_id: int) -> str:
    """Show a comment, why it waits, and what was decided."""
    with state().database.reading() as db:
        found = review.comment(db, comment_id)
        reasons = msgspec.convert(found.verdict.reasons, tuple[Signal, ...])
        scorer = state().serving.current()
        return render_template(
            "console/comment.html",
            moderator=moderator(),
            comment=found,
            reasons=reasons,
            pieces=marked(found.text, [span for signal in reasons for span in signal.spans]),
            rejection_reasons=list(RejectionReason),
            thresholds=scorer.thresholds if scorer else None,
            waiting=review.count_waiting(db),
            undoable=review.last_by(db, moderator()),
            latest=review.latest_edition(db, found) if found.superseded else found,
        )


@bp.post("/comments/<int:comment_id>/decision")
def decide(comment_id: int) -> Response | tuple[str, HTTPStatus]:
    """Decide on a comment and go on to the next, or say who was first."""
    given = form(DecisionForm)
    with state().database.writing() as db:
        try:
            review.decide(
                db,
                comment_id,
                moderator(),
                given.action(),
                given.reason(),
                seen=given.seen,
                now=datetime.now(UTC),
            )
        except review.Conflict as conflict:
            return _conflict(conflict)
        db.commit()
    return redirect(url_for("console.next_comment"), code=303)


@bp.post("/decisions/<int:decision_id>/undo")
def undo(decision_id: int) -> Response | tuple[str, HTTPStatus]:
    """Take a decision back and show its comment, or say what happened since."""
    with state().database.writing() as db:
        try:
            undone = review.undo(db, decision_id, moderator(), now=datetime.now(UTC))
        except review.Conflict as conflict:
            return _conflict(conflict)
        db.commit()
    flash("Your undo is on record. " + _UNDONE[undone.action])
    return redirect(url_for("console.comment", comment_id=undone.comment_id), code=303)


def _conflict(conflict: review.Conflict) -> tuple[str, HTTPStatus]:
    page = render_template("console/conflict.html", moderator=moderator(), conflict=conflict)
    return page, HTTPStatus.CONFLICT
