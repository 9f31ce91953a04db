"""The outbox: whom decisions must be told, written in the transaction of each decision.

Whoever sends claims a delivery for a while. When he does not come back, it comes due again, so that
everything is delivered at least once.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Result, Select, delete, func, select, update
from sqlalchemy.orm import Session, joinedload

from moderation.access import Access
from moderation.refusal import Refusal
from moderation.store.tables import Comment, Decision, Delivery, DeliveryState, Receiver, Site
from moderation.verdict import Action

# For how long a claim holds. Longer than an attempt and the marking of its end can take.
LEASE = timedelta(seconds=30)
# Before each further attempt.
PAUSES = (
    timedelta(seconds=10),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=12),
    timedelta(hours=24),
)
MOST_ATTEMPTS = len(PAUSES) + 1
_LONGEST_PROBLEM = 500


class UnknownDelivery(Refusal):
    """The site has no delivery of that number."""


def announce(session: Session, comment: Comment, decision: Decision, *, now: datetime) -> None:
    """Note whom to tell of a decision on a comment, whose site must be loaded.

    An undo takes back what has not gone out of the decision that it undoes; then there is nothing to
    tell the callback. The blog's Akismet plugin is not told what it reported itself, nor that a
    comment waits again: it knows only spam and not spam.
    """
    if comment.site.callback_url is not None and not _take_back(session, decision):
        _add(session, decision, Receiver.CALLBACK, due_at=now, now=now)
    if comment.akismet_callback is not None:
        # The plugin cannot tell an old decision from a new one, so it must not hear of it later.
        is_overtaking = _forget(session, comment, Receiver.AKISMET)
        if decision.reporter is None and decision.action is not Action.REVIEW:
            # The old one may be on its way at this moment; this one waits until that is over.
            due_at = now + LEASE if is_overtaking else now
            _add(session, decision, Receiver.AKISMET, due_at=due_at, now=now)
    session.flush()


def due(session: Session, *, now: datetime) -> Sequence[int]:
    """Return the numbers of the sites that something is due for."""
    return session.scalars(select(Delivery.site_id).where(Delivery.due_at <= now).distinct()).all()


def claim(session: Session, site_id: int, *, now: datetime) -> Delivery | None:
    """Take the site's delivery that has been due longest, with its site, decision and comment.

    Nobody else gets it within LEASE; then it is due again. Commit before sending.
    """
    found = session.scalar(
        _with_comments(select(Delivery))
        .where(Delivery.site_id == site_id, Delivery.due_at <= now)
        .order_by(Delivery.due_at, Delivery.id)
        .limit(1)
        # On PostgreSQL two may look at once; on SQLite a writer is alone.
        .with_for_update(of=Delivery, skip_locked=True)
    )
    if found:
        found.due_at = now + LEASE
        found.attempts += 1
        session.flush()
    return found


def delivered(session: Session, claimed: Delivery, *, now: datetime) -> None:
    """Note that a claimed delivery has arrived."""
    session.execute(
        update(Delivery)
        .where(Delivery.id == claimed.id)
        .values(delivered_at=now, due_at=None, problem=None)
        .execution_options(synchronize_session=False)
    )


def failed(
    session: Session,
    claimed: Delivery,
    problem: str,
    *,
    most_attempts: int = MOST_ATTEMPTS,
    not_before: datetime | None = None,
    now: datetime,
) -> datetime | None:
    """Note that a claimed delivery has not arrived; return when it is tried again.

    After `most_attempts` it is given up, and None is returned. `not_before` may prolong the pause,
    to the longest of them at most. Changes nothing when somebody else has claimed it since.
    """
    again = None
    if claimed.attempts < most_attempts:
        pause = PAUSES[min(claimed.attempts, len(PAUSES)) - 1]
        again = max(now + pause, min(not_before or now, now + PAUSES[-1]))
    session.execute(
        update(Delivery)
        .where(Delivery.id == claimed.id, Delivery.due_at == claimed.due_at)
        .values(due_at=again, problem=problem[:_LONGEST_PROBLEM])
        .execution_options(synchronize_session=False)
    )
    return again


def recent(
    session: Session,
    *,
    site: Site | None = None,
    access: Access | None = None,
    state: DeliveryState | None = None,
    limit: int,
    before: int | None = None,
) -> Sequence[Delivery]:
    """Deliveries with their sites, decisions and comments, the latest first.

    `before` is the number of the last one shown.
    """
    rows = _with_comments(select(Delivery)).order_by(Delivery.id.desc()).limit(limit)
    if site is not None:
        rows = rows.where(Delivery.site_id == site.id)
    if access is not None:
        rows = rows.where(access.to(Delivery.site_id))
    if state is not None:
        rows = rows.where(*Delivery.are(state))
    if before is not None:
        rows = rows.where(Delivery.id < before)
    return session.scalars(rows).all()


def count(session: Session, state: DeliveryState, *, site: Site | None = None) -> int:
    """Count the deliveries, of one site or of all, that are in a state."""
    rows = select(func.count()).where(*Delivery.are(state))
    return session.scalar(rows if site is None else rows.where(Delivery.site_id == site.id)) or 0


def replay(session: Session, delivery_id: int, *, site: Site | None = None, now: datetime) -> Delivery:
    """Deliver anew what was given up, or delivered before; return the delivery.

    Raises UnknownDelivery, also where it is another site's than `site`.
    """
    found = session.get(Delivery, delivery_id)
    if found is None or (site is not None and found.site_id != site.id):
        raise UnknownDelivery(f"There is no delivery {delivery_id}.")
    found.due_at, found.attempts, found.delivered_at = now, 0, None
    session.flush()
    return found


def replay_given_up(session: Session, *, site: Site, now: datetime) -> int:
    """Deliver anew all that was given up of a site; return how many there are."""
    replayed = session.execute(
        update(Delivery)
        .where(Delivery.site_id == site.id, *Delivery.are(DeliveryState.GIVEN_UP))
        .values(due_at=now, attempts=0)
        .execution_options(synchronize_session=False)
    )
    return _rows(replayed)


def _add(
    session: Session, decision: Decision, receiver: Receiver, *, due_at: datetime, now: datetime
) -> None:
    session.add(
        Delivery(
            site_id=decision.site_id,
            decision_id=decision.id,
            receiver=receiver,
            created_at=now,
            due_at=due_at,
        )
    )


def _take_back(session: Session, undo: Decision) -> bool:
    """Remove the callback of the decision that `undo` undoes; return whether it had not gone out.

    One that was tried may have arrived, and one that is due anew was replayed.
    """
    taken_back = session.execute(
        delete(Delivery)
        .where(
            Delivery.decision_id == undo.undoes_id,
            Delivery.receiver == Receiver.CALLBACK,
            Delivery.attempts == 0,
            Delivery.due_at == Delivery.created_at,
        )
        .execution_options(synchronize_session=False)
    )
    return _rows(taken_back) > 0


def _forget(session: Session, comment: Comment, receiver: Receiver) -> bool:
    """Take back what has not arrived of the decisions on a comment; return whether there was any."""
    decisions = select(Decision.id).where(Decision.comment_id == comment.id)
    forgotten = session.execute(
        delete(Delivery)
        .where(
            Delivery.receiver == receiver,
            Delivery.delivered_at.is_(None),
            Delivery.decision_id.in_(decisions),
        )
        .execution_options(synchronize_session=False)
    )
    return _rows(forgotten) > 0


def _with_comments(rows: Select[Delivery]) -> Select[Delivery]:
    return rows.options(
        joinedload(Delivery.site), joinedload(Delivery.decision).joinedload(Decision.comment)
    )


def _rows(changed: Result[Any]) -> int:
    counted: int = changed.rowcount  # type: ignore[attr-defined]  # Of a statement that changes rows.
    return counted
