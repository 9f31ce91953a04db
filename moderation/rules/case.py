"""What a rule may look at: the draft, its normalised text, and what the site has set and seen."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from moderation.draft import Draft
from moderation.rules.options import NO_OPTIONS, Options
from moderation.rules.policy import Mode, Policy
from moderation.text import Link, Normalised, detect, links, normalise
from moderation.verdict import Signal


@dataclass(frozen=True, slots=True)
class Copies:
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


@dataclass(frozen=True, slots=True)
class History:
    """What the site saw before this draft. The defaults are those of a site that saw nothing."""

    # The same text, and nearly the same text.
    copies: Copies = Copies()
    near_copies: Copies = Copies()
    # Comments of this author that hold as approved, whoever approved them. An e-mail address that
    # anyone can type in is enough to be this author.
    approved_before: int = 0
    # What people decided on comments of this author, as whom the site vouches for by an id.
    approved_by_people: int = 0
    rejected_by_people: int = 0
    # What this author, and his range of addresses, sent within the minutes that a flood takes.
    recent_from_author: int = 0
    recent_from_range: int = 0
    # True when the draft replaces a comment that was judged before.
    is_edit: bool = False
    # True when the draft does not hold all that was sent.
    is_cut: bool = False
    # When the draft arrived.
    now: datetime | None = None


@dataclass(frozen=True)
class Case:
    """One draft, ready to be judged."""

    draft: Draft
    policy: Policy
    history: History
    text: Normalised
    links: list[Link]

    @classmethod
    def prepare(cls, draft: Draft, policy: Policy, history: History) -> "Case":
        """Normalise the text and find its links once, for all rules."""
        text = normalise(draft.text)
        return cls(draft, policy, history, text, links(text))

    @cached_property
    def language(self) -> str:
        """The language of the text. What is too short to tell counts as the site's first."""
        return detect(self.text) or self.policy.languages[0]

    @property
    def leads_somewhere(self) -> bool:
        """Whether it leads readers anywhere: without a link or an address, spam gains nothing."""
        return bool(self.links or self.draft.author.url)


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
    # The check's name, and the source of its signals.
    name: str = field(init=False)

    def __post_init__(self) -> None:
        """Name the rule for its check."""
        object.__setattr__(self, "name", self.check.__name__)

    @property
    def summary(self) -> str:
        """What the rule looks for, in a sentence."""
        return (self.check.__doc__ or "").partition("\n")[0]
