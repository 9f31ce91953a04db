"""All figures of the overview: what came, who decided, how fast, and how well.

Each is one query, bounded by the days asked for.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from math import ceil
from typing import Any

from sqlalchemy import ColumnElement, extract, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from moderation.access import Access
from moderation.figures.ends import End, Period, ends
from moderation.figures.estimates import Agreement, Estimate, agreement, estimate
from moderation.figures.opinions import opinions
from moderation.store.tables import (
    NOT_JUDGED,
    Comment,
    Decision,
    Moderator,
    Site,
    StoredVerdict,
    WaitsFor,
)
from moderation.verdict import Action


@dataclass(slots=True)
class Day:
    """What became of the comments that came on one day in UTC."""

    date: date
    # What holds, by whether the service or a person decided it; what waits is by nobody.
    approved_by_service: int = 0
    approved_by_people: int = 0
    rejected_by_service: int = 0
    rejected_by_people: int = 0
    waiting: int = 0
    # What the service decided at intake, whatever people said later.
    automatic: int = 0

    @property
    def comments(self) -> int:
        """How many came."""
        return (
            self.approved_by_service
            + self.approved_by_people
            + self.rejected_by_service
            + self.rejected_by_people
            + self.waiting
        )

    @property
    def automatic_share(self) -> float | None:
        """Which share the service decided; None where nothing came."""
        return self.automatic / self.comments if self.comments else None


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is in the queue now."""

    # By what it waits for.
    comments: dict[WaitsFor, int]
    # When the oldest came that nobody has decided on; None where there is none.
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Pace:
    """How long people took for what the service did not decide, from its arrival."""

    decisions: int
    # Half were decided within this time, and nine of ten within that.
    median: timedelta | None
    nine_of_ten: timedelta | None


@dataclass(slots=True)
class Decided:
    """How one person decided how often; None stands for everybody at the sites themselves."""

    name: str | None
    approved: int = 0
    rejected: int = 0

    @property
    def decisions(self) -> int:
        """How many there are."""
        return self.approved + self.rejected


@dataclass(frozen=True, slots=True)
class Overview:
    """All of it, for some days up to now."""

    days: Sequence[Day]
    waiting: Waiting
    pace: Pace
    decided: Sequence[Decided]
    # Of what the service approved or rejected, how much people would have decided so too.
    approvals: Estimate
    rejections: Estimate
    opinions: Agreement
    whole: Day = field(init=False)

    def __post_init__(self) -> None:
        """Add up the days."""
        object.__setattr__(self, "whole", _sum(self.days))


def overview(
    session: Session, *, access: Access, site: Site | None = None, days: int, now: datetime
) -> Overview:
    """Count what a moderator may see, of one site or of all, for so many days up to today."""
    first = now.astimezone(UTC).date() - timedelta(days=days - 1)
    since = datetime.combine(first, time(), UTC)
    scope = _Scope(access, site, since)
    found = ends(
        session,
        Period.DAY,
        *scope.of(Comment.site_id),
        Comment.received_at >= since,
        # What came with a site's history was not judged here.
        or_(StoredVerdict.policy.is_(None), StoredVerdict.policy != NOT_JUDGED),
    )
    return Overview(
        days=_days(found, first, days),
        waiting=_waiting(session, scope),
        pace=_pace(session, scope),
        decided=_decided(session, scope),
        approvals=_precision(found, Action.APPROVE),
        rejections=_precision(found, Action.REJECT),
        opinions=agreement(_opinions(session, scope)),
    )


@dataclass(frozen=True, slots=True)
class _Scope:
    access: Access
    site: Site | None
    since: datetime

    def of(self, site_id: InstrumentedAttribute[Any]) -> tuple[ColumnElement[bool], ...]:
        allowed = self.access.to(site_id)
        return (allowed,) if self.site is None else (allowed, site_id == self.site.id)

    def decisions(self) -> tuple[ColumnElement[bool], ...]:
        """Say which decisions count: made here, or reported to us, in the time, and no undo."""
        return (
            *self.of(Decision.site_id),
            Decision.decided_at >= self.since,
            Decision.position.is_not(None),
            Decision.undoes_id.is_(None),
            Decision.action != Action.REVIEW,
        )


