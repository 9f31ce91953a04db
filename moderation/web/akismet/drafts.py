"""Turn an Akismet client's fields into our draft. Nothing is refused for its length or its bytes."""

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, get_args

from moderation.draft import (
    Address,
    Author,
    CommentText,
    Form,
    Identifier,
    Page,
    ShortText,
    Submission,
    moment,
)
from moderation.intake import AKISMET_PREFIX
from moderation.store.tables import Comment

# What each call about a comment must have, in the order in which it is missed.
_REQUIRED = ("blog", "user_ip")

_NUL = re.compile(r"\x00")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# What stands for bytes that are no text in the blog's charset.
_UNREADABLE = "\N{REPLACEMENT CHARACTER}"

_MILLISECONDS = re.compile(r"[0-9]{12,14}")
_NOBODY = frozenset({None, "0"})
_REPORTER = "the blog"
_LONGEST_NAME = 255

Spelling = Callable[[str], str]
"""Turns what was sent into what was typed."""


class Received(NamedTuple):
    """A draft, and whether all of it is there."""

    draft: Submission
    # True where something was too long or unreadable, and is not in the draft.
    is_cut: bool


def missing(fields: Mapping[str, str]) -> str | None:
    """Name a required field that is missing or blank, or None."""
    return next((name for name in _REQUIRED if not fields.get(name, "").strip()), None)


def as_sent(sent: str) -> str:
    """Take what was sent for what was typed."""
    return sent


def receive(fields: Mapping[str, str], guid: str, *, spelling: Spelling = as_sent) -> Received:
    """Make a draft of the fields under an id of ours."""
    taken = _Taken(fields, spelling)
    author = Author(
        name=taken.value("comment_author", ShortText),
        email=taken.value("comment_author_email", ShortText),
        url=taken.value("comment_author_url", Address),
        ip=taken.value("user_ip", ShortText),
        user_agent=taken.value("user_agent", Address),
        id=taken.number("user_id") or taken.number("user_ID"),
    )
    draft = Submission(
        id=AKISMET_PREFIX + guid,
        # A signup or a pingback may say nothing but whom it comes from. What says nothing at all is
        # blank, which goes to a person.
        text=taken.value("comment_content", CommentText)
        or " ".join(filter(None, (author.name, author.url)))
        or " ",
        author=author,
        page=Page(
            url=taken.value("permalink", Address),
            published_at=moment(fields.get("comment_post_modified_gmt", "")),
        ),
        form=Form(honeypot=taken.honeypot(), seconds=_seconds(fields)),
        parent_id=taken.number("comment_parent"),
        submitted_at=moment(fields.get("comment_date_gmt", "")),
    )
    return Received(draft, taken.is_cut)


def reporter(fields: Mapping[str, str]) -> str:
    """Return who at the site reports a comment."""
    return _CONTROL.sub("", fields.get("reporter", "")).strip()[:_LONGEST_NAME] or _REPORTER


def guid(comment: Comment) -> str | None:
    """Return the id under which a client knows the comment, or None where another door took it."""
    is_ours = comment.external_id.startswith(AKISMET_PREFIX)
    return comment.external_id.removeprefix(AKISMET_PREFIX) if is_ours else None


class _Taken:
    """Takes values out of fields, as far as a draft can hold them, and notes whether any was cut."""

    def __init__(self, fields: Mapping[str, str], spelling: Spelling) -> None:
        self._fields = fields
        self._spelling = spelling
        self.is_cut = False

    def value(self, name: str, kind: Any, unwanted: re.Pattern[str] = _NUL) -> str | None:
        """Return a field's value, or None where it is blank."""
        sent = self._spelling(self._fields.get(name, ""))
        kept = unwanted.sub("", sent)[: get_args(kind)[1].max_length]
        self.is_cut |= kept != sent or _UNREADABLE in kept
        return kept if kept.strip() else None

    def number(self, name: str) -> str | None:
        """Return an id of the site's own; nought is nobody's."""
        found = self.value(name, Identifier, _CONTROL)
        return None if found in _NOBODY else found

    def honeypot(self) -> str | None:
        """Return what came in the field that readers cannot see, whatever its name."""
        named = self._fields.get("honeypot_field_name", "")
        names = ("POST_ak_hp_textarea", *((named, f"POST_{named}") if named else ()))
        return next(filter(None, (self.value(name, Address) for name in names)), None)


def _seconds(fields: Mapping[str, str]) -> float | None:
    """How long the form was shown: both moments are told by the browser's own clock, or neither."""
    shown, sent = fields.get("POST_ak_js", ""), fields.get("POST_ak_bfs", "")
    # Where no script ran, the first is a small number.
    if _MILLISECONDS.fullmatch(shown) and _MILLISECONDS.fullmatch(sent) and int(sent) >= int(shown):
        return (int(sent) - int(shown)) / 1000
    return None
