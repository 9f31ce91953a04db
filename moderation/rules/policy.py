"""What an owner has set for a site: its rules, and lists of terms, domains and patterns."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from importlib import resources
from typing import TypeVar

import ahocorasick
import msgspec
import re2

from moderation.refusal import Refusal
from moderation.rules.options import NO_OPTIONS, Options
from moderation.text import host, normalise
from moderation.verdict import Action

PATTERN_LENGTH = 1_024
_PATTERN_MEMORY = 1 << 20

# A host name, perhaps written as an address. A path is refused: the whole host would be covered.
DOMAIN_ENTRY = re.compile(r"(?:https?://)?[^\s/]+/?", re.IGNORECASE)

OptionsOfARule = TypeVar("OptionsOfARule", bound=Options)


class Mode(StrEnum):
    """Whether what a rule or a list finds counts."""

    LIVE = "live"
    LOG_ONLY = "log-only"  # It is shown beside the verdict, and changes nothing.


class ListKind(StrEnum):
    """What the lines of a list are."""

    TERMS = "terms"  # Words and phrases, found whole, in any case and spelling of the same letters.
    DOMAINS = "domains"  # Host names; each covers its subdomains.
    PATTERNS = "patterns"  # RE2 regular expressions.


class BadEntry(Refusal):
    """A line that cannot be an entry of its list."""

    def __init__(self, entry: str, why: str) -> None:
        self.entry = entry
        self.why = why
        super().__init__(f"{entry!r}: {why}")


@dataclass(frozen=True)
class EntryList:
    """A named list of entries, and what a match asks for."""

    name: str
    kind: ListKind
    action: Action
    entries: tuple[str, ...]

    @classmethod
    def parse(cls, name: str, kind: ListKind, action: Action, lines: str) -> "EntryList":
        """Read one entry a line; blank lines and lines that start with `#` are passed over.

        Raises BadEntry for the first line that cannot be an entry.
        """
        stripped = (line.strip() for line in lines.splitlines())
        entries = tuple(line for line in stripped if line and not line.startswith("#"))
        found = cls(name, kind, action, entries)
        if kind is ListKind.PATTERNS:
            _ = found.patterns
        if kind is ListKind.DOMAINS:
            for entry in entries:
                if not DOMAIN_ENTRY.fullmatch(entry) or not host(entry):
                    raise BadEntry(entry, "not the name of a host, such as example.org")
        if kind is ListKind.TERMS:
            for entry in entries:
                if not normalise(entry).text.strip():
                    raise BadEntry(entry, "nothing is left of it once invisible characters are dropped")
        return found

    @cached_property
    def automaton(self) -> ahocorasick.Automaton:
        """Every term in one machine, which finds them all in one pass over a text."""
        automaton = ahocorasick.Automaton()
        for entry in self.entries:
            term = " ".join(normalise(entry).text.split())
            automaton.add_word(term, (len(term), entry))
        automaton.make_automaton()
        return automaton

    @cached_property
    def domains(self) -> frozenset[str]:
        """The host names in lower case."""
        return frozenset(name for entry in self.entries if (name := host(entry)))

    @cached_property
    def patterns(self) -> tuple["re2._Regexp", ...]:
        """The compiled patterns, in the order of the entries."""
        return tuple(compile_pattern(entry) for entry in self.entries)


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
                [(one.name, one.kind, one.action, one.entries) for one in self.lists],
                self.unreadable,
            )
        )
        return hashlib.sha256(content).hexdigest()[:12]

    def options(self, kind: type[OptionsOfARule]) -> OptionsOfARule:
        """Return the options of the rule whose options are of this kind."""
        found = self._options.get(kind)
        if not isinstance(found, kind):
            found = self._options[kind] = kind()
        return found

    @cached_property
    def _options(self) -> dict[type[Options], Options]:
        return {type(one.options): one.options for one in self.rules.values()}


def shipped_lists() -> tuple[EntryList, ...]:
    """The small lists that come with the service. A match asks for a person, never for rejection."""
    folder = resources.files("moderation.rules") / "shipped"
    return tuple(
        EntryList.parse(name, kind, Action.REVIEW, (folder / f"{name}.txt").read_text("utf-8"))
        for name, kind in (("spam_phrases", ListKind.TERMS), ("link_shorteners", ListKind.DOMAINS))
    )


def compile_pattern(pattern: str) -> "re2._Regexp":
    """Compile a user's pattern with RE2, which takes linear time whatever the pattern.

    Raises BadEntry, with a reason, for what RE2 does not support, such as back-references.
    """
    if len(pattern) > PATTERN_LENGTH:
        raise BadEntry(pattern[:40] + "…", f"longer than {PATTERN_LENGTH:,} characters")
    options = re2.Options()
    options.case_sensitive = False
    options.max_mem = _PATTERN_MEMORY
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        reason = error.args[0].decode() if isinstance(error.args[0], bytes) else str(error)
        raise BadEntry(pattern, reason) from None