def _days(found: Iterable[End], first: date, number: int) -> list[Day]:
    days = {
        day.isoformat(): Day(day) for day in (first + timedelta(days=after) for after in range(number))
    }
    for end in found:
        # A clock that runs ahead dates a comment tomorrow.
        day = days.setdefault(end.period, Day(date.fromisoformat(end.period)))
        name = _OUTCOMES[end.outcome, end.is_decided]
        setattr(day, name, getattr(day, name) + end.comments)
        day.automatic += end.comments * (end.said is not Action.REVIEW)
    return list(days.values())


def _sum(days: Sequence[Day]) -> Day:
    whole = Day(days[0].date)
    for name in (*_OUTCOMES.values(), "automatic"):
        setattr(whole, name, sum(getattr(day, name) for day in days))
    return whole


def _precision(found: Iterable[End], said: Action) -> Estimate:
    return estimate(
        (end.audit_share, end.outcome is said, end.comments)
        for end in found
        if end.said is said and end.is_decided and end.audit_share
    )


def _waiting(session: Session, scope: _Scope) -> Waiting:
    rows = session.execute(
        select(Comment.waits_for, func.count(), func.min(Comment.received_at))
        .where(Comment.waits_for.is_not(None), *scope.of(Comment.site_id))
        .group_by(Comment.waits_for)
    ).all()
    oldest = {waits_for: received_at for waits_for, _, received_at in rows}
    return Waiting(
        {waits_for: number for waits_for, number, _ in rows if waits_for},
        oldest.get(WaitsFor.DECISION),
    )


def _pace(session: Session, scope: _Scope) -> Pace:
    seconds = extract("epoch", Decision.decided_at) - extract("epoch", Comment.received_at)
    rows = session.scalars(
        select(seconds)
        .join(Comment, Comment.id == Decision.comment_id)
        .where(*scope.decisions(), Decision.waited_for == WaitsFor.DECISION, Decision.revision == 1)
    )
    taken = sorted(map(int, rows))
    return Pace(len(taken), _within(taken, 0.5), _within(taken, 0.9))


def _within(taken: Sequence[int], share: float) -> timedelta | None:
    """Return the time within which a share of them were decided, the shortest first."""
    return timedelta(seconds=taken[ceil(len(taken) * share) - 1]) if taken else None


def _decided(session: Session, scope: _Scope) -> list[Decided]:
    rows = session.execute(
        select(Moderator.name, Decision.action, func.count())
        .outerjoin(Moderator, Moderator.id == Decision.moderator_id)
        .where(*scope.decisions())
        .group_by(Moderator.name, Decision.action)
    )
    found: dict[str | None, Decided] = {}
    for name, action, number in rows:
        one = found.setdefault(name, Decided(name))
        if action is Action.APPROVE:
            one.approved = number
        else:
            one.rejected = number
    # By name, so that nobody takes it for a race.
    return sorted(found.values(), key=lambda one: (one.name is None, one.name or ""))


def _opinions(session: Session, scope: _Scope) -> Counter[tuple[Action, Action]]:
    """Count pairs of a first and a second opinion by what they were."""
    return Counter(
        (first.action, second.action) for first, second in opinions(session, *scope.decisions())
    )


# Where a comment is counted, by its outcome and whether a person decided.
_OUTCOMES = {
    (Action.APPROVE, False): "approved_by_service",
    (Action.APPROVE, True): "approved_by_people",
    (Action.REJECT, False): "rejected_by_service",
    (Action.REJECT, True): "rejected_by_people",
    (Action.REVIEW, False): "waiting",
    (Action.REVIEW, True): "waiting",
}
