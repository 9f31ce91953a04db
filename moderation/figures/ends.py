"""How comments ended, counted by the database: the one query behind all figures of volume."""

from enum import IntEnum
from typing import NamedTuple

from sqlalchemy import ColumnElement, String, and_, case, cast, func, or_, select
from sqlalchemy.orm import Session

from moderation.store.tables import Comment, StoredVerdict, WaitsFor
from moderation.verdict import Action


class Period(IntEnum):
    """How much of a moment, written as in 2026-11-24, tells what is counted together."""

    MONTH = len("2026-11")
    DAY = len("2026-11-24")


DECIDED = and_(
    Comment.revision > 0,
    or_(Comment.waits_for.is_(None), Comment.waits_for == WaitsFor.SECOND_OPINION),
)
"""The condition that a person has decided on a comment, and that it holds."""


class End(NamedTuple):
    """So many comments of one period that had the same fate."""

    period: str
    # What the service said.
    said: Action
    outcome: Action
    # Whether a person has decided, and it holds.
    is_decided: bool
    # The probability with which chance chose them for an audit, where it did.
    audit_share: float | None
    comments: int


def ends(session: Session, period: Period, *conditions: ColumnElement[bool]) -> list[End]:
    """Count the latest editions that meet the conditions, the earliest period first.

    The conditions may name comments, and verdicts of those that somebody decided on.
    """
    # Both databases keep moments in UTC, and write them with the date in front.
    moment = func.substr(cast(Comment.received_at, String), 1, int(period))
    # Where nobody has decided, the outcome is the verdict's, and looking that up would take long.
    said = func.coalesce(StoredVerdict.action, Comment.outcome)
    keys = (moment, said, Comment.outcome, case((DECIDED, 1), else_=0), Comment.audit_share)
    rows = session.execute(
        select(*keys, func.count())
        .outerjoin(StoredVerdict, and_(StoredVerdict.comment_id == Comment.id, Comment.revision > 0))
        .where(Comment.superseded.is_(False), *conditions)
        .group_by(*keys)
        .order_by(moment)
    )
    return [
        End(when, Action(said), outcome, bool(is_decided), share, comments)
        for when, said, outcome, is_decided, share, comments in rows
    ]
