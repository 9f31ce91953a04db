"""What waits for a person, in the order in which it should be seen; and other lists of comments."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, joinedload

from moderation.access import Access
from moderation.review import claims, waiting
from moderation.review.finding import Wanted, matching, rows
from moderation.store.tables import Claim, Comment, Hold
from moderation.verdict import Action

# A wave can be long, and is one row all the same: so far is it looked through for other rows.
_LOOKED_THROUGH = 300


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
    chosen = rows(session, wanted, access=access, now=now).with_only_columns(Comment.id, Comment.wave_id)
    if wanted.is_of_the_queue:
        looked_through = session.execute(chosen.limit(_LOOKED_THROUGH)).all()
        numbers, last = _first_of_waves(looked_through, limit)
        waves = {wave for number, wave in looked_through if number in numbers and wave is not None}
        alike = _alike(session, waves, wanted, access, now)
    else:
        numbers = [number for number, _wave in session.execute(chosen.limit(limit + 1))]
        last = numbers[limit - 1] if len(numbers) > limit else None
        numbers, alike = numbers[:limit], {}
    found = _shown(session, numbers, access, now)
    return Listed([Row(*found[one], alike.get(found[one][0].wave_id, 0)) for one in numbers], last)


def count_waiting(session: Session, *, access: Access | None = None) -> int:
    """Count the comments that wait for whoever is free."""
    return session.scalar(select(func.count()).where(*waiting.in_the_queue(access))) or 0


def count_aside(session: Session, *, access: Access) -> Aside:
    """Count the comments that were put aside."""
    mine = func.count().filter(Hold.for_id == access.moderator.id)
    held = select(mine, func.count()).join_from(Hold, Comment, Comment.id == Hold.comment_id)
    for_me, every = session.execute(waiting.of_holds(held, access)).one()
    return Aside(for_me, every - for_me)


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


def _first_of_waves(looked_through: Sequence[Any], limit: int) -> tuple[list[int], int | None]:
    """Take the first of each wave and what is in none; and say where to go on, where there is more."""
    taken: list[int] = []
    waves: set[int] = set()
    last = None
    for number, wave in looked_through:
        if wave not in waves:
            if len(taken) == limit:
                return taken, last
            taken.append(number)
            if wave is not None:
                waves.add(wave)
        last = number
    return taken, last if len(looked_through) == _LOOKED_THROUGH else None


def _shown(
    session: Session, numbers: list[int], access: Access, now: datetime
) -> dict[int, tuple[Comment, Claim | None]]:
    """Read comments with all that a list shows of them, and who else has them open."""
    others = claims.of_others(access.moderator, now=now)
    shown = (
        select(Comment, Claim)
        .outerjoin(Claim, and_(Claim.comment_id == Comment.id, *others))
        .where(Comment.id.in_(numbers))
        .options(
            joinedload(Comment.verdict),
            joinedload(Comment.shadow),
            joinedload(Comment.site),
            joinedload(Claim.moderator),
        )
    )
    return {comment.id: (comment, claim) for comment, claim in session.execute(shown)}


def _alike(
    session: Session, waves: set[int], wanted: Wanted, access: Access, now: datetime
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
