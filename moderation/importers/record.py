"""What every format is translated to: a comment as a site sends it, and what was decided on it there."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

import msgspec

from moderation.draft import (
    LONGEST_ADDRESS,
    LONGEST_COMMENT,
    LONGEST_IDENTIFIER,
    LONGEST_SHORT_TEXT,
    Author,
    Page,
    Submission,
    moment,
)

# The fields of a comment, as formats name them here, with the number of characters that are kept.
SHORT_FIELDS = {
    "author_name": LONGEST_SHORT_TEXT,
    "author_email": LONGEST_SHORT_TEXT,
    "author_url": LONGEST_ADDRESS,
    "author_ip": LONGEST_SHORT_TEXT,
    "author_user_agent": LONGEST_ADDRESS,
    "author_id": LONGEST_IDENTIFIER,
    "page_url": LONGEST_ADDRESS,
    "page_title": LONGEST_ADDRESS,
}

# Blogs write this where they know no date.
_NO_DATE = "0000-00-00"


class Status(StrEnum):
    """What a site thought of a comment when it was exported."""

    APPROVED = "approved"
    SPAM = "spam"
    # Thrown away, for whatever reason.
    REJECTED = "rejected"
    # Nobody had decided yet.
    PENDING = "pending"


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A comment that can be stored."""

    status: Status
    draft: Submission
    # What was changed or left out so that it can.
    mended: tuple[str, ...] = ()


class Skipped(msgspec.Struct, frozen=True, kw_only=True):
    """A comment that cannot be stored, and why."""

    # For people who look into the file: “line 17”.
    where: str
    why: str


def make(where: str, prefix: str, status: Status, given: Mapping[str, str]) -> Record | Skipped:
    """Make a record of what a file gives: `id` and `text`, and what else is known, as text.

    The id gets `prefix`, so that it is never one that the site sends later for another comment.
    """
    identifier, text = given.get("id", "").strip(), given.get("text", "")
    if not identifier:
        return Skipped(where=where, why="it has no id")
    if not text.strip():
        return Skipped(where=where, why="it has no text")
    if len(text) > LONGEST_COMMENT:
        return Skipped(where=where, why=f"its text is longer than {LONGEST_COMMENT:,} characters")
    mended: list[str] = []
    content = {name: _short(given.get(name, ""), most, mended) for name, most in SHORT_FIELDS.items()}
    parent = given.get("parent_id", "").strip()
    draft = {
        "id": prefix + identifier,
        "text": _without_nul(text, mended),
        "author": Author(
            **{
                name: content[f"author_{name}"]
                for name in ("name", "email", "url", "ip", "user_agent", "id")
            }
        ),
        "page": Page(
            url=content["page_url"],
            title=content["page_title"],
            published_at=_moment(given.get("page_date", ""), mended),
        ),
        "parent_id": prefix + parent if parent else None,
        "submitted_at": _moment(given.get("date", ""), mended),
    }
    try:
        # The limits stand in one place, and what one of them forbids must not end an import.
        checked = msgspec.convert(draft, Submission, from_attributes=True)
    except msgspec.ValidationError as error:
        return Skipped(where=where, why=f"it is no comment: {error}")
    return Record(status=status, draft=checked, mended=tuple(mended))


def _short(text: str, most: int, mended: list[str]) -> str | None:
    text = _without_nul(text.strip(), mended)
    if len(text) > most:
        mended.append(f"a name, an address or a title longer than {most:,} characters was cut")
    return text[:most] or None


def _without_nul(text: str, mended: list[str]) -> str:
    if "\0" in text:
        mended.append("characters that no database keeps (NUL) were replaced")
    return text.replace("\0", "\ufffd")


def _moment(text: str, mended: list[str]) -> datetime | None:
    """Read a date, in UTC where it does not say otherwise."""
    text = text.strip()
    if not text or text.startswith(_NO_DATE):
        return None
    read = moment(text)
    if read is None:
        mended.append("a date that cannot be read was left out")
    return read
