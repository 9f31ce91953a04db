"""Waves: comments on one site that say nearly the same, within a month. Told apart at intake.

A wave is named by the number of its first comment, which learns of it when a second one comes.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

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


def join(
    connection: Connection,
    comment_id: int,
    sought: Mapping[str, Any],
    *,
    site_id: int,
    external_id: str,
    now: datetime,
) -> int | None:
    """Put a comment that was just stored into the wave that it belongs to, and return that, or None.

    `sought` is what `copies.sought` says of it, with SHARE. The earlier comment that begins a wave is
    told that it does.
    """
    about = {"site": site_id, "own": external_id, "since": now - LASTS}
    found = _ALIKE.first(connection, {**sought, **about})
    if found is None:
        return None
    first, known = found
    wave: int = known or first
    joining = Comment.id.in_([first, comment_id])
    connection.execute(update(Comment).where(joining, Comment.wave_id.is_(None)).values(wave_id=wave))
    return wave


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


_ALIKE = Prepared(_of_the_site(copies.alike(_LOOKED_AT)))
