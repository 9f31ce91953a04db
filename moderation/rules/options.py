"""What an owner may set for each rule: every option with its default and its range, on one page.

The types validate themselves. Only what differs from the default is kept, so that a better default
reaches the owners who left it alone.
"""

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


class SubmitTime(Options, frozen=True, kw_only=True):
    """How quickly a program gives itself away."""

    seconds: Annotated[float, Meta(ge=0, le=600)] = 3.0


class LinkCount(Options, frozen=True, kw_only=True):
    """From how many links on a person is asked."""

    at_least: Annotated[int, Meta(ge=1, le=1_000)] = 3


class LinkKinds(Options, frozen=True, kw_only=True):
    """Which kinds of links are suspicious."""

    addresses: bool = True
    encoded_names: bool = True
    ports: bool = True
    markup: bool = True


class LinkShare(Options, frozen=True, kw_only=True):
    """How many words of its own a text should have for each link."""

    words: Annotated[int, Meta(ge=1, le=100)] = 4


class LinkHosts(Options, frozen=True, kw_only=True):
    """From how many links to one host on a person is asked."""

    at_least: Annotated[int, Meta(ge=2, le=1_000)] = 3


class AuthorName(Options, frozen=True, kw_only=True):
    """From how many words on a name beside an address is odd."""

    words: Annotated[int, Meta(ge=2, le=20)] = 4


class Flattery(Options, frozen=True, kw_only=True):
    """Up to how many words praise is all that a text says."""

    words: Annotated[int, Meta(ge=1, le=1_000)] = 60


class ExactCopies(Options, frozen=True, kw_only=True):
    """From how many letters on the same words are no chance."""

    letters: Annotated[int, Meta(ge=10, le=1_000)] = 30


MOST_DAYS_OF_NEAR_COPIES = 365
"""No site looks for near copies further back."""


class NearCopies(Options, frozen=True, kw_only=True):
    """How far back near copies are looked for, and how much of a text they share."""

    days: Annotated[int, Meta(ge=1, le=MOST_DAYS_OF_NEAR_COPIES)] = 30
    share: Annotated[float, Meta(ge=0.5, le=1)] = 0.6


class Flood(Options, frozen=True, kw_only=True):
    """How many comments within how many minutes are still a conversation."""

    from_author: Count = 5
    from_range: Count = 10
    minutes: Annotated[float, Meta(gt=0, le=1_440)] = 2.0


class KnownAuthor(Options, frozen=True, kw_only=True):
    """After how many approvals by people an author is known."""

    approvals: Count = 3


class RejectedAuthor(Options, frozen=True, kw_only=True):
    """From how many rejections, and which share of an author's decided comments, a person is asked."""

    rejections: Count = 2
    share: Share = 0.5


class OldPage(Options, frozen=True, kw_only=True):
    """After how many days a page is old."""

    days: Days = 365


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


def allowed(kind: Any) -> str:
    """Say in words what an option of type `kind` can be."""
    described = inspect.type_info(kind)
    if isinstance(described, inspect.IntType):
        return f"a whole number from {described.ge:,} to {described.le:,}"
    if isinstance(described, inspect.FloatType):
        start = f"from {described.ge:,}" if described.ge is not None else f"above {described.gt:,}"
        return f"a number {start} to {described.le:,}"
    return "true or false"
