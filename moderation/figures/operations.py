"""What operators watch of each site: the queue, the last day's decisions, what sites were told.

A site of which there is nothing to tell has noughts, so that it can be told from one that is missing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session

from moderation.store.plans import Unindexed
from moderation.store.tables import (
    Comment,
    Decision,
    Delivery,
    DeliveryState,
    Site,
    StoredVerdict,
    WaitsFor,
)
from moderation.verdict import Action

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Queue:
    """The comments of one site that wait for the same."""

    site: str
    waits_for: WaitsFor
    comments: int = 0
    # When the oldest came; None where there is none.
    oldest: datetime | None = None


@dataclass(frozen=True, slots=True)
class LastDay:
    """What people decided at one site within a day."""

    site: str
    action: Action
    decisions: int = 0
    # Those that hold, of comments that the service had decided otherwise.
    overturned: int = 0


@dataclass(frozen=True, slots=True)
class Outbox:
    """What one site is to be told."""

    site: str
    waiting: int = 0
    # Of these, what was tried in vain and is tried again.
    failing: int = 0
    given_up: int = 0
    # Since when the oldest waits; None where nothing does.
    oldest: datetime | None = None


def queues(session: Session, sites: Sequence[Site]) -> list[Queue]:
    """Count what waits at each site, by what it waits for."""
    # Few wait, and SQLite would read every comment to have them in the order of their sites.
    site_id = Unindexed(Comment.site_id)
    rows = session.execute(
        select(site_id, Comment.waits_for, func.count(), func.min(Comment.received_at))
        .where(Comment.waits_for.is_not(None))
        .group_by(site_id, Comment.waits_for)
    )
    found = {(number, waits_for): (count, oldest) for number, waits_for, count, oldest in rows}
    return [
        Queue(site.name, waits_for, *found.get((site.id, waits_for), (0, None)))
        for site in sites
        for waits_for in WaitsFor
    ]


def last_day(session: Session, sites: Sequence[Site], *, now: datetime) -> list[LastDay]:
    """Count what was decided at each site within a day; undoing is no decision here."""
    overturns = and_(
        Comment.revision == Decision.revision,
        StoredVerdict.action != Action.REVIEW,
        StoredVerdict.action != Decision.action,
    )
    # As above: a day's decisions are few.
    site_id = Unindexed(Decision.site_id)
    rows = session.execute(
        select(site_id, Decision.action, func.count(), func.sum(case((overturns, 1), else_=0)))
        .join(Comment, Comment.id == Decision.comment_id)
        .join(StoredVerdict, StoredVerdict.comment_id == Comment.id)
        .where(
            Decision.decided_at >= now - DAY,
            # What was decided before the site came to us was not decided here.
            Decision.position.is_not(None),
            Decision.undoes_id.is_(None),
            Decision.action != Action.REVIEW,
        )
        .group_by(site_id, Decision.action)
    )
    found = {(number, action): tuple(counted) for number, action, *counted in rows}
    return [
        LastDay(site.name, action, *found.get((site.id, action), ()))
        for site in sites
        for action in (Action.APPROVE, Action.REJECT)
    ]


def outboxes(session: Session, sites: Sequence[Site]) -> list[Outbox]:
    """Count what each site is to be told and has not heard."""
    waiting = and_(*Delivery.are(DeliveryState.WAITING))
    given_up = and_(*Delivery.are(DeliveryState.GIVEN_UP))
    failing = and_(waiting, Delivery.attempts > 0, Delivery.problem.is_not(None))
    rows = session.execute(
        select(
            Delivery.site_id,
            *(func.sum(case((state, 1), else_=0)) for state in (waiting, failing, given_up)),
            func.min(case((waiting, Delivery.created_at))),
        )
        .where(or_(waiting, given_up))
        .group_by(Delivery.site_id)
    )
    found = {site_id: tuple(counted) for site_id, *counted in rows}
    return [Outbox(site.name, *found.get(site.id, ())) for site in sites]
