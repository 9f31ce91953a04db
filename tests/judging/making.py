"""Make what the core's tests need with few words: cases, lists and a scorer whose answer is set."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from moderation.draft import Author, Draft
from moderation.rules import RULES, Case, EntryList, History, ListKind, Mode, Policy, Setting, gather
from moderation.rules.options import Options
from moderation.text import Normalised
from moderation.verdict import (
    Accepted,
    Action,
    Contribution,
    Foretold,
    Habit,
    Scores,
    Signal,
    Thresholds,
)


def case(
    text: str,
    *lists: EntryList,
    history: History | None = None,
    options: Options | None = None,
    **fields: object,
) -> Case:
    """A draft of an unknown author on a site with these lists and options; `fields` are the draft's."""
    policy = Policy(lists=lists, rules=set_to(options) if options else {})
    return Case.prepare(Draft(text=text, **fields), policy, history or History())


def set_to(options: Options, mode: Mode | None = Mode.LIVE) -> dict[str, Setting]:
    """The setting of the rule whose options these are."""
    return {rule.name: Setting(mode, options) for rule in RULES if type(rule.options) is type(options)}


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


def networks(*entries: str, action: Action = Action.REVIEW) -> EntryList:
    return EntryList.parse("ranges", ListKind.NETWORKS, action, "\n".join(entries))


def found_by_lists(judged: Case) -> list[Signal]:
    """What the lists say, which owners write; other rules may speak of the same."""
    return gather(judged, tuple(rule for rule in RULES if rule.fixed))


def marked(judged: Case, signal: Signal) -> list[str]:
    """What a person would see marked in the text as sent."""
    return [judged.draft.text[start:end] for start, end in signal.spans]


@dataclass(frozen=True)
class Scorer:
    """A scorer that always says the same."""

    rejection: float = -5.0
    attributes: dict[str, float] = field(default_factory=lambda: {"insult": 0.75, "spam": 0.25})
    words: tuple[Contribution, ...] = ()
    habits: Mapping[str, float] = field(default_factory=dict)
    foretold: tuple[Foretold, ...] = ()
    languages: frozenset[str] = frozenset({"en"})

    version: ClassVar[str] = "by-hand"
    thresholds: ClassVar[Thresholds] = Thresholds(review_at=0.5, reject_at=0.9)

    def thresholds_for(self, accepted: Accepted) -> Thresholds:
        """Whoever accepts no mistake leaves everything to people."""
        return Thresholds(review_at=0, reject_at=1) if accepted.good_lost == 0 else self.thresholds

    def score_all(self, texts: Sequence[Normalised]) -> list[Scores]:
        return [Scores(rejection=self.rejection, attributes=self.attributes) for _ in texts]

    def heeds(self, circumstances: Iterable[str]) -> list[Habit]:
        return [Habit(one, self.habits[one]) for one in circumstances if one in self.habits]

    def explain(self, _: Normalised, *, most: int | None = None) -> list[Contribution]:
        return sorted(self.words, key=lambda word: -abs(word.weight))[:most]

    def foretell(self, _: Normalised, circumstances: Iterable[str]) -> list[Foretold]:
        return list(self.foretold)
