"""What is stored of the addresses that comments came from: whole, only the network, or nothing.

What was stored is known again all the same when a site sends a comment once more.
"""

import hashlib
from datetime import UTC, datetime
from typing import Any

import msgspec

from moderation import history
from moderation.draft import Author, Form, Page, Submission


def shortened(draft: Submission) -> Submission:
    """Return `draft` with the network in place of the IP address, as in 203.0.113.0/24.

    What is no address is left out: nobody can say what it tells.
    """
    network = history.network(draft.author.ip)
    return _but(draft, ip=None if network is None else str(network))


def content_hash(draft: Submission) -> str:
    """Return what tells the content of `draft` from any other."""
    return _hashed(draft)


def hash_without(draft: Submission) -> str:
    """Return what tells the content of `draft` from any other, but for the addresses.

    A hash with the address would tell it to whoever tries all that there are.
    """
    # The database knows moments in UTC only.
    page = msgspec.structs.replace(draft.page, published_at=_in_utc(draft.page.published_at))
    bare = _but(draft, ip=None, user_agent=None)
    # Each part made anew: what is left out as a default is told by which object it is.
    form = msgspec.structs.replace(draft.form)
    bare = msgspec.structs.replace(bare, page=page, form=form, submitted_at=_in_utc(bare.submitted_at))
    return _hashed(bare, b"without addresses")


def content_hashes(draft: Submission) -> frozenset[str]:
    """Return the hashes under which the content of `draft` may be stored."""
    return frozenset({content_hash(draft), content_hash(shortened(draft)), hash_without(draft)})


DRAFTED = (
    "external_id",
    "text",
    "author_name",
    "author_email",
    "author_url",
    "author_ip",
    "author_user_agent",
    "author_id",
    "page_url",
    "page_title",
    "page_published_at",
    "form_honeypot",
    "form_seconds",
    "parent_id",
    "submitted_at",
)
"""The columns of a comment that its draft is made of again."""


def draft_of(row: Any) -> Submission:
    """Make the draft again that a comment, or a row with the columns DRAFTED, was made of."""
    return Submission(
        id=row.external_id,
        text=row.text,
        author=Author(
            name=row.author_name,
            email=row.author_email,
            url=row.author_url,
            ip=row.author_ip,
            user_agent=row.author_user_agent,
            id=row.author_id,
        ),
        page=Page(url=row.page_url, title=row.page_title, published_at=row.page_published_at),
        form=Form(honeypot=row.form_honeypot, seconds=row.form_seconds),
        parent_id=row.parent_id,
        submitted_at=row.submitted_at,
    )


def _but(draft: Submission, **changed: str | None) -> Submission:
    return msgspec.structs.replace(draft, author=msgspec.structs.replace(draft.author, **changed))


def _hashed(draft: Submission, before: bytes = b"") -> str:
    return hashlib.sha256(before + msgspec.json.encode(draft)).hexdigest()


def _in_utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(UTC)
