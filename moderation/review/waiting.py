"""Who is waited for: the conditions under which a comment stands in somebody's queue."""

from enum import StrEnum

from sqlalchemy import ColumnElement, or_, select

from moderation.access import Access
from moderation.store.tables import Comment, Decision, Hold, Moderator, Permission, Role, WaitsFor


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


def _waits(access: Access | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [Comment.waits_for.is_not(None)]
    if access is not None:
        # Whoever gave the first opinion is not asked for the second.
        own = select(Decision.id).where(
            Decision.comment_id == Comment.id, Decision.moderator_id == access.moderator.id
        )
        conditions.append(access.to(Comment.site_id))
        conditions.append(or_(Comment.waits_for != WaitsFor.SECOND_OPINION, ~own.exists()))
    return conditions


def _is_held(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    # What is held for somebody who cannot decide on it any more is held for nobody.
    permitted = select(Permission.site_id).where(
        Permission.moderator_id == Moderator.id, Permission.site_id == Comment.site_id
    )
    return (
        select(Hold.comment_id)
        .join(Moderator, Moderator.id == Hold.for_id)
        .where(
            Hold.comment_id == Comment.id,
            Moderator.left_at.is_(None),
            Moderator.role != Role.READER,
            or_(Moderator.every_site, permitted.exists()),
            *conditions,
        )
        .exists()
    )
