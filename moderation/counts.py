"""Count what became of a site's comments, for owners who want to see it in figures."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, extract, func, select
from sqlalchemy.orm import Session

from moderation.store.tables import Comment, Site, StoredVerdict
from moderation.verdict import Action


class Counts(NamedTuple):
    """How many comments came, and how they ended; what waits for a person is in `checked` only."""

    checked: int = 0
    spam: int = 0
    ham: int = 0
    # The machine approved them, and somebody rejected them.
    missed_spam: int = 0
    # The machine rejected them, and somebody approved them.
    false_positives: int = 0
    # Settled by the machine, and nobody has said otherwise.
    without_a_person: int = 0

    def __add__(self, other: tuple[int, ...]) -> "Counts":  # type: ignore[override]
        """Add them up, each for itself."""
        return Counts(*(one + more for one, more in zip(self, other, strict=True)))


def of_months(
    session: Session, site: Site, *, since: datetime | None = None, before: datetime | None = None
) -> dict[str, Counts]:
    """Count by the month in which comments came, as in 2026-11; months without any are left out."""
    return _counted(session, site, since, before, ("year", "month"))


def of_days(session: Session, site: Site, *, since: datetime) -> dict[str, Counts]:
    """Count by the day on which comments came, as in 2026-11-24; days without any are left out."""
    return _counted(session, site, since, None, ("year", "month", "day"))


def _counted(
    session: Session,
    site: Site,
    since: datetime | None,
    before: datetime | None,
    parts: tuple[str, ...],
) -> dict[str, Counts]:
    # Both databases keep moments in UTC.
    period = [extract(part, Comment.received_at) for part in parts]
    rows = (
        select(*period, func.count(), *map(_how_many, _ENDS))
        .join(StoredVerdict, StoredVerdict.comment_id == Comment.id)
        .where(Comment.site_id == site.id, Comment.superseded.is_(False))
        .group_by(*period)
        .order_by(*period)
    )
    if since is not None:
        rows = rows.where(Comment.received_at >= since)
    if before is not None:
        rows = rows.where(Comment.received_at < before)
    return {
        "-".join(f"{int(number):02}" for number in row[: len(parts)]): Counts(*row[len(parts) :])
        for row in session.execute(rows)
    }


def _how_many(these: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(these)


_REJECTED = Comment.outcome == Action.REJECT
_APPROVED = Comment.outcome == Action.APPROVE

# In the order of the fields of Counts, after the first.
_ENDS: tuple[ColumnElement[bool], ...] = (
    _REJECTED,
    _APPROVED,
    and_(_REJECTED, StoredVerdict.action == Action.APPROVE),
    and_(_APPROVED, StoredVerdict.action == Action.REJECT),
    and_(Comment.revision == 0, Comment.outcome != Action.REVIEW),
)
