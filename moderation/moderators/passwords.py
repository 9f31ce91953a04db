"""Passwords: kept as argon2 hashes, compared slowly on purpose."""

import secrets
import threading
from datetime import datetime
from functools import cache
from importlib import resources

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import select
from sqlalchemy.orm import Session

from moderation import audit
from moderation.moderators import logins
from moderation.refusal import Refusal
from moderation.store.tables import Moderator

SHORTEST_PASSWORD = 8
# Argon2 takes time with the length; nobody types more than this.
LONGEST_PASSWORD = 1_024

# What people put around a word to make a password of it.
_ADORNMENTS = "0123456789!?.,-_+*#$& "
_WORDS_OF_THE_SERVICE = frozenset({"moderation", "moderator", "comments"})

_hasher = PasswordHasher()
# One hash takes several processors for a tenth of a second; others of this process wait for their turn.
_turn = threading.Lock()


class BadPassword(Refusal):
    """A password that is too short or too long to be accepted."""


class WrongPassword(Refusal):
    """Name and password do not belong together; which of them is wrong is not said."""


def check(session: Session, name: str, password: str) -> Moderator:
    """Return the moderator whom name and password prove, or raise WrongPassword.

    The caller counts the try before, and forgives it after. Only reads: hashing takes long.
    """
    moderator = session.scalar(select(Moderator).where(Moderator.name == name))
    if not _matches(moderator, password) or moderator is None or moderator.left_at is not None:
        raise WrongPassword("Name or password is wrong.")
    return moderator


def confirm(moderator: Moderator, password: str) -> None:
    """Raise WrongPassword unless it is the moderator's; who has none proves himself otherwise."""
    if moderator.password_hash is not None and not _matches(moderator, password):
        raise WrongPassword("The password is wrong.")


def change_password(session: Session, moderator_id: int, old: str, new: str, *, now: datetime) -> None:
    """Replace one's password and end every login. Raises WrongPassword or BadPassword."""
    moderator = session.get_one(Moderator, moderator_id)
    if not _matches(moderator, old):
        raise WrongPassword("The old password is wrong.")
    if old == new:
        raise BadPassword("The new password is the old one.")
    _replace(session, moderator, new, must_change=False)
    audit.note(session, moderator, "password.change", moderator.name, now=now)


def reset_password(
    session: Session,
    moderator: Moderator,
    new: str,
    *,
    must_change: bool = False,
    by: Moderator | str,
    now: datetime,
) -> None:
    """Replace somebody's forgotten password and end every login. Raises BadPassword."""
    _replace(session, moderator, new, must_change=must_change)
    audit.note(session, by, "moderator.password", moderator.name, now=now)


def made_up() -> str:
    """Make up a password that is to be replaced at the first login."""
    return secrets.token_urlsafe(12)


def hashed(password: str, name: str) -> str:
    """Return what is kept of the password of somebody of that name. Raises BadPassword."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise BadPassword(f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD:,} characters.")
    if _is_tried_first(password, name):
        raise BadPassword("Whoever guesses passwords tries this one early. Choose another.")
    return _hasher.hash(password)


def _replace(session: Session, moderator: Moderator, new: str, *, must_change: bool) -> None:
    moderator.password_hash = hashed(new, moderator.name)
    moderator.must_change_password = must_change
    logins.forget_all(session, moderator)


def _matches(moderator: Moderator | None, password: str) -> bool:
    """Check the password, taking the same time for a name that does not exist."""
    if len(password) > LONGEST_PASSWORD:
        return False
    try:
        with _turn:
            _hasher.verify((moderator and moderator.password_hash) or _nobodys_hash(), password)
    except VerifyMismatchError:
        return False
    return moderator is not None and moderator.password_hash is not None


def _is_tried_first(password: str, name: str) -> bool:
    """Whether it is among the most frequent passwords, or little more than a name that is known here."""
    plain = password.casefold()
    return plain in _common() or plain.strip(_ADORNMENTS) in {name.casefold(), *_WORDS_OF_THE_SERVICE}


@cache
def _common() -> frozenset[str]:
    lines = resources.files(__package__).joinpath("common_passwords.txt").read_text("utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))


@cache
def _nobodys_hash() -> str:
    return _hasher.hash(secrets.token_hex())
