"""What an owner has set for a site: choices, and lists of terms, domains and patterns."""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from importlib import resources

import msgspec

from moderation.rules.entries import EntryList, ListKind, Mode, Scope
from moderation.rules.finders import Finders
from moderation.verdict import Action

__all__ = ["EntryList", "ListKind", "Mode", "Policy", "Scope", "shipped_lists"]

# The lists that come with the service: what each is, and where it looks.
_SHIPPED = (
    ("spam_phrases", ListKind.TERMS, (Scope.TEXT, Scope.NAME)),
    ("spam_names", ListKind.TERMS, (Scope.NAME,)),
    ("spam_addresses", ListKind.FRAGMENTS, (Scope.URL,)),
    ("threats", ListKind.TERMS, (Scope.TEXT,)),
    ("link_shorteners", ListKind.DOMAINS, (Scope.URL,)),
)


@dataclass(frozen=True)
class Policy:
    """Everything that an owner may set for how a site's comments are judged."""

    max_links: int = 3
    hold_first_time_authors: bool = False
    lists: tuple[EntryList, ...] = ()
    # Names of lists that were kept and can no longer be read.
    unreadable: tuple[str, ...] = ()

    @cached_property
    def version(self) -> str:
        """A short name that changes with anything in the policy."""
        content = msgspec.json.encode(
            (
                self.max_links,
                self.hold_first_time_authors,
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


def shipped_lists() -> tuple[EntryList, ...]:
    """The small lists that come with the service. A match asks for a person, never for rejection."""
    folder = resources.files("moderation.rules") / "shipped"
    return tuple(
        EntryList.parse(
            name, kind, Action.REVIEW, (folder / f"{name}.txt").read_text("utf-8"), scopes=scopes
        )
        for name, kind, scopes in _SHIPPED
    )
