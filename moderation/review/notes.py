"""What moderators write beside comments for each other. Appended, never edited; sites never see it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from moderation import audit
from moderation.refusal import Refusal
from moderation.review.deciding import comment
from moderation.store.tables import Comment, Moderator, Note

LONGEST = 2_000
"""In characters."""


class BadNote(Refusal):
    """A note that says nothing, or too much."""


def write(session: Session, comment_id: int, by: Moderator, text: str, *, now: datetime) -> Note:
    """Append a note to a comment. Raises UnknownComment or BadNote."""
    noted = comment(session, comment_id)
    said = text.strip()
    if not said:
        raise BadNote("The note says nothing. Write something, or leave it.")
    if len(said) > LONGEST:
        raise BadNote(f"The note has {len(said):,} characters; there is room for {LONGEST:,}.")
    note = Note(comment_id=comment_id, moderator_id=by.id, written_at=now, text=said)
    session.add(note)
    audit.note(session, by, "comment.note", f"comment {comment_id}", site_id=noted.site_id, now=now)
    return note


def on(session: Session, noted: Comment) -> Sequence[Note]:
    """Return the notes on a comment, whatever its edition was; the oldest first, with who wrote them."""
    return session.scalars(
        select(Note)
        .join(Comment, Comment.id == Note.comment_id)
        .where(Comment.site_id == noted.site_id, Comment.external_id == noted.external_id)
        .order_by(Note.id)
        .options(joinedload(Note.moderator))
    ).all()
