"""The browsers in which moderators are logged in."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.orm import Session, joinedload

from moderation import audit
from moderation.moderators import networks
from moderation.refusal import Refusal
from moderation.store.columns import Moment
from moderation.store.tables import AuditEntry, Login, Moderator

SEEN_EVERY = timedelta(minutes=1)
"""How exactly it is known when a login was last used."""

_LONGEST_BROWSER = 500


class UnknownLogin(Refusal):
    """There is no such login, or no longer."""


def log_in(
    session: Session,
    moderator: Moderator,
    *,
    hours: int,
    browser: str | None = None,
    address: str | None = None,
    details: str = "",
    now: datetime,
) -> str:
    """Open a login for a moderator who proved who he is, and return its token.

    `address` is an IP address, of which only the network is kept.
    """
    session.execute(delete(Login).where(Login.expires_at < now))
    token = secrets.token_urlsafe(32)
    session.add(
        Login(
            moderator_id=moderator.id,
            token_hash=_hashed(token),
            created_at=now,
            expires_at=now + timedelta(hours=hours),
            browser=browser and browser[:_LONGEST_BROWSER],
            address=networks.of(address),
            seen_at=now,
        )
    )
    session.flush()
    audit.note(session, moderator, "login.open", moderator.name, details=details, now=now)
    return token


def logged_in(
    session: Session, token: str, *, idle: timedelta | None = None, now: datetime
) -> Login | None:
    """Return the login of `token` with its moderator, if it still holds and was used within `idle`."""
    return session.scalar(
        select(Login)
        .join(Login.moderator)
        .where(Login.token_hash == _hashed(token), *_holds(idle, now), Moderator.left_at.is_(None))
        .options(joinedload(Login.moderator))
    )


def note_seen(session: Session, login: Login, *, now: datetime) -> None:
    """Keep that a login was used, unless somebody did so within the last minutes."""
    session.execute(
        update(Login)
        .where(Login.id == login.id, or_(Login.seen_at.is_(None), Login.seen_at <= now - SEEN_EVERY))
        .values(seen_at=now)
        .execution_options(synchronize_session=False)
    )


def log_out(session: Session, login: Login, *, now: datetime) -> None:
    """End a login by its own browser."""
    session.execute(delete(Login).where(Login.id == login.id))
    audit.note(session, login.moderator, "login.close", login.moderator.name, now=now)


def logins_of(
    session: Session, moderator: Moderator, *, idle: timedelta | None = None, now: datetime
) -> Sequence[Login]:
    """Return where a moderator is logged in, the latest used first."""
    rows = select(Login).where(Login.moderator_id == moderator.id, *_holds(idle, now))
    return session.scalars(
        rows.order_by(func.coalesce(Login.seen_at, Login.created_at).desc(), Login.id.desc())
    ).all()


def last_logins(session: Session) -> dict[int, datetime]:
    """Return when each moderator last logged in, as the record says."""
    rows = session.execute(
        select(AuditEntry.moderator_id, func.max(AuditEntry.done_at, type_=Moment()))
        .where(AuditEntry.act == "login.open", AuditEntry.moderator_id.is_not(None))
        .group_by(AuditEntry.moderator_id)
    )
    return {moderator_id: moment for moderator_id, moment in rows if moderator_id is not None}


def end_one(session: Session, moderator: Moderator, login_id: int, *, now: datetime) -> None:
    """End one of a moderator's own logins, or raise UnknownLogin."""
    own = delete(Login).where(Login.id == login_id, Login.moderator_id == moderator.id)
    ended = session.execute(own)
    if ended.rowcount == 0:  # type: ignore[attr-defined]  # A DELETE's result counts rows.
        raise UnknownLogin("That login had ended already.")
    audit.note(session, moderator, "login.end", moderator.name, details="One login.", now=now)


def end_others(session: Session, kept: Login, *, now: datetime) -> None:
    """End all of a moderator's own logins but one."""
    session.execute(delete(Login).where(Login.moderator_id == kept.moderator_id, Login.id != kept.id))
    details = "All but the one it was done in."
    audit.note(session, kept.moderator, "login.end", kept.moderator.name, details=details, now=now)


def end_all(session: Session, moderator: Moderator, *, by: Moderator, now: datetime) -> None:
    """End every login of somebody else."""
    forget_all(session, moderator)
    audit.note(session, by, "moderator.end-logins", moderator.name, now=now)


def forget_all(session: Session, moderator: Moderator) -> None:
    """End every login, as part of what makes that necessary."""
    session.execute(delete(Login).where(Login.moderator_id == moderator.id))
    session.flush()


def _holds(idle: timedelta | None, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions under which a login is not over."""
    if idle is None:
        return (Login.expires_at > now,)
    used_at = func.coalesce(Login.seen_at, Login.created_at)
    return Login.expires_at > now, used_at > now - idle


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
