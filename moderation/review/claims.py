"""Who has which comment open, so that two people do not think about one. It keeps nobody out."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, literal, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from moderation.store.columns import Moment
from moderation.store.plans import is_postgresql
from moderation.store.tables import Claim, Comment, Moderator

LASTS = timedelta(minutes=5)
"""For how long a comment that was opened counts as open: nobody says when a lid was closed."""

# By so much the clocks of machines may differ. What ends later was opened before a clock was put back.
_CLOCKS_DIFFER = timedelta(minutes=1)


def claim(session: Session, comment_id: int, by: Moderator, *, now: datetime) -> bool:
    """Note that a moderator has a comment open, and say whether it is his.

    It may be another one's, or wait no more: whoever had it open may have decided meanwhile.
    """
    insert = (postgresql if is_postgresql(session) else sqlite).insert
    waiting = (
        select(Comment.id, literal(by.id), literal(now + LASTS, Moment()))
        .where(Comment.id == comment_id, Comment.waits_for.is_not(None))
        # Nor one on which somebody is deciding at this moment.
        .with_for_update(read=True, skip_locked=True)
    )
    made = insert(Claim).from_select(["comment_id", "moderator_id", "until"], waiting)
    return (
        session.scalar(
            made.on_conflict_do_update(
                index_elements=[Claim.comment_id],
                set_={"moderator_id": made.excluded.moderator_id, "until": made.excluded.until},
                where=or_(Claim.moderator_id == by.id, ~_holds(now)),
            ).returning(Claim.comment_id)
        )
        is not None
    )


def give_back(session: Session, comment_id: int, by: Moderator) -> None:
    """Note that a moderator has closed a comment."""
    session.execute(
        delete(Claim)
        .where(Claim.comment_id == comment_id, Claim.moderator_id == by.id)
        .execution_options(synchronize_session=False)
    )


def of_others(by: Moderator, *, now: datetime) -> list[ColumnElement[bool]]:
    """Return the conditions that a claim is somebody else's and holds."""
    return [Claim.moderator_id != by.id, _holds(now)]


def _holds(now: datetime) -> ColumnElement[bool]:
    return and_(Claim.until > now, Claim.until <= now + LASTS + _CLOCKS_DIFFER)


def opened_at(one: Claim) -> datetime:
    """Say when the comment was opened last."""
    return one.until - LASTS
