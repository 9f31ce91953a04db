"""Count the tries to prove who one is, so that nobody guesses quickly.

A try is counted before it is made, and forgiven if it was right: so the limits hold however many come
at once, and whichever processes they come to.
"""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, func, select
from sqlalchemy.orm import Session

from moderation import audit
from moderation.moderators import networks
from moderation.names import LONGEST_NAME
from moderation.refusal import Refusal
from moderation.store.tables import FailedLogin, Moderator

FAILURES_A_MINUTE = 5
"""For a name, wherever the tries come from."""

FAILURES_A_MINUTE_FROM_ONE_PLACE = 20
"""From a network, whatever the names: a whole office may be behind it."""

COUNTED_FOR = timedelta(minutes=1)
"""How long a try counts."""

# A network is counted under a name that nobody can have: names are printable.
_NETWORK = "\n"


class TooManyFailures(Refusal):
    """Too many wrong passwords or codes for this name, or from this network, within a minute."""


def count_try(
    session: Session, name: str, *, address: str | None = None, now: datetime
) -> tuple[int, ...]:
    """Count a try for `name` from an IP address, and return its numbers; commit before it is made.

    Raises TooManyFailures.
    """
    # Those who clean up at the same time do not wait for each other.
    over = select(FailedLogin.id).where(~_counts(now))
    session.execute(
        delete(FailedLogin).where(FailedLogin.id.in_(over.with_for_update(skip_locked=True)))
    )
    return tuple(_counted(session, key, most, now) for key, most in _limits(name, address))


def forgive(session: Session, numbers: Collection[int]) -> None:
    """Forget a try that was right."""
    session.execute(delete(FailedLogin).where(FailedLogin.id.in_(numbers)))


def note_failure(session: Session, name: str, details: str, *, now: datetime) -> None:
    """Note that somebody was not let in; a name that is nobody's is not kept.

    It may be a password that was typed into the wrong field.
    """
    if session.scalar(select(Moderator.id).where(Moderator.name == name)):
        audit.note(session, audit.SOMEBODY, "login.fail", name, details=details, now=now)


def _limits(name: str, address: str | None) -> Iterator[tuple[str, int]]:
    """Give what the try counts against, always in one order, and how many of each are let through."""
    yield name[:LONGEST_NAME].replace(_NETWORK, " "), FAILURES_A_MINUTE
    # From an address of our own come all who come through a proxy that nobody told us of.
    if network := networks.of_strangers(address):
        yield f"{_NETWORK}{network}", FAILURES_A_MINUTE_FROM_ONE_PLACE


def _counted(session: Session, key: str, most: int, now: datetime) -> int:
    if session.get_bind().dialect.name == "postgresql":
        # SQLite's writers take turns anyway; here those who try the same do, until the commit.
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))
    recent = select(func.count()).where(FailedLogin.name == key, _counts(now))
    if (session.scalar(recent) or 0) >= most:
        raise TooManyFailures("Too many wrong passwords or codes. Try again in a minute.")
    tried = FailedLogin(name=key, failed_at=now)
    session.add(tried)
    session.flush()
    return tried.id


def _counts(now: datetime) -> ColumnElement[bool]:
    """The condition that a try counts.

    It may seem to come: machines' clocks differ a little. What comes much later was counted before a
    clock was put back, and nobody must be kept out until then.
    """
    return and_(FailedLogin.failed_at > now - COUNTED_FOR, FailedLogin.failed_at <= now + COUNTED_FOR)
