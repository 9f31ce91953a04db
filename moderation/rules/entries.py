"""A list as its owner writes it: what each line is, where it looks, and which lines are refused.

Knows nothing of how a comment is searched for the entries.
"""

import ipaddress
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from moderation.refusal import Refusal
from moderation.rules.patterns import BadPattern, compile_pattern
from moderation.text import fold, host, normalise
from moderation.verdict import Action

# A host name, perhaps written as an address. A path is refused: the whole host would be covered.
DOMAIN_ENTRY = re.compile(r"(?:https?://)?[^\s/]+/?", re.IGNORECASE)
ENTRY_LENGTH = 1_024
# A fragment of one or two characters stands in a great many texts.
_SHORT = 2
_LINES_NAMED = 5

Numbered = tuple[int, str]


class ListKind(StrEnum):
    """What the lines of a list are."""

    TERMS = "terms"  # Words and phrases, found whole, in any case and spelling of the same letters.
    FRAGMENTS = "fragments"  # Found anywhere, also inside words, as WordPress does it.
    DOMAINS = "domains"  # Host names; each covers its subdomains.
    NETWORKS = "networks"  # IP addresses, and networks such as 203.0.113.0/24.
    PATTERNS = "patterns"  # RE2 regular expressions.


class Scope(StrEnum):
    """Where a list looks."""

    TEXT = "text"
    NAME = "name"
    EMAIL = "email"
    URL = "url"  # The author's address and the links in the text.
    IP = "ip"
    USER_AGENT = "user_agent"
    AUTHOR = "author"  # The id by which the site vouches for the author, compared whole.


class Mode(StrEnum):
    """Whether what a rule or a list finds counts."""

    LIVE = "live"
    LOG_ONLY = "log-only"  # It is shown beside the verdict, and changes nothing.


# An id is equal or it is another: there is nothing to search within it.
_SEARCHED = tuple(scope for scope in Scope if scope is not Scope.AUTHOR)
# Where each kind can look, and where it does unless its owner says otherwise.
SCOPES = {
    ListKind.TERMS: tuple(Scope),
    ListKind.FRAGMENTS: _SEARCHED,
    ListKind.DOMAINS: (Scope.URL, Scope.EMAIL),
    ListKind.NETWORKS: (Scope.IP,),
    ListKind.PATTERNS: _SEARCHED,
}
DEFAULT_SCOPES = {
    ListKind.TERMS: (Scope.TEXT,),
    ListKind.FRAGMENTS: _SEARCHED,
    ListKind.DOMAINS: (Scope.URL,),
    ListKind.NETWORKS: (Scope.IP,),
    ListKind.PATTERNS: (Scope.TEXT,),
}


class BadEntry(Refusal):
    """A line that cannot be an entry of its list, and how many more there are."""

    def __init__(self, line: int, entry: str, why: str, others: tuple[int, ...] = ()) -> None:
        self.line = line
        self.entry = entry
        self.why = why
        self.others = others
        more = ""
        if others:
            named = ", ".join(str(number) for number in others[:_LINES_NAMED])
            unnamed = len(others) - _LINES_NAMED
            more = f" Refused too: line {named}" + (f" and {unnamed:,} more." if unnamed > 0 else ".")
        super().__init__(f"Line {line}, {entry[:100]!r}: {why}.{more}")


class BadScope(Refusal):
    """A list of this kind cannot look there."""


@dataclass(frozen=True)
class EntryList:
    """A named list of entries: where it looks, what a match asks for, and whether that counts."""

    name: str
    kind: ListKind
    action: Action
    entries: tuple[str, ...]
    scopes: tuple[Scope, ...]
    mode: Mode = Mode.LIVE

    @classmethod
    def parse(
        cls,
        name: str,
        kind: ListKind,
        action: Action,
        lines: str,
        *,
        scopes: Iterable[Scope] = (),
        mode: Mode = Mode.LIVE,
        watch: Callable[[list[Numbered]], Iterable[Numbered]] = iter,
    ) -> "EntryList":
        """Read one entry a line. Without `scopes`, the list looks where its kind usually does.

        `watch` may look on while the lines are checked. Raises BadEntry for lines that cannot be
        entries, and BadScope.
        """
        chosen = set(scopes) or set(DEFAULT_SCOPES[kind])
        if wrong := chosen - set(SCOPES[kind]):
            raise BadScope(
                f"{kind.capitalize()} cannot look at {_listed(wrong)}, only at {_listed(SCOPES[kind])}."
            )
        found = read(kind, lines)
        refused = [
            (number, entry, why) for number, entry in watch(found) if (why := _objection(kind, entry))
        ]
        if refused:
            (number, entry, why), *others = refused
            raise BadEntry(number, entry, why, tuple(other for other, _, _ in others))
        # In the order of definition, so that equal lists are equal.
        ordered = tuple(scope for scope in Scope if scope in chosen)
        return cls(name, kind, action, tuple(entry for _, entry in found), ordered, mode)


def read(kind: ListKind, lines: str) -> list[Numbered]:
    """Return the entries with the numbers of their lines.

    Blank lines are passed over, and lines that start with `#`. Among fragments a space must follow
    it, because WordPress takes `#offer` for an entry.
    """
    remark = "# " if kind is ListKind.FRAGMENTS else "#"
    return [
        (number, entry)
        for number, line in enumerate(lines.splitlines(), start=1)
        if (entry := line.strip()) and not entry.startswith(remark)
    ]


def catch_alls(kind: ListKind, lines: str) -> list[Numbered]:
    """The fragments that are so short that a great many comments contain them."""
    if kind is not ListKind.FRAGMENTS:
        return []
    return [one for one in read(kind, lines) if len(one[1]) <= _SHORT]


def spelling(entry: str) -> str:
    """The entry in the one spelling in which comments are searched, with single spaces."""
    return " ".join(normalise(entry).text.split())


def _objection(kind: ListKind, entry: str) -> str | None:
    if "\0" in entry:
        return "it holds a NUL, so the file is perhaps no text or not in UTF-8"
    return _OBJECTIONS[kind](entry)


def _words(entry: str) -> str | None:
    if len(entry) > ENTRY_LENGTH:
        return f"longer than {ENTRY_LENGTH:,} characters"
    # Under every disguise there is a word.
    if not fold(entry).strip():
        return "nothing is left of it once invisible characters are dropped"
    return None


def _domain(entry: str) -> str | None:
    if not DOMAIN_ENTRY.fullmatch(entry) or not host(entry):
        return "not the name of a host, such as example.org"
    return None


def _network(entry: str) -> str | None:
    try:
        ipaddress.ip_network(entry, strict=False)
    except ValueError:
        return "not an IP address or a network, such as 203.0.113.7 or 203.0.113.0/24"
    return None


def _pattern(entry: str) -> str | None:
    try:
        compile_pattern(entry)
    except BadPattern as error:
        return str(error)
    return None


_OBJECTIONS: dict[ListKind, Callable[[str], str | None]] = {
    ListKind.TERMS: _words,
    ListKind.FRAGMENTS: _words,
    ListKind.DOMAINS: _domain,
    ListKind.NETWORKS: _network,
    ListKind.PATTERNS: _pattern,
}


def _listed(scopes: Iterable[Scope]) -> str:
    return ", ".join(scope for scope in Scope if scope in set(scopes))
