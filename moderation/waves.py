"""Waves: comments on one site that say nearly the same, within a month. Told apart at intake.

A wave is named by the number of its first comment, which learns of it when a second one comes.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Row, Select, bindparam, false, select, update
from sqlalchemy.orm import Session

from moderation import copies
from moderation.store.tables import Comment

LASTS = timedelta(days=30)
"""How far back the comments of a wave are looked for."""
SHARE = 0.6
"""Of the numbers of its sketch, how many a comment shares with one of its wave."""

# One is enough to join; the others are there for copies on other sites, and for older editions.
_LOOKED_AT = 20


def join(
    session: Session,
    site_id: int,
    external_id: str,
    numbers: Sequence[int],
    text_hash: str,
    *,
    now: datetime,
) -> int | None:
    """Return the wave that a new comment belongs to, or None.

    `numbers` are its sketch's. The earlier comment that begins a wave is told that it does.
    """
    found = _earlier(session, site_id, external_id, numbers, text_hash, since=now - LASTS)
    if found is None:
        return None
    if found.wave_id is not None:
        wave: int = found.wave_id
        return wave
    first: int = found.id
    session.execute(
        update(Comment)
        .where(Comment.id == first, Comment.wave_id.is_(None))
        .values(wave_id=first)
        .execution_options(synchronize_session=False)
    )
    return first


def _earlier(
    session: Session,
    site_id: int,
    external_id: str,
    numbers: Sequence[int],
    text_hash: str,
    *,
    since: datetime,
) -> Row[int, int | None] | None:
    """Find the latest comment that says nearly the same; of a short text, the same."""
    about = {"site": site_id, "own": external_id, "since": since}
    # Not through the session: it would take longer than the look-up itself.
    connection = session.connection()
    if not numbers:
        return connection.execute(_SAME, {"text_hash": text_hash} | about).first()
    # Most comments share nothing with any other, which is quickly told.
    if connection.execute(_SHARING, copies.numbered(numbers)).first() is None:
        return None
    sought = copies.sought(numbers, text_hash, SHARE)
    return connection.execute(_ALIKE, sought | about).first()


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


# Built once, because every comment needs them.
_SHARING = copies.sharing()
_ALIKE = _of_the_site(copies.alike(_LOOKED_AT))
_SAME = _of_the_site(copies.same(_LOOKED_AT))
