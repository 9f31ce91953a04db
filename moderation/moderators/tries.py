"""Count the tries to prove who one is, so that nobody guesses quickly.

A try is counted before it is made, and forgiven if it was right: so the limit holds however many come
at once, and whichever processes they come to.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, func, select
from sqlalchemy.orm import Session

from moderation import audit
from moderation.names import LONGEST_NAME
from moderation.refusal import Refusal
from moderation.store.tables import FailedLogin, Moderator

FAILURES_A_MINUTE = 5

COUNTED_FOR = timedelta(minutes=1)
"""How long a try counts."""


class TooManyFailures(Refusal):
    """Too many wrong passwords or codes for this name within a minute."""


def count_try(session: Session, name: str, *, now: datetime) -> int:
    """Count a try for `name` and return its number; commit before it is made.

    Raises TooManyFailures.
    """
    name = name[:LONGEST_NAME]
    if session.get_bind().dialect.name == "postgresql":
        # SQLite's writers take turns anyway; here those who try the same name do, until the commit.
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))
    # Those who clean up at the same time do not wait for each other.
    over = select(FailedLogin.id).where(~_counts(now))
    session.execute(
        delete(FailedLogin).where(FailedLogin.id.in_(over.with_for_update(skip_locked=True)))
    )
    recent = select(func.count()).where(FailedLogin.name == name, _counts(now))
    if (session.scalar(recent) or 0) >= FAILURES_A_MINUTE:
        raise TooManyFailures("Too many wrong passwords or codes. Try again in a minute.")
    tried = FailedLogin(name=name, failed_at=now)
    session.add(tried)
    session.flush()
    return tried.id


def forgive(session: Session, number: int) -> None:
    """Forget a try that was right."""
    session.execute(delete(FailedLogin).where(FailedLogin.id == number))


def note_failure(session: Session, name: str, details: str, *, now: datetime) -> None:
    """Note that somebody was not let in; a name that is nobody's is not kept.

    It may be a password that was typed into the wrong field.
    """
    if session.scalar(select(Moderator.id).where(Moderator.name == name)):
        audit.note(session, audit.SOMEBODY, "login.fail", name, details=details, now=now)


def _counts(now: datetime) -> ColumnElement[bool]:
    """The condition that a try counts.

    It may seem to come: machines' clocks differ a little. What comes much later was counted before a
    clock was put back, and nobody must be kept out until then.
    """
    return and_(FailedLogin.failed_at > now - COUNTED_FOR, FailedLogin.failed_at <= now + COUNTED_FOR)
