"""A policy's lists, compiled for one pass over a comment, whichever list an entry is from."""

from functools import cached_property

from moderation.rules.addresses import AuthorFinder, DomainFinder, MailFinder, NetworkFinder
from moderation.rules.entries import EntryList, ListKind, Scope
from moderation.rules.patterns import Owned, PatternFinder, compile_pattern
from moderation.rules.words import WordFinder


class Finders:
    """One finder for each way of searching. Each is compiled when it is first asked for."""

    def __init__(self, lists: tuple[EntryList, ...]) -> None:
        self.lists = lists

    @cached_property
    def words(self) -> WordFinder:
        """Terms and fragments."""
        return WordFinder(self.lists)

    @cached_property
    def domains(self) -> DomainFinder:
        """Domains."""
        return DomainFinder(self.lists)

    @cached_property
    def mail(self) -> MailFinder:
        """Terms that are e-mail addresses."""
        return MailFinder(self.lists)

    @cached_property
    def authors(self) -> AuthorFinder:
        """Terms that are authors' ids."""
        return AuthorFinder(self.lists)

    @cached_property
    def networks(self) -> NetworkFinder:
        """Networks."""
        return NetworkFinder(self.lists)

    @cached_property
    def patterns(self) -> dict[Scope, PatternFinder]:
        """Patterns by where they look."""
        owned: dict[Scope, list[Owned]] = {}
        for index, one in enumerate(self.lists):
            if one.kind is ListKind.PATTERNS:
                for entry in one.entries:
                    found = Owned(index, entry, compile_pattern(entry))
                    for scope in one.scopes:
                        owned.setdefault(scope, []).append(found)
        return {scope: PatternFinder(found) for scope, found in owned.items()}
