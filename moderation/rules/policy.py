"""What an owner has set for a site: its rules, and lists of terms, domains and patterns."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib import resources
from typing import TYPE_CHECKING, TypeVar

import msgspec

from moderation.rules.entries import EntryList, ListKind, Mode, Scope
from moderation.rules.finders import Finders
from moderation.rules.options import NO_OPTIONS, Options
from moderation.verdict import AS_MADE, Accepted, Action

__all__ = ["EntryList", "ListKind", "Mode", "Policy", "Scope", "shipped_lists"]

# The lists that come with the service: what each is, and where it looks.
_SHIPPED = (
    ("spam_phrases", ListKind.TERMS, (Scope.TEXT, Scope.NAME)),
    ("spam_names", ListKind.TERMS, (Scope.NAME,)),
    ("spam_addresses", ListKind.FRAGMENTS, (Scope.URL,)),
    ("threats", ListKind.TERMS, (Scope.TEXT,)),
    ("link_shorteners", ListKind.DOMAINS, (Scope.URL,)),
)

if TYPE_CHECKING:
    from moderation.rules.case import Check, Rule, Subjects

    # The name, the check, and whether what it finds counts.
    Asked = list[tuple[str, Check, bool]]

OptionsOfARule = TypeVar("OptionsOfARule", bound=Options)


@dataclass(frozen=True)
class Setting:
    """How one rule works on a site. No mode is no rule: it is off."""

    mode: Mode | None
    options: Options = NO_OPTIONS


@dataclass(frozen=True)
class Policy:
    """Everything that an owner may set for how a site's comments are judged."""

    # What was set for rules, by name; the others are as they come.
    rules: Mapping[str, Setting] = field(default_factory=dict)
    # Names of rules whose setting was kept and can no longer be read.
    unreadable_rules: tuple[str, ...] = ()
    # ISO 639-1, the languages that the site's readers write.
    languages: tuple[str, ...] = ("en",)
    accepted: Accepted = AS_MADE
    lists: tuple[EntryList, ...] = ()
    # Names of lists that were kept and can no longer be read.
    unreadable: tuple[str, ...] = ()

    @cached_property
    def version(self) -> str:
        """A short name that changes with anything in the policy."""
        content = msgspec.json.encode(
            (
                [(name, one.mode, one.options) for name, one in sorted(self.rules.items())],
                self.unreadable_rules,
                self.languages,
                self.accepted,
                [
                    (one.name, one.kind, one.action, one.scopes, one.mode, one.entries)
                    for one in self.lists
                ],
                self.unreadable,
            )
        )
        return hashlib.sha256(content).hexdigest()[:12]

    @cached_property
    def finders(self) -> Finders:
        """The lists, compiled for one pass over a comment."""
        return Finders(self.lists)

    def with_lists_of(self, other: "Policy") -> "Policy":
        """Return the policy with the lists of another, as they are compiled there."""
        found = replace(self, lists=other.lists)
        vars(found)["finders"] = other.finders
        return found

    def options(self, kind: type[OptionsOfARule]) -> OptionsOfARule:
        """Return the options of the rule whose options are of this kind."""
        found = self._options.get(kind)
        if not isinstance(found, kind):
            found = self._options[kind] = kind()
        return found

    def asked(self, rules: "tuple[Rule, ...]", subjects: "Subjects") -> "Asked":
        """Those of the rules that are not off and may speak of `subjects`; whether each is live."""
        # Every comment asks for it: it is kept for as long as the same rules are asked about.
        kept = self._asked.get((id(rules), subjects))
        if kept is None or kept[0] is not rules:
            kinds = {one.kind for one in self.lists}
            modes = [
                self.rules[rule.name].mode if rule.name in self.rules else rule.mode for rule in rules
            ]
            asked = [
                (rule.name, rule.check, mode is Mode.LIVE)
                for rule, mode in zip(rules, modes, strict=True)
                if mode is not None
                and (rule.about is None or getattr(subjects, rule.about))
                and (not rule.lists or not kinds.isdisjoint(rule.lists))
            ]
            kept = self._asked[id(rules), subjects] = (rules, asked)
        return kept[1]

    @cached_property
    def _asked(self) -> "dict[tuple[int, Subjects], tuple[tuple[Rule, ...], Asked]]":
        return {}

    @cached_property
    def _options(self) -> dict[type[Options], Options]:
        return {type(one.options): one.options for one in self.rules.values()}


def shipped_lists() -> tuple[EntryList, ...]:
    """The small lists that come with the service. A match asks for a person, never for rejection."""
    folder = resources.files("moderation.rules") / "shipped"
    return tuple(
        EntryList.parse(
            name, kind, Action.REVIEW, (folder / f"{name}.txt").read_text("utf-8"), scopes=scopes
        )
        for name, kind, scopes in _SHIPPED
    )
