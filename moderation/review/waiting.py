"""Who is waited for: the conditions under which a comment stands in somebody's queue."""

from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select

from moderation.access import Access
from moderation.review import sampling
from moderation.store.plans import Unindexed
from moderation.store.tables import Comment, Hold, Moderator, Permission, Role


class Held(StrEnum):
    """Whom comments were put aside for."""

    MINE = "mine"
    OTHERS = "others"


def in_the_queue(access: Access | None) -> list[ColumnElement[bool]]:
    """Return the conditions that a comment waits for whoever is free."""
    return [*_waits(access), ~_is_held()]


def held(access: Access, whose: Held) -> list[ColumnElement[bool]]:
    """Return the conditions that a comment was put aside."""
    own = Hold.for_id == access.moderator.id
    return [*_waits(access), _is_held(own if whose is Held.MINE else ~own)]


def of_holds(holds: Select[*tuple[Any, ...]], access: Access) -> Select[*tuple[Any, ...]]:
    """Leave those out of holds, joined with their comments, that hold nothing which waits."""
    return _that_hold(holds).where(*_waits(access))


def _waits(access: Access | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [Comment.waits_for.is_not(None)]
    if access is not None:
        conditions.append(access.to(Unindexed(Comment.site_id)))
        # Whoever gave the first opinion is not asked for the second.
        conditions.append(sampling.may_answer(access.moderator))
    return conditions


def _is_held(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    hold = select(Hold.comment_id).where(Hold.comment_id == Comment.id, *conditions)
    return _that_hold(hold).exists()


def _that_hold(holds: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    # What is held for somebody who cannot decide on it any more is held for nobody.
    permitted = select(Permission.site_id).where(
        Permission.moderator_id == Moderator.id, Permission.site_id == Comment.site_id
    )
    return holds.join(Moderator, Moderator.id == Hold.for_id).where(
        Moderator.left_at.is_(None),
        Moderator.role != Role.READER,
        or_(Moderator.every_site, permitted.exists()),
    )
