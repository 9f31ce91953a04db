"""Moderators: their passwords, and the browsers in which they are logged in."""

import hashlib
import secrets
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, joinedload

from moderation.names import LONGEST_NAME, check_name
from moderation.refusal import Refusal
from moderation.store.tables import FailedLogin, Login, Moderator, Role

SHORTEST_PASSWORD = 8
# Argon2 takes time with the length; nobody types more than this.
LONGEST_PASSWORD = 1_024
FAILURES_A_MINUTE = 5

_hasher = PasswordHasher()


class NameTaken(Refusal):
    """A moderator of that name exists."""


class UnknownModerator(Refusal):
    """There is no moderator of that name."""


class BadPassword(Refusal):
    """A password that is too short or too long to be accepted."""


class WrongPassword(Refusal):
    """Name and password do not belong together; which of them is wrong is not said."""


class TooManyFailures(Refusal):
    """Too many wrong passwords for this name within a minute."""


def add(
    session: Session,
    name: str,
    password: str,
    *,
    role: Role = Role.MODERATOR,
    must_change: bool = False,
    now: datetime,
) -> Moderator:
    """Add a moderator. Raises NameTaken or BadPassword."""
    check_name(name)
    if session.scalar(select(Moderator.id).where(Moderator.name == name)):
        raise NameTaken(f"There is a moderator named {name} already.")
    moderator = Moderator(
        name=name,
        role=role,
        created_at=now,
        password_hash=_hash_password(password),
        must_change_password=must_change,
    )
    session.add(moderator)
    session.flush()
    return moderator


def check(session: Session, name: str, password: str, *, now: datetime) -> Moderator:
    """Return the moderator whom name and password prove. Only reads: hashing takes long.

    Raises WrongPassword, which the caller notes with `note_failure`, or TooManyFailures.
    """
    recent = select(func.count()).where(
        FailedLogin.name == name[:LONGEST_NAME], FailedLogin.failed_at > now - timedelta(minutes=1)
    )
    if (session.scalar(recent) or 0) >= FAILURES_A_MINUTE:
        raise TooManyFailures("Too many wrong passwords. Try again in a minute.")
    moderator = session.scalar(select(Moderator).where(Moderator.name == name))
    if not _matches(moderator, password) or moderator is None:
        raise WrongPassword("Name or password is wrong.")
    return moderator


def note_failure(session: Session, name: str, *, now: datetime) -> None:
    """Remember a wrong password, and forget those that no longer count."""
    session.execute(delete(FailedLogin).where(FailedLogin.failed_at < now - timedelta(minutes=1)))
    session.add(FailedLogin(name=name[:LONGEST_NAME], failed_at=now))
    session.flush()


def log_in(session: Session, moderator: Moderator, *, hours: int, now: datetime) -> str:
    """Open a login for a moderator who was checked, and return its token."""
    session.execute(delete(Login).where(Login.expires_at < now))
    token = secrets.token_urlsafe(32)
    session.add(
        Login(
            moderator_id=moderator.id,
            token_hash=_hash_token(token),
            created_at=now,
            expires_at=now + timedelta(hours=hours),
        )
    )
    session.flush()
    return token


def logged_in(session: Session, token: str, *, now: datetime) -> Moderator | None:
    """Return whose login `token` is, if it still holds."""
    login = session.scalar(
        select(Login)
        .where(Login.token_hash == _hash_token(token), Login.expires_at > now)
        .options(joinedload(Login.moderator))
    )
    return login.moderator if login else None


def log_out(session: Session, token: str) -> None:
    """End the login of `token`, if there is one."""
    session.execute(delete(Login).where(Login.token_hash == _hash_token(token)))


def choose_blurs(session: Session, moderator_id: int, *, blurs: bool) -> None:
    """Blur slurs and threats for a moderator until asked for, or no longer."""
    session.get_one(Moderator, moderator_id).blurs = blurs
    session.flush()


def change_password(session: Session, moderator_id: int, old: str, new: str) -> None:
    """Replace the password and end every login of the moderator. Raises WrongPassword or BadPassword."""
    moderator = session.get_one(Moderator, moderator_id)
    if not _matches(moderator, old):
        raise WrongPassword("The old password is wrong.")
    if old == new:
        raise BadPassword("The new password is the old one.")
    _replace_password(session, moderator, new)


def reset_password(session: Session, name: str, new: str) -> None:
    """Replace a forgotten password and end every login. Raises UnknownModerator or BadPassword."""
    moderator = session.scalar(select(Moderator).where(Moderator.name == name))
    if moderator is None:
        raise UnknownModerator(f"There is no moderator named {name}.")
    _replace_password(session, moderator, new)


def anyone(session: Session) -> bool:
    """Whether there is a moderator at all."""
    return session.scalar(select(Moderator.id).limit(1)) is not None


def _replace_password(session: Session, moderator: Moderator, new: str) -> None:
    moderator.password_hash = _hash_password(new)
    moderator.must_change_password = False
    session.execute(delete(Login).where(Login.moderator_id == moderator.id))
    session.flush()


def _hash_password(password: str) -> str:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise BadPassword(f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD:,} characters.")
    return _hasher.hash(password)


def _matches(moderator: Moderator | None, password: str) -> bool:
    """Check the password, taking the same time for a name that does not exist."""
    if len(password) > LONGEST_PASSWORD:
        return False
    try:
        _hasher.verify((moderator and moderator.password_hash) or _nobodys_hash(), password)
    except VerifyMismatchError:
        return False
    return moderator is not None and moderator.password_hash is not None


@cache
def _nobodys_hash() -> str:
    return _hasher.hash(secrets.token_hex())


def _hash_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
