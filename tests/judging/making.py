"""Make what the core's tests need with few words: cases, lists and a scorer whose answer is set."""

from dataclasses import dataclass, field
from typing import ClassVar

from moderation.draft import Author, Draft
from moderation.rules import Case, EntryList, History, ListKind, Policy
from moderation.text import Normalised
from moderation.verdict import Action, Contribution, Scores, Signal, Thresholds


def case(text: str, *lists: EntryList, history: History | None = None, **chosen: object) -> Case:
    """A draft of an unknown author on a site with these lists; `chosen` is the rest of the policy."""
    return Case.prepare(Draft(text=text), Policy(lists=lists, **chosen), history or History())


def case_of_author(url: str | None, *lists: EntryList) -> Case:
    """A harmless text whose author names an address of their own."""
    draft = Draft(text="What a day.", author=Author(url=url))
    return Case.prepare(draft, Policy(lists=lists), History())


def by(*lists: EntryList, text: str = "What a day.", **author: str) -> Case:
    """What an author sends of whom the site knows this."""
    return Case.prepare(Draft(text=text, author=Author(**author)), Policy(lists=lists), History())


def terms(*entries: str, action: Action = Action.REVIEW) -> EntryList:
    return EntryList.parse("words", ListKind.TERMS, action, "\n".join(entries))


def domains(*entries: str, action: Action = Action.REVIEW) -> EntryList:
    return EntryList.parse("hosts", ListKind.DOMAINS, action, "\n".join(entries))


def patterns(*entries: str, action: Action = Action.REVIEW) -> EntryList:
    return EntryList.parse("shapes", ListKind.PATTERNS, action, "\n".join(entries))


def marked(judged: Case, signal: Signal) -> list[str]:
    """What a person would see marked in the text as sent."""
    return [judged.draft.text[start:end] for start, end in signal.spans]


@dataclass(frozen=True)
class Scorer:
    """A scorer that always says the same."""

    rejection: float = -5.0
    attributes: dict[str, float] = field(default_factory=lambda: {"insult": 0.75, "spam": 0.25})
    words: tuple[Contribution, ...] = ()

    version: ClassVar[str] = "by-hand"
    thresholds: ClassVar[Thresholds] = Thresholds(review_at=0.5, reject_at=0.9)

    def score(self, _: Normalised) -> Scores:
        return Scores(rejection=self.rejection, attributes=self.attributes)

    def explain(self, _: Normalised) -> list[Contribution]:
        return list(self.words)
