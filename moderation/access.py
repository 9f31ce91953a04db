"""What a moderator may look at and do."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from moderation.store.tables import Moderator, Permission, Role

_ORDER = tuple(Role)


@dataclass(frozen=True)
class Access:
    """One moderator's, as of the moment when it was read."""

    moderator: Moderator
    # The numbers of the sites; None for every site.
    site_ids: frozenset[int] | None = None

    def is_at_least(self, role: Role) -> bool:
        """Whether the moderator may do what `role` may."""
        return _ORDER.index(self.moderator.role) >= _ORDER.index(role)

    def covers(self, site_id: int) -> bool:
        """Whether the moderator may look at the site."""
        return self.site_ids is None or site_id in self.site_ids

    @property
    def covers_all(self) -> bool:
        """Whether the moderator may look at every site, also those to come."""
        return self.site_ids is None

    def to(self, site_id: InstrumentedAttribute[Any] | ColumnElement[Any]) -> ColumnElement[bool]:
        """Return the condition that a row is of a site that the moderator may look at."""
        return true() if self.site_ids is None else site_id.in_(sorted(self.site_ids))


def of(session: Session, moderator: Moderator) -> Access:
    """Read what a moderator may do."""
    if moderator.every_site:
        return Access(moderator)
    rows = select(Permission.site_id).where(Permission.moderator_id == moderator.id)
    return Access(moderator, frozenset(session.scalars(rows)))
