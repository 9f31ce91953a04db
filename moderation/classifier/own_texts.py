"""Read the texts that were written for this project: comments of all sorts, and names of groups.

Knows the four files beside it and what a line of each may hold; knows nothing of how a model learns.
"""

import re
from collections.abc import Iterator
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Annotated, Literal, TypeVar

import msgspec

from moderation.draft import CommentText, Draft
from moderation.refusal import Refusal

FOLDER: Traversable = resources.files("moderation.classifier") / "texts"
BLOG_COMMENTS = "blog_comments.jsonl"
CIVIL = "civil_comments.txt"
UNCIVIL = "uncivil_comments.jsonl"
IDENTITIES = "identities.txt"

# A line that says something about the file. Comments may begin with a hashtag, so it takes a space.
_REMARK = re.compile(r"#(?: |$)")
_ESCAPE = re.compile(r"\\(.?)")
_ESCAPED = {"n": "\n", "\\": "\\"}
_NAME = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")

Attribute = Literal["toxicity", "severe_toxicity", "obscene", "threat", "insult", "identity_attack"]
Kind = Annotated[str, msgspec.Meta(pattern=r"^[a-z]+(?:_[a-z]+)*$")]
Line = TypeVar("Line", bound=msgspec.Struct)


class OwnTextsUnusable(Refusal):
    """A file of our own texts is missing, or holds a line that says nothing we understand."""


class BlogComment(Draft, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A comment as a blog gets it, whether it is spam, and which kind of either."""

    spam: bool
    kind: Kind


class Abuse(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An abusive comment, and what it is guilty of."""

    text: CommentText
    labels: frozenset[Attribute]

    def __post_init__(self) -> None:
        """Refuse a comment that is guilty of nothing: it belongs to the civil ones."""
        if "toxicity" not in self.labels:
            raise ValueError("whatever else it is, an abusive comment is labelled toxicity")


def blog_comments(folder: Traversable = FOLDER) -> tuple[BlogComment, ...]:
    """Spam and its honest look-alikes, one JSON object a line."""
    return tuple(_decoded(folder / BLOG_COMMENTS, BlogComment))


def civil(folder: Traversable = FOLDER) -> tuple[str, ...]:
    r"""Civil comments that a careless filter would reject, one a line, with \n for a new line."""
    return tuple(_civil(folder / CIVIL))


def uncivil(folder: Traversable = FOLDER) -> tuple[Abuse, ...]:
    """Abusive comments and their labels, one JSON object a line."""
    return tuple(_decoded(folder / UNCIVIL, Abuse))


def identities(folder: Traversable = FOLDER) -> frozenset[str]:
    """Names of groups that must not carry blame by themselves, in lower case."""
    file = folder / IDENTITIES
    names: set[str] = set()
    for number, line in _spoken(file):
        if not _NAME.fullmatch(line) or line != line.lower():
            raise _unusable(file, number, f"{line!r} is not one word in lower case")
        if line in names:
            raise _unusable(file, number, f"{line!r} stands here twice")
        names.add(line)
    return frozenset(names)


def _decoded(file: Traversable, kind: type[Line]) -> Iterator[Line]:
    decoder = msgspec.json.Decoder(kind)
    for number, line in _lines(file):
        try:
            yield decoder.decode(line)
        except msgspec.DecodeError as error:
            raise _unusable(file, number, str(error)) from error


def _civil(file: Traversable) -> Iterator[str]:
    for number, line in _spoken(file):
        unknown = [found[1] for found in _ESCAPE.finditer(line) if found[1] not in _ESCAPED]
        if unknown:
            raise _unusable(file, number, rf"\{unknown[0]} is neither \n nor \\")
        yield _ESCAPE.sub(lambda found: _ESCAPED[found[1]], line)


def _spoken(file: Traversable) -> Iterator[tuple[int, str]]:
    """The lines that are not about the file, with their numbers."""
    for number, line in _lines(file):
        if line and not _REMARK.match(line):
            yield number, line


def _lines(file: Traversable) -> Iterator[tuple[int, str]]:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise OwnTextsUnusable(f"{file} cannot be read: {error}") from error
    # Not splitlines: it would also cut at marks that a comment may hold.
    return enumerate(text.removesuffix("\n").split("\n"), start=1)


def _unusable(file: Traversable, number: int, problem: str) -> OwnTextsUnusable:
    return OwnTextsUnusable(f"{file}, line {number}: {problem}")
