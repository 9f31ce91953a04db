"""How many comments of a site are stored in a minute, however many processes and machines store them.

Counted in the transaction that stores the comment: nothing more has to be written to disk for it, and
what is refused does not count.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, case, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from moderation.refusal import Refusal
from moderation.store.plans import is_postgresql
from moderation.store.tables import SiteMinute

SECONDS = 60
"""What is counted in: each minute of the clock by itself."""


class TooMany(Refusal):
    """The site has sent as many comments as are stored in a minute."""

    def __init__(self, most: int, now: datetime) -> None:
        self.most = most
        # Seconds until the next minute.
        self.wait = SECONDS - int(now.timestamp()) % SECONDS
        super().__init__(
            f"Of this site, {most:,} comments a minute are stored. Nothing was stored of this one; "
            f"send it again in {self.wait} s."
        )


def check(connection: Connection, site_id: int, *, most: int, now: datetime) -> None:
    """Raise TooMany where there are as many already: cheap, and not yet the last word."""
    stored = connection.scalar(
        select(SiteMinute.stored).where(SiteMinute.site_id == site_id, _is_of(_minute(now)))
    )
    if stored is not None and stored >= most:
        raise TooMany(most, now)


def count(session: Session, site_id: int, *, most: int, now: datetime) -> None:
    """Count a comment that is stored in this transaction. Raises TooMany: then do not commit."""
    minute = _minute(now)
    insert = (postgresql if is_postgresql(session) else sqlite).insert
    is_same = _is_of(minute)
    counted = (
        insert(SiteMinute)
        .values(site_id=site_id, minute=minute, stored=1)
        .on_conflict_do_update(
            index_elements=[SiteMinute.site_id],
            set_={
                "minute": case((is_same, SiteMinute.minute), else_=minute),
                "stored": case((is_same, SiteMinute.stored + 1), else_=1),
            },
            where=or_(~is_same, SiteMinute.stored < most),
        )
        .returning(SiteMinute.stored)
    )
    if session.scalar(counted) is None:
        raise TooMany(most, now)


def _minute(now: datetime) -> int:
    return int(now.timestamp()) // SECONDS


def _is_of(minute: int) -> ColumnElement[bool]:
    """The condition that what was counted is of a minute.

    Or of the next, which began already on a machine whose clock is a little ahead.
    """
    return SiteMinute.minute.between(minute, minute + 1)
