"""What an owner may set for each rule: every option with its default and its range, on one page.

The types validate themselves. Only what differs from the default is kept, so that a better default
reaches the owners who left it alone.
"""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta, inspect

from moderation.refusal import Refusal

Count = Annotated[int, Meta(ge=1, le=100)]
Share = Annotated[float, Meta(gt=0, le=1)]
Days = Annotated[int, Meta(ge=1, le=10_000)]


class BadOption(Refusal):
    """An option that a rule does not have, or a value that it cannot take."""


class Options(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A rule's options; this one has none."""


def _said(title: str, unit: str = "") -> Meta:
    """Say what an option is, for people, and what its number counts."""
    return Meta(title=title, extra_json_schema={"unit": unit})


class SubmitTime(Options, frozen=True, kw_only=True):
    """How quickly a program gives itself away."""

    seconds: Annotated[
        float, Meta(ge=0, le=600), _said("Sent sooner than this after the form was shown", "seconds")
    ] = 3.0


class LinkCount(Options, frozen=True, kw_only=True):
    """From how many links on a person is asked."""

    at_least: Annotated[
        int, Meta(ge=1, le=1_000), _said("A person is asked from so many links on", "links")
    ] = 3


class LinkKinds(Options, frozen=True, kw_only=True):
    """Which kinds of links are suspicious."""

    addresses: Annotated[bool, _said("A link to a bare address such as http://192.0.2.1/")] = True
    encoded_names: Annotated[bool, _said("A link to a name that is encoded (xn--)")] = True
    ports: Annotated[bool, _said("A link to an unusual port")] = True
    markup: Annotated[bool, _said("A link that was typed as HTML or BBCode")] = True


class LinkShare(Options, frozen=True, kw_only=True):
    """How many words of its own a text should have for each link."""

    words: Annotated[
        int, Meta(ge=1, le=100), _said("Words of its own that a text should have for each link", "words")
    ] = 4


class LinkHosts(Options, frozen=True, kw_only=True):
    """From how many links to one host on a person is asked."""

    at_least: Annotated[
        int, Meta(ge=2, le=1_000), _said("A person is asked from so many links to one place on", "links")
    ] = 3


class AuthorName(Options, frozen=True, kw_only=True):
    """From how many words on a name beside an address is odd."""

    words: Annotated[
        int, Meta(ge=2, le=20), _said("A name beside an address is odd from so many words on", "words")
    ] = 4


class Flattery(Options, frozen=True, kw_only=True):
    """Up to how many words praise is all that a text says."""

    words: Annotated[
        int, Meta(ge=1, le=1_000), _said("Praise counts in texts of up to so many words", "words")
    ] = 60


class ExactCopies(Options, frozen=True, kw_only=True):
    """From how many letters on the same words are no chance."""

    letters: Annotated[
        int, Meta(ge=10, le=1_000), _said("Texts count as copies from so many letters on", "letters")
    ] = 30


MOST_DAYS_OF_NEAR_COPIES = 365
"""No site looks for near copies further back."""


class NearCopies(Options, frozen=True, kw_only=True):
    """How far back near copies are looked for, and how much of a text they share."""

    days: Annotated[
        int,
        Meta(ge=1, le=MOST_DAYS_OF_NEAR_COPIES),
        _said("Near copies are looked for so far back", "days"),
    ] = 30
    share: Annotated[
        float,
        Meta(ge=0.5, le=1),
        _said("The share of a text that near copies have in common, from 0.5 to 1"),
    ] = 0.6


class Flood(Options, frozen=True, kw_only=True):
    """How many comments within how many minutes are still a conversation."""

    from_author: Annotated[Count, _said("More than this from one author is a flood", "comments")] = 5
    from_range: Annotated[
        Count, _said("More than this from one range of addresses is a flood", "comments")
    ] = 10
    minutes: Annotated[float, Meta(gt=0, le=1_440), _said("Within this time", "minutes")] = 2.0


class KnownAuthor(Options, frozen=True, kw_only=True):
    """After how many approvals by people an author is known."""

    approvals: Annotated[
        Count, _said("An author is known after so many comments that people approved", "comments")
    ] = 3


class RejectedAuthor(Options, frozen=True, kw_only=True):
    """From how many rejections, and which share of an author's decided comments, a person is asked."""

    rejections: Annotated[
        Count, _said("A person is asked from so many comments on that people rejected", "comments")
    ] = 2
    share: Annotated[
        Share, _said("And if they are at least this share of the author’s decided comments, up to 1")
    ] = 0.5


class OldPage(Options, frozen=True, kw_only=True):
    """After how many days a page is old."""

    days: Annotated[Days, _said("A page is old after", "days")] = 365


NO_OPTIONS = Options()


def changed(options: Options, given: dict[str, str]) -> Options:
    """Return `options` with the given values, which are read from text. Raises BadOption."""
    fields = {field.name: field for field in msgspec.structs.fields(options)}
    read: dict[str, Any] = {}
    for name, value in given.items():
        if name not in fields:
            known = ", ".join(fields) or "none"
            raise BadOption(f"{name} is no option of this rule. Its options: {known}.")
        try:
            read[name] = msgspec.convert(value, fields[name].type, strict=False)
        except msgspec.ValidationError:
            raise BadOption(f"{name} must be {allowed(fields[name].type)}, not {value!r}.") from None
    return msgspec.structs.replace(options, **read)


class Described(msgspec.Struct, frozen=True):
    """An option as a form shows it."""

    name: str
    value: bool | int | float
    title: str
    # What its number counts, as in seconds; empty where it counts nothing.
    unit: str
    # What it can be, in words.
    allowed: str
    # The ends of its range; None for what is true or false.
    least: float | None
    most: float | None
    is_whole: bool


def described(options: Options) -> list[Described]:
    """Describe every option for people, with its value."""
    return [
        Described(field.name, getattr(options, field.name), *_described(field.type))
        for field in msgspec.structs.fields(options)
    ]


def _described(kind: Any) -> tuple[str, str, str, float | None, float | None, bool]:
    found = inspect.type_info(kind)
    said: Mapping[str, Any] = {}
    if isinstance(found, inspect.Metadata):
        said = found.extra_json_schema or {}
    bare = _bare(kind)
    least = most = None
    if isinstance(bare, inspect.IntType | inspect.FloatType):
        least, most = (bare.gt if bare.ge is None else bare.ge), bare.le
    is_whole = isinstance(bare, inspect.IntType)
    return said.get("title", ""), said.get("unit", ""), allowed(kind), least, most, is_whole


def _bare(kind: Any) -> inspect.Type:
    """Say what type an option is, without what is said of it for people."""
    found = inspect.type_info(kind)
    return found.type if isinstance(found, inspect.Metadata) else found


def allowed(kind: Any) -> str:
    """Say in words what an option of type `kind` can be."""
    bare = _bare(kind)
    if isinstance(bare, inspect.IntType):
        return f"a whole number from {bare.ge:,} to {bare.le:,}"
    if isinstance(bare, inspect.FloatType):
        start = f"from {bare.ge:,}" if bare.ge is not None else f"above {bare.gt:,}"
        return f"a number {start} to {bare.le:,}"
    return "true or false"
