"""Who moderators are at the provider of single sign-on.

A person is known by the provider's own number for him and by nothing else: names and mail addresses
there can be chosen, or be given to somebody else one day.
"""

from collections.abc import Iterable
from datetime import datetime
from itertools import count

from sqlalchemy import select
from sqlalchemy.orm import Session

from moderation import audit
from moderation.moderators.accounts import add
from moderation.names import LONGEST_NAME, BadName, check_name
from moderation.refusal import Refusal
from moderation.store.tables import Moderator, Role

_LONGEST_SUBJECT = 500
_ROOM_FOR_A_NUMBER = 5


class SubjectTaken(Refusal):
    """Another moderator is that person at the provider."""


class NobodyKnown(Refusal):
    """The provider vouches for a person whom nobody has let in here."""


class NoOtherWay(Refusal):
    """The moderator could not log in any more."""


def subject_at(issuer: str, number: str) -> str:
    """Return by what a person is known here; a number means something at its issuer only."""
    subject = f"{issuer} {number}"
    if len(subject) > _LONGEST_SUBJECT:
        raise SubjectTaken("The provider's number for this person is too long to be kept.")
    return subject


def who_came(
    session: Session, subject: str, *, names: Iterable[str], role: Role | None, now: datetime
) -> Moderator:
    """Return the moderator for whom the provider vouches; with a role, somebody new becomes one.

    `names` are what the provider calls the person, the best first. Raises NobodyKnown.
    """
    moderator = session.scalar(select(Moderator).where(Moderator.subject == subject))
    if moderator is None and role is not None:
        name = _free_name(session, names)
        by = audit.SINGLE_SIGN_ON
        moderator = add(session, name, None, role=role, subject=subject, by=by, now=now)
    if moderator is None or moderator.left_at is not None:
        raise NobodyKnown(
            "You were recognised, but nobody here belongs to that account. An admin can link it to "
            "you, or you do so yourself on your account page."
        )
    return moderator


def link(session: Session, moderator: Moderator, subject: str, *, by: Moderator, now: datetime) -> None:
    """Let a moderator in for whom the provider vouches as `subject`. Raises SubjectTaken."""
    others = select(Moderator.name).where(Moderator.subject == subject, Moderator.id != moderator.id)
    other = session.scalar(others)
    if other is not None:
        raise SubjectTaken(f"That account at the provider belongs to {other} already.")
    moderator.subject = subject
    session.flush()
    audit.note(session, by, "moderator.link", moderator.name, now=now)


def unlink(session: Session, moderator: Moderator, *, by: Moderator, now: datetime) -> None:
    """Let nobody in any more for whom the provider vouches as this moderator. Raises NoOtherWay."""
    if moderator.password_hash is None:
        raise NoOtherWay(f"{moderator.name} has no password, and could not log in any more.")
    moderator.subject = None
    session.flush()
    audit.note(session, by, "moderator.unlink", moderator.name, now=now)


def _free_name(session: Session, names: Iterable[str]) -> str:
    wanted = next((name for name in map(_cut, names) if _is_name(name)), "moderator")
    taken = set(
        session.scalars(select(Moderator.name).where(Moderator.name.startswith(wanted, autoescape=True)))
    )
    numbered = (f"{wanted} {number}" for number in count(2))
    return wanted if wanted not in taken else next(name for name in numbered if name not in taken)


def _cut(name: str) -> str:
    return name.strip()[: LONGEST_NAME - _ROOM_FOR_A_NUMBER].strip()


def _is_name(name: str) -> bool:
    try:
        check_name(name)
    except BadName:
        return False
    return True
