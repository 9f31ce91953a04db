"""One comment on a page, the evidence beside it, and the decision on it."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated

import msgspec
from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from moderation import review
from moderation.store.tables import RejectionReason
from moderation.verdict import Action
from moderation.web.console.aside import beside
from moderation.web.console.blueprint import NextQuery, Number, bp, frame, moderator
from moderation.web.console.marking import marked
from moderation.web.parsing import LARGEST_NUMBER, form, query
from moderation.web.state import state

_UNDONE = {
    Action.REVIEW: "The comment waits again.",
    Action.APPROVE: "The comment is approved again.",
    Action.REJECT: "The comment is rejected again.",
}


class DecisionForm(msgspec.Struct, frozen=True):
    """One button: `approve`, or `reject:` and a reason; what the page showed, and what was skipped."""

    decision: Annotated[str, msgspec.Meta(pattern=r"^(approve|reject:[a-z-]+)\Z")]
    seen: Number
    after: Number | None = None

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


@bp.get(f"/comments/<int(max={LARGEST_NUMBER}):comment_id>")
def comment(comment_id: int) -> str:
    """Show a comment, why it waits, and what was decided."""
    asked = query(NextQuery)
    with state().database.reading() as db:
        found = review.comment(db, comment_id)
        verdict = found.verdict.value()
        return render_template(
            "console/comment.html",
            comment=found,
            verdict=verdict,
            pieces=marked(found.text, verdict.reasons),
            rejection_reasons=list(RejectionReason),
            latest=review.latest_edition(db, found) if found.superseded else found,
            after=asked.after,
            **beside(db, found),
            **frame(db),
        )


@bp.post(f"/comments/<int(max={LARGEST_NUMBER}):comment_id>/decision")
def decide(comment_id: int) -> Response:
    """Decide on a comment and go on to the next that waits after what was skipped."""
    given = form(DecisionForm)
    with state().database.writing() as db:
        review.decide(
            db,
            comment_id,
            moderator(),
            given.action(),
            given.reason(),
            seen=given.seen,
            now=datetime.now(UTC),
        )
        db.commit()
    return redirect(url_for("console.next_comment", after=given.after), code=303)


@bp.post(f"/decisions/<int(max={LARGEST_NUMBER}):decision_id>/undo")
def undo(decision_id: int) -> Response:
    """Take a decision back and show its comment."""
    with state().database.writing() as db:
        undone = review.undo(db, decision_id, moderator(), now=datetime.now(UTC))
        db.commit()
    flash("Your undo is on record. " + _UNDONE[undone.action])
    return redirect(url_for("console.comment", comment_id=undone.comment_id), code=303)


@bp.errorhandler(review.Conflict)
def conflict(found: review.Conflict) -> tuple[str, HTTPStatus]:
    """Say what happened to the comment since its page was loaded."""
    return render_template("console/conflict.html", conflict=found), HTTPStatus.CONFLICT
