"""Blank what an author has sent, and remove what hangs on it for his sake alone.

The rows stay: what was decided and when, how the service judged and how sites heard of it, without a
word of his.
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from moderation import audit
from moderation.authors.finding import Comments
from moderation.store import scrubbing
from moderation.store.tables import (
    Chosen,
    Claim,
    Comment,
    Facet,
    Hold,
    Moderator,
    Note,
    Sketch,
    StoredVerdict,
)

STEP = 200
"""How many comments are erased in a transaction: others wait for it to end."""

# What stays of a comment: its place, its moments, what became of it, and the page that it stood on.
_BLANK: Mapping[str, Any] = {
    "text": "",
    **dict.fromkeys(
        (
            "author_name",
            "author_email",
            "author_url",
            "author_ip",
            "author_user_agent",
            "author_id",
            "author_key",
            "author_range",
            "form_honeypot",
            "form_seconds",
            "submitted_at",
            "wave_id",
            "waits_for",
        )
    ),
}
_REMOVED = (Claim, Hold, Note)
# These have no index by comment: each look-up reads the whole table.
_REMOVED_SLOWLY = (Sketch, Facet)


def erase(session: Session, comments: Comments, *, by: Moderator | str, now: datetime) -> int:
    """Erase all editions of some comments, and return how many comments were not erased yet.

    Whoever decides on one of them meanwhile is refused. No model learns from them any more.
    """
    scrubbing.overwrite(session)
    # In the order in which everybody locks comments, so that nobody waits in a circle.
    rows = session.execute(
        select(Comment.id, Comment.external_id)
        .where(comments.editions(), Comment.erased_at.is_(None))
        .order_by(Comment.id)
        .with_for_update(of=Comment, key_share=True)
    ).all()
    if not rows:
        return 0
    numbers = [row.id for row in rows]
    blank(session, numbers, now=now)
    for table in _REMOVED_SLOWLY:
        _change(session, delete(table).where(table.comment_id.in_(numbers)))
    number = len({row.external_id for row in rows})
    audit.note(
        session,
        by,
        "author.erase",
        "an author",
        site_id=comments.site_id,
        details="1 comment." if number == 1 else f"{number:,} comments.",
        now=now,
    )
    return number


def blank(
    session: Session, numbers: Sequence[int], *, kept_days: int | None = None, now: datetime
) -> None:
    """Blank comments, which must be locked: what was sent, reasons, notes, and what keeps them open.

    `kept_days` says after how many days, where that is why. Sketches and facets are left to the caller.
    """
    for number in numbers:
        # Hashes of nothing that anybody sends, each another: nothing is a copy of it.
        hashes = {column: secrets.token_hex(32) for column in ("content_hash", "text_hash")}
        _change(
            session,
            update(Comment)
            .where(Comment.id == number)
            .values(**_BLANK, **hashes, erased_at=now, kept_days=kept_days),
        )
    for verdict in session.scalars(select(StoredVerdict).where(StoredVerdict.comment_id.in_(numbers))):
        verdict.reasons = [code(reason) for reason in verdict.reasons]
    for table in _REMOVED:
        _change(session, delete(table).where(table.comment_id.in_(numbers)))
    # What an act left alone stays on its record; what it had still to decide on is gone.
    _change(
        session,
        delete(Chosen).where(Chosen.comment_id.in_(numbers), Chosen.is_left_alone.is_(False)),
    )


def code(reason: Mapping[str, Any]) -> dict[str, Any]:
    """Leave of a reason what it was and what it weighed; its sentence and places tell of the text."""
    return {
        "source": reason["source"],
        "code": reason["code"],
        "message": "",
        "action": reason["action"],
        "weight": reason["weight"],
        "log_only": reason["log_only"],
    }


def _change(session: Session, statement: Any) -> None:
    session.execute(statement.execution_options(synchronize_session=False))
