"""Put comments aside: for oneself, or for a colleague. What is held leaves everybody else's queue."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, joinedload

from moderation import audit
from moderation.refusal import Refusal
from moderation.review import claims, notes
from moderation.review.deciding import comment
from moderation.store.tables import (
    Claim,
    Comment,
    Hold,
    Moderator,
    Permission,
    Role,
    WaitsFor,
    standing,
)


class NothingWaits(Refusal):
    """A comment that nobody has to decide on cannot be put aside."""


class CannotTake(Refusal):
    """Whom a comment was to be handed to cannot decide on it."""


def hold(
    session: Session,
    comment_id: int,
    by: Moderator,
    for_id: int | None = None,
    note: str = "",
    *,
    now: datetime,
) -> Hold:
    """Put a comment aside for the moderator `for_id`, or for whoever does it.

    Raises UnknownComment, NothingWaits, CannotTake, or BadNote where the note is too long.
    """
    put_aside = comment(session, comment_id)
    if put_aside.waits_for is None:
        raise NothingWaits("This comment waits for nobody any more. There is nothing to put aside.")
    takers = {one.id: one for one in who_can_take(session, put_aside)}
    taker = takers.get(by.id if for_id is None else for_id)
    if taker is None:
        raise CannotTake("Whom you chose cannot decide on this comment. Choose somebody else.")
    held = session.get(Hold, comment_id) or Hold(
        comment_id=comment_id, held_by_id=by.id, held_at=now, for_id=taker.id
    )
    held.held_by_id, held.held_at, held.for_id = by.id, now, taker.id
    session.add(held)
    session.flush()
    session.refresh(held, ["held_for"])
    claims.give_back(session, comment_id, by)
    if note.strip():
        notes.write(session, comment_id, by, note, now=now)
    audit.note(
        session,
        by,
        "comment.hold",
        f"comment {comment_id}",
        site_id=put_aside.site_id,
        details="" if taker.id == by.id else f"Handed to {taker.name}.",
        now=now,
    )
    return held


def release(session: Session, comment_id: int, by: Moderator, *, now: datetime) -> None:
    """Put a comment that was held back into the queue. Does nothing where it is not held."""
    released = comment(session, comment_id)
    held = session.get(Hold, comment_id)
    if held is None:
        return
    session.delete(held)
    audit.note(
        session, by, "comment.release", f"comment {comment_id}", site_id=released.site_id, now=now
    )


def claimed_and_held(
    session: Session, comment_id: int, by: Moderator, *, now: datetime
) -> tuple[Claim | None, Hold | None]:
    """Return who else has a comment open, and how it was put aside; each with the people in it."""
    found = (
        select(Claim, Hold)
        .select_from(Comment)
        .outerjoin(Claim, and_(Claim.comment_id == Comment.id, *claims.of_others(by, now=now)))
        .outerjoin(Hold, Hold.comment_id == Comment.id)
        .where(Comment.id == comment_id)
        .options(joinedload(Claim.moderator), joinedload(Hold.held_by), joinedload(Hold.held_for))
    )
    claim, held = session.execute(found).one()
    return claim, held


def who_can_take(session: Session, put_aside: Comment) -> Sequence[Moderator]:
    """Return who may decide on a comment, by name; its decisions must be loaded."""
    permitted = select(Permission.moderator_id).where(Permission.site_id == put_aside.site_id)
    takers = (
        select(Moderator)
        .where(
            Moderator.role != Role.READER,
            Moderator.left_at.is_(None),
            or_(Moderator.every_site, Moderator.id.in_(permitted)),
        )
        .order_by(Moderator.name)
    )
    if put_aside.waits_for is WaitsFor.SECOND_OPINION:
        # Whoever gave the first opinion is not asked for the second.
        first = [one.moderator_id for one in standing(put_aside.decisions) if one.moderator_id]
        takers = takers.where(Moderator.id.not_in(first))
    return session.scalars(takers).all()
