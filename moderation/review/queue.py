"""What waits for a person, in the order in which it should be seen."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload

from moderation.access import Access
from moderation.review import sampling
from moderation.store.tables import Comment
from moderation.verdict import Action


def listed(
    session: Session, outcome: Action, *, access: Access | None = None, limit: int
) -> Sequence[Comment]:
    """List what waits, the most urgent first; or what is settled, the latest first."""
    if outcome is Action.REVIEW:
        rows = _in_order(access)
    else:
        rows = (
            select(Comment)
            .where(Comment.outcome == outcome, Comment.superseded.is_(False), *_seen_by(access))
            .order_by(Comment.id.desc())
        )
    return session.scalars(rows.options(*_SHOWN).limit(limit)).all()


def count_waiting(session: Session, *, access: Access | None = None) -> int:
    """Count the comments that wait for a person."""
    return session.scalar(select(func.count()).where(*_waiting(access))) or 0


def next_waiting(
    session: Session, *, access: Access | None = None, after: Comment | None = None
) -> Comment | None:
    """Return the most urgent comment that waits, or the one that follows `after`."""
    rows = _in_order(access)
    if after is not None:
        rows = rows.where(
            or_(
                Comment.due_at > after.due_at,
                and_(Comment.due_at == after.due_at, Comment.id > after.id),
            )
        )
    return session.scalar(rows.options(*_SHOWN).limit(1))


def _in_order(access: Access | None) -> Select[Comment]:
    return select(Comment).where(*_waiting(access)).order_by(Comment.due_at, Comment.id)


def _waiting(access: Access | None) -> list[ColumnElement[bool]]:
    conditions = [Comment.waits_for.is_not(None), *_seen_by(access)]
    if access is not None:
        # Whoever gave the first opinion is not asked for the second.
        conditions.append(sampling.may_answer(access.moderator))
    return conditions


def _seen_by(access: Access | None) -> list[ColumnElement[bool]]:
    return [] if access is None else [access.to(Comment.site_id)]


_SHOWN = (joinedload(Comment.verdict), joinedload(Comment.site))
