"""What a rule may look at: the draft, its normalised text, and what the site has set and seen."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Literal, TypeVar

import msgspec

from moderation.draft import Draft
from moderation.rules.entries import ListKind
from moderation.rules.options import NO_OPTIONS, Options
from moderation.rules.policy import Mode, Policy
from moderation.text import Link, Normalised, detect, links, normalise
from moderation.verdict import Signal


class Copies(msgspec.Struct, frozen=True):
    """Earlier comments that say the same, by where they stand."""

    # From the same author on the same page: most likely sent twice.
    same_hand: int = 0
    # From other authors or on other pages of this site.
    elsewhere: int = 0
    # On other sites of this server.
    other_sites: int = 0
    # How many of those elsewhere and on other sites people rejected.
    rejected: int = 0
    # This site's id of the latest one elsewhere.
    latest: str | None = None

    @property
    def of_others(self) -> int:
        """How many stand where their author would not just have sent them twice."""
        return self.elsewhere + self.other_sites


_NO_COPIES = Copies()


class History(msgspec.Struct, frozen=True):
    """What the site saw before this draft. The defaults are those of a site that saw nothing."""

    # The same text, and nearly the same text.
    copies: Copies = _NO_COPIES
    near_copies: Copies = _NO_COPIES
    # Comments of this author that hold as approved, whoever approved them. An e-mail address that
    # anyone can type in is enough to be this author.
    approved_before: int = 0
    # What people decided on comments of this author, as whom the site vouches for by an id.
    approved_by_people: int = 0
    rejected_by_people: int = 0
    # What this author, and his range of addresses, sent within the minutes that a flood takes.
    recent_from_author: int = 0
    recent_from_range: int = 0
    # Whether the site sent a comment under the draft's id before.
    is_known: bool = False
    # True when the draft replaces a comment that was judged before.
    is_edit: bool = False
    # True when the draft does not hold all that was sent.
    is_cut: bool = False
    # When the draft arrived.
    now: datetime | None = None

    @property
    def tells(self) -> bool:
        """Whether anything came before that rules speak of, but for how often an author was approved."""
        return bool(
            self.copies != _NO_COPIES
            or self.near_copies != _NO_COPIES
            or self.approved_by_people
            or self.rejected_by_people
            or self.recent_from_author
            or self.recent_from_range
            or self.is_edit
            or self.is_cut
        )


class Subjects(msgspec.Struct, frozen=True):
    """What a case has of that which some rules speak of. Of what it has not, they say nothing."""

    # Links, or what may be links typed as HTML or BBCode.
    links: bool = True
    # Links, or an address of the author's: what leads readers anywhere.
    leads: bool = True
    # What the form tells.
    form: bool = True
    # What came before.
    past: bool = True
    # Lists and settings that cannot be read.
    unreadable: bool = True


Subject = Literal["links", "leads", "form", "past", "unreadable"]

Value = TypeVar("Value")


class _Kept(Generic[Value]):
    """A property that is read when it is first asked for, and kept.

    Up to Python 3.11, functools.cached_property takes a lock besides, which costs a microsecond and lets
    threads that read different comments wait for one another.
    """

    def __init__(self, read: Callable[[Any], Value]) -> None:
        self._read = read
        self.__doc__ = read.__doc__

    def __get__(self, case: "Case", _: type) -> Value:
        kept = vars(case)[self._read.__name__] = self._read(case)
        return kept


# What is read of a text, whatever the policy.
_OF_THE_TEXT = ("text", "links", "detected")


class Case(msgspec.Struct, frozen=True, dict=True):
    """One draft, ready to be judged."""

    draft: Draft
    policy: Policy
    history: History
    # How the text is normalised.
    reading: Callable[[str], Normalised] = normalise

    @classmethod
    def prepare(
        cls,
        draft: Draft,
        policy: Policy,
        history: History,
        *,
        reading: Callable[[str], Normalised] = normalise,
    ) -> "Case":
        """Make a case of which the text is normalised once, when something first looks at it."""
        return cls(draft, policy, history, reading)

    def but(self, *, policy: Policy | None = None, history: History | None = None) -> "Case":
        """Return the same draft under another policy, or with another history."""
        other = Case(self.draft, policy or self.policy, history or self.history, self.reading)
        # What was read of the text stays true.
        vars(other).update({name: vars(self)[name] for name in _OF_THE_TEXT if name in vars(self)})
        return other

    @_Kept
    def text(self) -> Normalised:
        """The text in the one spelling in which it is searched."""
        return self.reading(self.draft.text)

    @_Kept
    def links(self) -> list[Link]:
        """The links in the text."""
        return links(self.text)

    @_Kept
    def detected(self) -> str | None:
        """The language of the text, or None if it is too short to tell."""
        return detect(self.text)

    @property
    def language(self) -> str:
        """The language of the text. What is too short to tell counts as the site's first."""
        return self.detected or self.policy.languages[0]

    @property
    def leads_somewhere(self) -> bool:
        """Whether it leads readers anywhere: without a link or an address, spam gains nothing."""
        return bool(self.links or self.draft.author.url)

    @property
    def subjects(self) -> Subjects:
        """What it has of that which some rules speak of."""
        draft, policy = self.draft, self.policy
        return Subjects(
            links=bool(self.links) or "[" in draft.text or "<" in draft.text,
            leads=self.leads_somewhere,
            form=bool(draft.form.honeypot) or draft.form.seconds is not None,
            past=self.history.tells,
            unreadable=bool(policy.unreadable or policy.unreadable_rules),
        )


Check = Callable[[Case], Iterable[Signal]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A check, the options it reads, and how it works where an owner has set nothing."""

    check: Check
    options: Options = NO_OPTIONS
    # None is off.
    mode: Mode | None = Mode.LIVE
    # True where there is nothing to set: lists are set by themselves.
    fixed: bool = False
    # True where it looks at what was sent or decided before, which the draft alone does not tell.
    looks_back: bool = False
    # Of what alone it speaks: a case that has nothing of it is not shown to the rule.
    about: Subject | None = None
    # The kinds of lists that it searches, if it does: without any, it is not asked either.
    lists: tuple[ListKind, ...] = ()
    # The codes of its signals, where they are not its name.
    codes: tuple[str, ...] = ()
    # The check's name, and the source of its signals.
    name: str = field(init=False)

    def __post_init__(self) -> None:
        """Name the rule for its check."""
        object.__setattr__(self, "name", self.check.__name__)
        object.__setattr__(self, "codes", self.codes or (self.name,))

    @property
    def summary(self) -> str:
        """What the rule looks for, in a sentence."""
        return (self.check.__doc__ or "").partition("\n")[0]
