"""Who moderates, in which role and on which sites; who came and who left."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from moderation import audit
from moderation.moderators import logins, passwords
from moderation.names import check_name
from moderation.refusal import Refusal
from moderation.store.tables import Claim, Hold, Moderator, Permission, Role, Site

_STAYS = "{name} is the last admin of every site, and stays so until there is another."


class NameTaken(Refusal):
    """A moderator of that name exists."""


class UnknownModerator(Refusal):
    """There is no such moderator."""


class LastAdmin(Refusal):
    """Nobody would be left who may look after people."""


class ChangedMeanwhile(Refusal):
    """Somebody else changed the person since the page was loaded."""


def add(
    session: Session,
    name: str,
    password: str | None,
    *,
    role: Role = Role.MODERATOR,
    site_ids: Collection[int] | None = None,
    subject: str | None = None,
    must_change: bool = False,
    by: Moderator | str = audit.COMMAND_LINE,
    now: datetime,
) -> Moderator:
    """Add a moderator of the sites, or of every site. Raises BadName, NameTaken or BadPassword.

    Without a password, the person logs in by single sign-on alone.
    """
    check_name(name)
    _check_free(session, name)
    moderator = Moderator(
        name=name,
        role=role,
        created_at=now,
        every_site=site_ids is None,
        password_hash=None if password is None else passwords.hashed(password, name),
        must_change_password=must_change,
        subject=subject,
    )
    try:
        with session.begin_nested():
            session.add(moderator)
    except IntegrityError:
        # On PostgreSQL two may add the same name at one moment, and both find it free.
        _check_free(session, name)
        raise
    _permit(session, moderator, site_ids)
    details = f"{_described(session, moderator)}."
    audit.note(session, by, "moderator.add", name, details=details, now=now)
    return moderator


def change(
    session: Session,
    moderator_id: int,
    *,
    role: Role,
    site_ids: Collection[int] | None,
    seen: str | None = None,
    by: Moderator | str,
    now: datetime,
) -> Moderator:
    """Give a moderator another role, or other sites; None is every site.

    With `seen`, only if the person is still as `seen_as` said; raises ChangedMeanwhile otherwise.
    Raises LastAdmin where nobody would be left who may look after people.
    """
    moderator, is_last_admin = _locked(session, moderator_id)
    if seen is not None and seen_as(session, moderator) != seen:
        raise ChangedMeanwhile(
            f"Somebody else changed {moderator.name} since you opened the page; nothing was changed now."
        )
    if is_last_admin and (role is not Role.ADMIN or site_ids is not None):
        raise LastAdmin(_STAYS.format(name=moderator.name))
    before = _described(session, moderator)
    moderator.role = role
    moderator.every_site = site_ids is None
    _permit(session, moderator, site_ids)
    after = _described(session, moderator)
    if before != after:
        details = f"Before: {before}. Now: {after}."
        audit.note(session, by, "moderator.change", moderator.name, details=details, now=now)
    return moderator


def leave(session: Session, moderator_id: int, *, by: Moderator | str, now: datetime) -> Moderator:
    """Let a moderator in no more: every login ends, and what waits for the person waits for all.

    The name stays on decisions. Raises LastAdmin.
    """
    moderator, is_last_admin = _locked(session, moderator_id)
    if is_last_admin:
        raise LastAdmin(_STAYS.format(name=moderator.name))
    if moderator.left_at is None:
        moderator.left_at = now
        session.execute(delete(Hold).where(Hold.for_id == moderator_id))
        session.execute(delete(Claim).where(Claim.moderator_id == moderator_id))
        logins.forget_all(session, moderator)
        audit.note(session, by, "moderator.leave", moderator.name, now=now)
    return moderator


def come_back(session: Session, moderator_id: int, *, by: Moderator | str, now: datetime) -> Moderator:
    """Let a moderator in again who had left, with the same role, sites and password."""
    moderator, _ = _locked(session, moderator_id)
    if moderator.left_at is not None:
        moderator.left_at = None
        session.flush()
        audit.note(session, by, "moderator.return", moderator.name, now=now)
    return moderator


def prefer(session: Session, moderator_id: int, *, blurs: bool, language: str | None) -> None:
    """Keep how a moderator wants pages: slurs blurred or not, and the language."""
    moderator = by_number(session, moderator_id)
    moderator.blurs, moderator.language = blurs, language
    session.flush()


def anyone(session: Session) -> bool:
    """Whether there is a moderator at all."""
    return session.scalar(select(Moderator.id).limit(1)) is not None


def every(session: Session) -> Sequence[Moderator]:
    """Return all moderators by name, those who left last."""
    order = (Moderator.left_at.is_not(None), func.lower(Moderator.name), Moderator.id)
    return session.scalars(select(Moderator).order_by(*order)).all()


def by_name(session: Session, name: str) -> Moderator:
    """Return a moderator, or raise UnknownModerator."""
    moderator = session.scalar(select(Moderator).where(Moderator.name == name))
    if moderator is None:
        raise UnknownModerator(f"There is no moderator named {name}.")
    return moderator


def by_number(session: Session, moderator_id: int) -> Moderator:
    """Return a moderator, or raise UnknownModerator."""
    moderator = session.get(Moderator, moderator_id)
    if moderator is None:
        raise UnknownModerator(f"There is no moderator {moderator_id}.")
    return moderator


def sites_of_all(session: Session) -> dict[int, list[Site]]:
    """Return the sites of each moderator who may not look at every one."""
    rows = session.execute(
        select(Permission.moderator_id, Site)
        .join(Site, Site.id == Permission.site_id)
        .order_by(Site.name)
    )
    found: dict[int, list[Site]] = defaultdict(list)
    for moderator_id, site in rows:
        found[moderator_id].append(site)
    return found


def seen_as(session: Session, moderator: Moderator) -> str:
    """Return what a page shows of a moderator's role and sites, to compare before a change."""
    sites = "every" if moderator.every_site else ",".join(map(str, _site_ids(session, moderator)))
    return f"{moderator.role} {sites} {'left' if moderator.left_at else 'here'}"


