"""Find what people did."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import Session

from moderation.access import Access
from moderation.store.tables import AuditEntry, Moderator, Role


@dataclass(frozen=True)
class Wanted:
    """Which entries to list; what is left out does not matter."""

    # A moderator's name, or whoever else did it, such as the command line.
    by: str = ""
    act: str = ""
    site_id: int | None = None
    # All of them must occur in what it was done to, or in the details.
    words: str = ""
    # Both days count, in UTC.
    since: date | None = None
    until: date | None = None


def entries(
    session: Session,
    wanted: Wanted,
    *,
    access: Access | None = None,
    limit: int,
    before: int | None = None,
) -> Sequence[AuditEntry]:
    """Return entries that the moderator may see, the latest first; `before` is the last one shown.

    Admins see everything on their sites, and those of every site everything; others see what they
    did themselves.
    """
    rows = select(AuditEntry).where(*_conditions(session, wanted), _seen_by(access))
    if before is not None:
        rows = rows.where(AuditEntry.id < before)
    return session.scalars(rows.order_by(AuditEntry.id.desc()).limit(limit)).all()


def _conditions(session: Session, wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.by:
        number = session.scalar(select(Moderator.id).where(Moderator.name == wanted.by))
        # By the number, because there is an index for it.
        found += [AuditEntry.moderator_id == number, AuditEntry.done_by == wanted.by]
    if wanted.act:
        found.append(AuditEntry.act == wanted.act)
    if wanted.site_id is not None:
        found.append(AuditEntry.site_id == wanted.site_id)
    found += [
        or_(
            AuditEntry.subject.icontains(word, autoescape=True),
            AuditEntry.details.icontains(word, autoescape=True),
        )
        for word in wanted.words.split()
    ]
    if wanted.since:
        found.append(AuditEntry.done_at >= _midnight(wanted.since))
    if wanted.until and wanted.until < date.max:
        found.append(AuditEntry.done_at < _midnight(wanted.until + timedelta(days=1)))
    return found


def _seen_by(access: Access | None) -> ColumnElement[bool]:
    if access is None:
        return true()
    own = AuditEntry.moderator_id == access.moderator.id
    if not access.is_at_least(Role.ADMIN):
        return own
    return true() if access.covers_all else or_(own, access.to(AuditEntry.site_id))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
