"""Who is waited for: the conditions under which a comment stands in somebody's queue."""

from sqlalchemy import ColumnElement, Exists, or_, select

from moderation.access import Access
from moderation.store.tables import Comment, Decision, Hold, Moderator, Role, WaitsFor


def in_the_queue(access: Access | None) -> list[ColumnElement[bool]]:
    """Return the conditions that a comment waits for whoever is free, of what `access` is given to."""
    return [*_waits(access), ~_is_held()]


def held_for(access: Access) -> list[ColumnElement[bool]]:
    """Return the conditions that a comment waits for this moderator alone."""
    return [*_waits(access), _is_held(Hold.for_id == access.moderator.id)]


def held_for_others(access: Access) -> list[ColumnElement[bool]]:
    """Return the conditions that a comment waits for one of the others."""
    return [*_waits(access), _is_held(Hold.for_id != access.moderator.id)]


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


def _is_held(*conditions: ColumnElement[bool]) -> Exists:
    # What is held for somebody who cannot decide any more is held for nobody.
    return (
        select(Hold.comment_id)
        .join(Moderator, Moderator.id == Hold.for_id)
        .where(
            Hold.comment_id == Comment.id,
            Moderator.left_at.is_(None),
            Moderator.role != Role.READER,
            *conditions,
        )
        .exists()
    )
