"""What moderators do beside deciding: put a comment aside, hand it on, leave a note."""

from datetime import UTC, datetime

import msgspec
from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from moderation import review
from moderation.review import claims, holds, notes
from moderation.store.tables import Comment, Role
from moderation.web.console.blueprint import Number, allowed, bp, frame, moderator
from moderation.web.console.claiming import claim
from moderation.web.parsing import LARGEST_NUMBER, form
from moderation.web.state import state

_COMMENT = f"/comments/<int(max={LARGEST_NUMBER}):comment_id>"


class HoldForm(msgspec.Struct, frozen=True):
    """Whom the comment is for, else oneself; and what the others should know."""

    for_id: Number | None = None
    note: str = ""


class NoteForm(msgspec.Struct, frozen=True):
    """What the others should know."""

    text: str


def beside(db: Session, comment: Comment) -> dict[str, object]:
    """Claim a comment that is being opened, and read what others do with it."""
    now = datetime.now(UTC)
    if comment.waits_for is not None:
        claim(comment.id, now=now)
    other, hold = holds.claimed_and_held(db, comment.id, moderator(), now=now)
    return {
        "opened_by": other and other.moderator.name,
        "opened_at": other and claims.opened_at(other),
        "hold": hold,
        "notes": notes.on(db, comment),
        "longest_note": notes.LONGEST,
        "may_decide": allowed().is_at_least(Role.MODERATOR),
    }


@bp.get(f"{_COMMENT}/hand")
def hand(comment_id: int) -> str:
    """Ask whom a comment should be handed to."""
    with state().database.reading() as db:
        comment = review.comment(db, comment_id)
        takers = holds.who_can_take(db, comment)
        return render_template(
            "console/hand.html",
            comment=comment,
            colleagues=[one for one in takers if one.id != moderator().id],
            longest_note=notes.LONGEST,
            **frame(db),
        )


@bp.post(f"{_COMMENT}/hold")
def hold(comment_id: int) -> Response:
    """Put a comment aside, for oneself or a colleague, and go on to the next."""
    given = form(HoldForm)
    with state().database.writing() as db:
        held = holds.hold(db, comment_id, moderator(), given.for_id, given.note, now=datetime.now(UTC))
        db.commit()
        name = held.held_for.name
    if held.for_id == moderator().id:
        flash(_("It was put aside. You find it under “Mine”."))
    else:
        flash(_("It was handed to %(name)s.", name=name))
    return redirect(url_for("console.next_comment"), code=303)


@bp.post(f"{_COMMENT}/release")
def release(comment_id: int) -> Response:
    """Put a comment that was put aside back into everybody's queue."""
    with state().database.writing() as db:
        holds.release(db, comment_id, moderator(), now=datetime.now(UTC))
        db.commit()
    flash(_("It waits in everybody’s queue again."))
    return redirect(url_for("console.comment", comment_id=comment_id), code=303)


@bp.post(f"{_COMMENT}/notes")
def note(comment_id: int) -> Response:
    """Leave a note beside a comment."""
    given = form(NoteForm)
    with state().database.writing() as db:
        notes.write(db, comment_id, moderator(), given.text, now=datetime.now(UTC))
        db.commit()
    flash(_("Your note is beside the comment."))
    return redirect(url_for("console.comment", comment_id=comment_id, _anchor="notes"), code=303)