def _check_free(session: Session, name: str) -> None:
    if session.scalar(select(Moderator.id).where(Moderator.name == name)):
        raise NameTaken(f"There is a moderator named {name} already.")


def _locked(session: Session, moderator_id: int) -> tuple[Moderator, bool]:
    """Return a moderator whom nobody else changes until the commit, and whether he is the last admin."""
    admins = session.scalars(
        select(Moderator.id)
        .where(Moderator.role == Role.ADMIN, Moderator.every_site.is_(True), Moderator.left_at.is_(None))
        # Before anybody else and in one order: of two admins who step back at once, the second sees
        # that the first has, and neither waits for what the other holds.
        .order_by(Moderator.id)
        .with_for_update()
    ).all()
    moderator = session.get(Moderator, moderator_id, with_for_update=True, populate_existing=True)
    if moderator is None:
        raise UnknownModerator(f"There is no moderator {moderator_id}.")
    return moderator, list(admins) == [moderator_id]


def _permit(session: Session, moderator: Moderator, site_ids: Collection[int] | None) -> None:
    session.execute(delete(Permission).where(Permission.moderator_id == moderator.id))
    session.add_all(
        Permission(moderator_id=moderator.id, site_id=site_id) for site_id in sorted(set(site_ids or ()))
    )
    session.flush()


def _site_ids(session: Session, moderator: Moderator) -> Sequence[int]:
    rows = select(Permission.site_id).where(Permission.moderator_id == moderator.id)
    return session.scalars(rows.order_by(Permission.site_id)).all()


def _described(session: Session, moderator: Moderator) -> str:
    if moderator.every_site:
        return f"{moderator.role} of every site"
    names = session.scalars(
        select(Site.name)
        .join(Permission)
        .where(Permission.moderator_id == moderator.id)
        .order_by(Site.name)
    ).all()
    return f"{moderator.role} of {', '.join(names) or 'no site'}"
