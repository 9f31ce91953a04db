"""Look at a wave of near copies, and say which of them an act decides on."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from moderation.access import Access
from moderation.refusal import Refusal
from moderation.review import waiting
from moderation.store.tables import Comment, Decision, WaitsFor
from moderation.verdict import Action


class UnknownWave(Refusal):
    """There is no wave of that number."""


class Wave(NamedTuple):
    """A wave as it stood at a moment. Its number is that of its first comment."""

    id: int
    # How many of its comments wait, and how many were approved and rejected.
    waiting: int
    approved: int
    rejected: int
    # The highest numbers of a comment of it, and of any decision: what came later was not seen.
    upto: int
    known: int


def look(session: Session, wave_id: int, access: Access, *, besides: int = 0) -> Wave:
    """Read how a wave stands, or raise UnknownWave. The comment `besides` is not counted."""
    counted = Comment.id != besides
    holds = and_(counted, Comment.superseded.is_(False))
    row = session.execute(
        select(
            func.count().filter(counted, *_waits(access)).label("waiting"),
            func.count().filter(holds, Comment.outcome == Action.APPROVE).label("approved"),
            func.count().filter(holds, Comment.outcome == Action.REJECT).label("rejected"),
            func.max(Comment.id).label("upto"),
            select(func.coalesce(func.max(Decision.id), 0)).scalar_subquery().label("known"),
        ).where(*_of(wave_id, access))
    ).one()
    if row.upto is None:
        raise UnknownWave(f"There is no wave {wave_id}.")
    return Wave(wave_id, row.waiting, row.approved, row.rejected, row.upto, row.known)


def listed(
    session: Session, wave_id: int, access: Access, *, limit: int, after: int = 0
) -> Sequence[Comment]:
    """List the comments of a wave that wait, the oldest first, after the one of the number `after`."""
    rows = (
        select(Comment)
        .where(*_of(wave_id, access), *_waits(access), Comment.id > after)
        .order_by(Comment.id)
        .limit(limit)
        .options(joinedload(Comment.verdict), joinedload(Comment.site))
    )
    return session.scalars(rows).all()


def seen(session: Session, wave_id: int, access: Access, *, upto: int, known: int) -> dict[int, int]:
    """Return the numbers and revisions of what waited in a wave when somebody looked at it.

    `upto` and `known` are of the Wave that was shown. What was decided since is there with the
    revision that it had then, so that an act leaves it alone and says so.
    """
    later = aliased(Decision)
    since = func.count(later.id)
    rows = session.execute(
        select(Comment.id, (Comment.revision - since).label("seen"))
        .outerjoin(later, and_(later.comment_id == Comment.id, later.id > known))
        .where(
            *_of(wave_id, access),
            Comment.id <= upto,
            Comment.superseded.is_(False),
            or_(later.id.is_not(None), and_(*_waits(access))),
        )
        .group_by(Comment.id, Comment.revision)
    )
    return {row.id: row.seen for row in rows}


def _of(wave_id: int, access: Access) -> list[ColumnElement[bool]]:
    return [Comment.wave_id == wave_id, access.to(Comment.site_id)]


def _waits(access: Access) -> list[ColumnElement[bool]]:
    # What is only checked once more is looked at by itself.
    return [Comment.waits_for == WaitsFor.DECISION, *waiting.in_the_queue(access)]
