"""What waits for a person, in the order in which it should be seen; and other lists of comments."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from moderation.access import Access
from moderation.review import claims, waiting
from moderation.review.finding import Wanted, matching, rows
from moderation.review.waiting import Held
from moderation.store.tables import Claim, Comment, Moderator
from moderation.verdict import Action

# A wave can be long, and is one row all the same: so far is it looked through for other rows.
_LOOKED_THROUGH = 1_000


@dataclass(frozen=True, slots=True)
class Row:
    """A comment in a list."""

    comment: Comment
    # Somebody else's who has it open.
    claim: Claim | None = None
    # How many near copies of it wait as well, which have no rows of their own.
    alike: int = 0


@dataclass(frozen=True, slots=True)
class Listed:
    """Part of a list."""

    rows: Sequence[Row]
    # The number of the comment after which it goes on, where it does.
    last: int | None


class Backlog(NamedTuple):
    """How much waits."""

    number: int
    # When the oldest of it came.
    since: datetime | None


class Aside(NamedTuple):
    """How much was put aside."""

    for_me: int
    for_others: int


def listed(session: Session, wanted: Wanted, *, access: Access, limit: int, now: datetime) -> Listed:
    """List what is wanted; near copies that wait are one row."""
    if wanted.is_of_the_queue:
        return _queue(session, wanted, access, limit, now)
    found = rows(session, wanted, access=access, now=now).limit(limit + 1)
    shown = _shown(session, found, access, now)
    last = shown[limit - 1].comment.id if len(shown) > limit else None
    return Listed(shown[:limit], last)


def count_waiting(session: Session, *, access: Access | None = None) -> int:
    """Count the comments that wait for whoever is free."""
    return session.scalar(select(func.count()).where(*waiting.in_the_queue(access))) or 0


def count_aside(session: Session, *, access: Access) -> Aside:
    """Count the comments that were put aside."""
    counts = (
        select(func.count()).where(*waiting.held(access, whose)).scalar_subquery() for whose in Held
    )
    return Aside(*session.execute(select(*counts)).one())


def backlog(session: Session, wanted: Wanted, *, access: Access, now: datetime) -> Backlog:
    """Say how much of what is wanted waits, and since when."""
    counted = matching(session, wanted, access, now).with_only_columns(
        func.count(), func.min(Comment.received_at)
    )
    return Backlog(*session.execute(counted).one())


def next_waiting(
    session: Session, wanted: Wanted | None = None, *, access: Access | None = None, now: datetime
) -> Comment | None:
    """Return the most urgent comment that waits and nobody else has open, after `wanted.after`."""
    wanted = wanted or Wanted()
    if wanted.held is None:
        wanted = msgspec.structs.replace(wanted, outcome=Action.REVIEW)
    free = rows(session, wanted, access=access, now=now)
    if access is not None:
        others = claims.of_others(access.moderator, now=now)
        free = free.where(~select(Claim).where(Claim.comment_id == Comment.id, *others).exists())
    return session.scalar(free.limit(1))


def _queue(session: Session, wanted: Wanted, access: Access, limit: int, now: datetime) -> Listed:
    some = rows(session, wanted, access=access, now=now).with_only_columns(Comment.id, Comment.wave_id)
    looked_through = session.execute(some.limit(_LOOKED_THROUGH)).all()
    # A wave is known by the first of it that waits, and so is what stands by itself.
    first: dict[tuple[str, int], int] = {}
    is_more = len(looked_through) == _LOOKED_THROUGH
    last = None
    for number, wave in looked_through:
        place = ("comment", number) if wave is None else ("wave", wave)
        if place not in first and len(first) == limit:
            is_more = True
            break
        first.setdefault(place, number)
        last = number
    in_order = list(first.values())
    found = {
        row.comment.id: row
        for row in _shown(session, select(Comment).where(Comment.id.in_(in_order)), access, now)
    }
    alike = _alike(session, [number for kind, number in first if kind == "wave"], wanted, access, now)
    return Listed(
        [
            Row(row.comment, row.claim, alike.get(row.comment.wave_id, 0))
            for row in map(found.__getitem__, in_order)
        ],
        last if is_more else None,
    )


def _shown(session: Session, found: Select[Any], access: Access, now: datetime) -> list[Row]:
    """Read comments with all that a list shows of them."""
    others = claims.of_others(access.moderator, now=now)
    shown = (
        found.outerjoin(Claim, and_(Claim.comment_id == Comment.id, *others))
        .outerjoin(Moderator, Moderator.id == Claim.moderator_id)
        .add_columns(Claim)
        .options(
            joinedload(Comment.verdict),
            joinedload(Comment.site),
            contains_eager(Claim.moderator),
        )
    )
    return [Row(comment, claim) for comment, claim in session.execute(shown)]


def _alike(
    session: Session, waves: list[int], wanted: Wanted, access: Access, now: datetime
) -> dict[int | None, int]:
    """Count how many more than one there are of each wave."""
    if not waves:
        return {}
    counted = (
        matching(session, wanted, access, now)
        .where(Comment.wave_id.in_(waves))
        .with_only_columns(Comment.wave_id, func.count())
        .group_by(Comment.wave_id)
    )
    return {wave: number - 1 for wave, number in session.execute(counted)}
