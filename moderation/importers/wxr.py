"""Read what WordPress exports: WXR, which is RSS with comments in it."""

import re
from collections.abc import Iterable, Iterator

from moderation.importers import markup
from moderation.importers.record import Record, Skipped, Status, make

_NAME = re.compile(r"\{(?P<namespace>[^}]*)\}(?P<name>.*)", re.DOTALL)
# Each version of the format has a namespace of its own.
_NAMESPACE = re.compile(r"https?://(www\.)?wordpress\.org/export/[\d.]*/?")

_OF_THE_PAGE = {"link": "page_url", "title": "page_title", "wp:post_date_gmt": "page_date"}
_OF_THE_COMMENT = {
    "wp:comment_id": "id",
    "wp:comment_content": "text",
    "wp:comment_author": "author_name",
    "wp:comment_author_email": "author_email",
    "wp:comment_author_url": "author_url",
    "wp:comment_author_IP": "author_ip",
    "wp:comment_user_id": "author_id",
    "wp:comment_parent": "parent_id",
    "wp:comment_date": "local_date",
    "wp:comment_date_gmt": "date",
    "wp:comment_approved": "approved",
    "wp:comment_type": "type",
}
_TEXTS = frozenset(_OF_THE_PAGE) | frozenset(_OF_THE_COMMENT)
# What WordPress writes for “none”.
_NONE = {"author_id": "0", "parent_id": "0", "date": "0000-00-00 00:00:00"}

# What readers write. Everything else is written by programs, or by editors for each other.
_BY_READERS = frozenset({"", "comment", "review"})
_LINKS_BACK = frozenset({"pingback", "trackback"})

_STATUSES = {
    "1": Status.APPROVED,
    "approve": Status.APPROVED,
    "approved": Status.APPROVED,
    "0": Status.PENDING,
    "hold": Status.PENDING,
    "spam": Status.SPAM,
    "trash": Status.REJECTED,
}


def read(pieces: Iterable[bytes]) -> Iterator[Record | Skipped]:
    """Yield each comment of a WXR file in its order. Raises BadFile."""
    page: dict[str, str] = {}
    comment: dict[str, str] | None = None
    for event in markup.events(pieces, root="rss", texts=_TEXTS, short=_short):
        match event:
            case markup.Start(name="item"):
                page = {}
            case markup.Start(name="wp:comment"):
                comment = {}
            case markup.End(name="wp:comment") if comment is not None:
                yield _record(page | comment)
                comment = None
            case markup.End(name=name, text=text) if comment is not None and name in _OF_THE_COMMENT:
                comment[_OF_THE_COMMENT[name]] = text
            case markup.End(name=name, text=text) if comment is None and name in _OF_THE_PAGE:
                page[_OF_THE_PAGE[name]] = text


def status(approved: str) -> Status | None:
    """Say what WordPress means by `comment_approved`; None where it means nothing known."""
    return _STATUSES.get(approved.strip().lower())


def why_no_reader_wrote(kind: str) -> str | None:
    """Say why a comment of this WordPress type is none of a reader's, or None where it may be."""
    kind = kind.strip().lower()
    if kind in _LINKS_BACK:
        return "it is a pingback or trackback, which no reader wrote"
    return None if kind in _BY_READERS else "it is of a type that readers do not write, such as a note"


def _record(given: dict[str, str]) -> Record | Skipped:
    where = f"comment {given.get('id', '')[:50] or '?'}"
    why = why_no_reader_wrote(given.get("type", ""))
    if why:
        return Skipped(where=where, why=why)
    approved = given.get("approved", "")
    if approved.strip() == "post-trashed":
        return Skipped(
            where=where, why="its post was in the trash, which says nothing about the comment"
        )
    found = status(approved)
    if found is None:
        return Skipped(where=where, why="its status is none that WordPress has")
    known = {name: text for name, text in given.items() if text.strip() != _NONE.get(name)}
    return make(where, "wxr-", found, {"date": known.get("local_date", "")} | known)


def _short(name: str) -> str:
    match = _NAME.fullmatch(name)
    if match and _NAMESPACE.fullmatch(match["namespace"]):
        return f"wp:{match['name']}"
    return name
