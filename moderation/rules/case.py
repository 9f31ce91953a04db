"""What a rule may look at: the draft, its normalised text, and what the site has set and seen."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from moderation.draft import Draft
from moderation.rules.policy import Policy
from moderation.text import Link, Normalised, links, normalise
from moderation.verdict import Signal


@dataclass(frozen=True, slots=True)
class History:
    """What the site saw before this draft. The defaults are those of a site that saw nothing."""

    # Earlier comments of this site with the same text.
    copies: int = 0
    # Comments of this author that a person or the machine approved.
    approved_before: int = 0
    # True when the draft replaces a comment that was judged before.
    is_edit: bool = False


@dataclass(frozen=True, slots=True)
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


Rule = Callable[[Case], Iterable[Signal]]
