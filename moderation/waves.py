"""Waves: comments on one site that say nearly the same, within a month. Told apart at intake.

A wave is named by the number of its first comment, which learns of it when a second one comes.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, Select, bindparam, false, select, update

from moderation import copies
from moderation.store import Prepared
from moderation.store.tables import Comment

LASTS = timedelta(days=30)
"""How far back the comments of a wave are looked for."""
SHARE = 0.6
"""Of the numbers of its sketch, how many a comment shares with one of its wave."""

# One is enough to join; the others are there for copies on other sites, and for older editions.
_LOOKED_AT = 20


class Found(NamedTuple):
    """The latest comment that says nearly the same as another, and its wave."""

    id: int
    wave_id: int | None

    @property
    def wave(self) -> int:
        """The wave that whoever says the same belongs to."""
        return self.wave_id or self.id


def find(
    connection: Connection,
    site_id: int,
    external_id: str,
    numbers: Sequence[int],
    text_hash: str,
    *,
    now: datetime,
) -> Found | None:
    """Find the latest comment that says nearly the same as one to come; of a short text, the same.

    `numbers` are its sketch's.
    """
    sought = copies.sought(numbers, text_hash, SHARE)
    if _ANYTHING.first(connection, sought) == (False,):
        return None
    about = {"site": site_id, "own": external_id, "since": now - LASTS}
    found = (_ALIKE if numbers else _SAME).first(connection, sought | about)
    return Found(*found) if found else None


def begin(connection: Connection, found: Found) -> None:
    """Tell the comment that was found that it begins a wave, where it is in none."""
    if found.wave_id is None:
        of_the_first = update(Comment).where(Comment.id == found.id, Comment.wave_id.is_(None))
        connection.execute(of_the_first.values(wave_id=found.id))


def _of_the_site(numbers: Select[int]) -> Select[int, int | None]:
    return (
        select(Comment.id, Comment.wave_id)
        .where(
            Comment.id.in_(numbers),
            Comment.site_id == bindparam("site"),
            Comment.external_id != bindparam("own"),
            Comment.superseded == false(),
            Comment.received_at > bindparam("since"),
        )
        .order_by(Comment.id.desc())
        .limit(1)
    )


_ANYTHING = Prepared(copies.anything())
_ALIKE = Prepared(_of_the_site(copies.alike(_LOOKED_AT)))
_SAME = Prepared(_of_the_site(copies.same(_LOOKED_AT)))
