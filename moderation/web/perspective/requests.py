"""What the two operations read: JSON as Google's parser takes it, and the checks that both share."""

import re
from collections.abc import Iterable
from typing import Any, TypeVar

import msgspec

from moderation.web.perspective import attributes
from moderation.web.perspective.failures import Failure, refused

LONGEST = 20_480
"""Bytes of UTF-8 in a comment."""

_PLAIN = frozenset({None, "PLAIN_TEXT", "TEXT_TYPE_UNSPECIFIED"})
_PROBABILITY = frozenset({None, "PROBABILITY", "SCORE_TYPE_UNSPECIFIED"})

# A string, also one without an end, or a word and whether a colon follows. Whatever was begun is taken
# to its end, so that the time stays linear.
_STRING_OR_NAME = re.compile(r'"(?:[^"\\]|\\.)*+"?|([A-Za-z_]\w*+)(\s*+:)?', re.DOTALL)
_SNAKE = re.compile(r"_([a-z0-9])")


class _Message(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """As Google maps messages to JSON: null is as good as nothing, and unknown names are passed over."""


class TextEntry(_Message, frozen=True):
    """A text and how it is written."""

    text: str | None = None
    type: str | None = None


class Context(_Message, frozen=True):
    """What the comment answers to. It is read for its shape and never used."""

    entries: list[TextEntry] | None = None
    article_and_parent_comment: dict[str, TextEntry | None] | None = None


class AttributeParameters(_Message, frozen=True):
    """What is wanted of one attribute."""

    score_type: str | None = None
    score_threshold: float | None = None


class Score(_Message, frozen=True):
    """A score that is suggested."""

    value: float | None = None
    type: str | None = None


class AttributeScores(_Message, frozen=True):
    """What is suggested for one attribute."""

    summary_score: Score | None = None


class CommentRequest(_Message, frozen=True):
    """What is said of a comment in either operation."""

    comment: TextEntry | None = None
    context: Context | None = None
    languages: list[str] | None = None
    do_not_store: bool | None = None
    client_token: str | None = None
    community_id: str | None = None

    @property
    def text(self) -> str:
        """The comment's text."""
        return (self.comment and self.comment.text) or ""

    @property
    def said_languages(self) -> tuple[str, ...]:
        """The languages that the client names, as it writes them."""
        return tuple(filter(None, self.languages or ()))

    def check(self) -> None:
        """Refuse what cannot be read as a comment, or raise nothing."""
        written_in = self.comment.type if self.comment else None
        if written_in == "HTML":
            raise refused("Currently, only 'PLAIN_TEXT' comments are supported")
        if written_in not in _PLAIN:
            raise refused("Unknown text type")
        if not self.text:
            raise refused("Comment must be non-empty.", "COMMENT_EMPTY")
        size = len(self.text.encode())
        if size > LONGEST:
            raise refused(
                f"Comment text was too many bytes. Value ({size}) exceeded limit ({LONGEST}).",
                "COMMENT_TOO_LONG",
            )
        context = self.context
        if context and context.entries is not None and context.article_and_parent_comment is not None:
            raise refused(
                "Context can have either entries or article_and_parent_comment, "
                "but both fields were populated."
            )


class AnalyzeRequest(CommentRequest, frozen=True):
    """What `comments:analyze` reads."""

    requested_attributes: dict[str, AttributeParameters | None] | None = None
    span_annotations: bool | None = None
    drop_unsupported_attributes: bool | None = None


class SuggestRequest(CommentRequest, frozen=True):
    """What `comments:suggestscore` reads."""

    attribute_scores: dict[str, AttributeScores | None] | None = None


T = TypeVar("T", bound=CommentRequest)


def read(body: bytes, kind: type[T]) -> T:
    """Read a body as `kind`, whatever its media type says. Raises Failure."""
    try:
        return msgspec.convert(_camel(_decoded(body)), kind, strict=False)
    # Half a surrogate pair and a nesting without end are no JSON text either.
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Failure(f"Invalid JSON payload received. {error}") from None


def check_attributes(named: Iterable[tuple[str, str | None]]) -> None:
    """Refuse attributes that nobody knows, and types of score that are no probability."""
    for name, score_type in named:
        if not attributes.is_known(name):
            raise refused(f"Unknown requested attribute: {name}", "INVALID_REQUEST")
        if score_type not in _PROBABILITY:
            raise refused(
                f"Requested score type {score_type} is not supported by attribute {name}",
                "INVALID_REQUEST",
            )


def _decoded(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except msgspec.DecodeError:
        return msgspec.json.decode(_STRING_OR_NAME.sub(_quoted, body.decode()))


def _quoted(found: re.Match[str]) -> str:
    """Quote a name that stands without quotes, as in {comment: {text: "..."}}."""
    return f'"{found[1]}":' if found[2] else found[0]


def _camel(value: Any) -> Any:
    """Write the names of fields as doNotStore that came as do_not_store."""
    if isinstance(value, list):
        return [_camel(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        # Names of attributes are in capitals, and stay.
        _SNAKE.sub(lambda found: found[1].upper(), name) if name.islower() else name: _camel(one)
        for name, one in value.items()
    }
