"""Count what became of a site's comments, for owners who want to see it in figures."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from moderation.figures.ends import End, Period, ends
from moderation.store.tables import Comment, Site
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
    return _counted(session, site, since, before, Period.MONTH)


def of_days(session: Session, site: Site, *, since: datetime) -> dict[str, Counts]:
    """Count by the day on which comments came, as in 2026-11-24; days without any are left out."""
    return _counted(session, site, since, None, Period.DAY)


def _counted(
    session: Session, site: Site, since: datetime | None, before: datetime | None, period: Period
) -> dict[str, Counts]:
    conditions = [Comment.site_id == site.id]
    if since is not None:
        conditions.append(Comment.received_at >= since)
    if before is not None:
        conditions.append(Comment.received_at < before)
    counted: dict[str, Counts] = {}
    for end in ends(session, period, *conditions):
        counted[end.period] = counted.get(end.period, Counts()) + _counts(end)
    return counted


def _counts(end: End) -> Counts:
    approved, rejected = end.outcome is Action.APPROVE, end.outcome is Action.REJECT
    return Counts(
        checked=end.comments,
        spam=end.comments * rejected,
        ham=end.comments * approved,
        missed_spam=end.comments * (rejected and end.said is Action.APPROVE),
        false_positives=end.comments * (approved and end.said is Action.REJECT),
        without_a_person=end.comments * (not end.is_decided and (approved or rejected)),
    )
