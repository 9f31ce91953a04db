"""Matches with the site's lists: in the text, in the author's name and addresses, in links."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import wraps

from moderation.rules.addresses import domain, in_letters
from moderation.rules.case import Case, Check
from moderation.rules.entries import EntryList, ListKind, Mode, Scope
from moderation.rules.words import ENOUGH
from moderation.text import normalise
from moderation.verdict import Action, Signal, Span

# The place of a list in the policy, what entry of it was found where, and the places in the text.
Match = tuple[int, str, Scope, tuple[Span, ...]]

# Log-odds that a match adds. Set by hand: a match for review makes a doubtful comment clearly
# doubtful; a match for rejection outweighs any classifier that merely found nothing.
WEIGHTS = {Action.APPROVE: -3.0, Action.REVIEW: 1.5, Action.REJECT: 6.0}
CODES = {
    ListKind.TERMS: "listed_term",
    ListKind.FRAGMENTS: "listed_fragment",
    ListKind.DOMAINS: "listed_domain",
    ListKind.NETWORKS: "listed_network",
    ListKind.PATTERNS: "listed_pattern",
}
# Added to an entry that was found elsewhere than in the text, where its kind does not say so.
_PLACES = {
    Scope.TEXT: "",
    Scope.NAME: " in the author's name",
    Scope.EMAIL: " in the e-mail address",
    Scope.URL: " in a web address",
    Scope.IP: " in the IP address",
    Scope.USER_AGENT: " in the browser's name",
    Scope.AUTHOR: " as the author's id",
}
_UNSAID = {ListKind.DOMAINS: Scope.URL, ListKind.NETWORKS: Scope.IP}
_ENTRIES_NAMED = 3
_ENTRY_SHOWN = 80


def _by_list(search: Callable[[Case], Iterable[Match]]) -> Check:
    """Gather what is found into one signal a list, in the order of the lists: none must shout."""

    @wraps(search)
    def signals(case: Case) -> list[Signal]:
        found: dict[int, dict[tuple[str, Scope], set[Span]]] = {}
        for index, entry, scope, spans in search(case):
            found.setdefault(index, {}).setdefault((entry, scope), set()).update(spans)
        return [_signal(case.policy.lists[index], found[index]) for index in sorted(found)]

    return signals


@_by_list
def listed_terms(case: Case) -> Iterator[Match]:
    """A term of a list stands in the comment as a whole, or a fragment anywhere."""
    finders, author = case.policy.finders, case.draft.author
    finder = finders.words
    if Scope.TEXT in finder.scopes:
        for index, entry, span in finder.in_text(case.text):
            yield index, entry, Scope.TEXT, (span,)
    for scope, value, spans in _values(case, finder.scopes):
        # Names are disguised as texts are; addresses would lead elsewhere.
        spelt = normalise(value).text if scope is Scope.NAME else value.lower()
        for index, entry, _ in finder.in_value(spelt, scope):
            yield index, entry, scope, spans
    if author.email:
        for index, entry in finders.mail.find(author.email):
            yield index, entry, Scope.EMAIL, ()
    if author.id:
        for index, entry in finders.authors.find(author.id):
            yield index, entry, Scope.AUTHOR, ()


@_by_list
def listed_patterns(case: Case) -> Iterator[Match]:
    """A pattern of a list matches: the text as sent, or as it reads once its disguise is undone."""
    finders = case.policy.finders.patterns
    if Scope.TEXT in finders:
        finder, text = finders[Scope.TEXT], case.text
        for owned, span in finder.find(text.original):
            yield owned.index, owned.entry, Scope.TEXT, (span,)
        if text.text != text.original.lower():
            for owned, span in finder.find(text.text, spelt_anew=True):
                yield owned.index, owned.entry, Scope.TEXT, (text.origin(span),)
    for scope, value, spans in _values(case, finders):
        for owned, _ in finders[scope].find(value):
            yield owned.index, owned.entry, scope, spans


def unsearched_patterns(case: Case) -> Iterator[Signal]:
    """A text that is too long for the site's patterns is left to a person."""
    finder = case.policy.finders.patterns.get(Scope.TEXT)
    if finder and max(len(case.text.original), len(case.text.text)) > finder.reach:
        yield Signal(
            source="patterns",
            code="patterns_cut_short",
            message=f"The site's patterns were sought in the first {finder.reach:,} characters only.",
            action=Action.REVIEW,
            log_only=all(case.policy.lists[one.index].mode is Mode.LOG_ONLY for one in finder.owned),
        )


@_by_list
def listed_domains(case: Case) -> Iterator[Match]:
    """A link in the text, or an address of the author, leads to a listed domain or below it."""
    finder, author = case.policy.finders.domains, case.draft.author
    if not (case.links or author.url or author.email):
        return
    if Scope.URL in finder.scopes:
        hosts: list[tuple[str, tuple[Span, ...]]] = [
            (in_letters(link.host), (link.span,)) for link in case.links
        ]
        if author.url:
            hosts.append((domain(author.url) or "", ()))
        for name, spans in hosts:
            for index, entry in finder.find(name, Scope.URL):
                yield index, entry, Scope.URL, spans
    if Scope.EMAIL in finder.scopes and author.email:
        name = domain(author.email.rpartition("@")[2]) or ""
        for index, entry in finder.find(name, Scope.EMAIL):
            yield index, entry, Scope.EMAIL, ()


@_by_list
def listed_networks(case: Case) -> Iterator[Match]:
    """The author's IP address is listed, or lies in a listed network."""
    if case.draft.author.ip:
        for index, entry in case.policy.finders.networks.find(case.draft.author.ip):
            yield index, entry, Scope.IP, ()


def unreadable_lists(case: Case) -> Iterator[Signal]:
    """A list that cannot be read might have matched: a person decides until it is mended."""
    for name in case.policy.unreadable:
        yield Signal(
            source=f"list:{name}",
            code="list_unreadable",
            message=f"The list {name} cannot be read; import it again.",
            action=Action.REVIEW,
        )


def _signal(one: EntryList, found: Mapping[tuple[str, Scope], set[Span]]) -> Signal:
    return Signal(
        source=f"list:{one.name}",
        code=CODES[one.kind],
        message=f"On the list {one.name}: {_named(one, found)}.",
        action=one.action,
        weight=WEIGHTS[one.action],
        spans=tuple(sorted({span for spans in found.values() for span in spans}))[:ENOUGH],
        log_only=one.mode is Mode.LOG_ONLY,
    )


def _values(case: Case, scopes: Collection[Scope]) -> list[tuple[Scope, str, tuple[Span, ...]]]:
    """What is known besides the text, where `scopes` look, and the places of links in the text."""
    author = case.draft.author
    known = (
        (Scope.NAME, author.name),
        (Scope.EMAIL, author.email),
        (Scope.URL, author.url),
        (Scope.IP, author.ip),
        (Scope.USER_AGENT, author.user_agent),
    )
    values: list[tuple[Scope, str, tuple[Span, ...]]] = [
        (scope, value, ()) for scope, value in known if value and scope in scopes
    ]
    if Scope.URL in scopes and case.links:
        values += [(Scope.URL, link.url, (link.span,)) for link in case.links]
    return values


def _named(one: EntryList, found: Iterable[tuple[str, Scope]]) -> str:
    places: dict[str, Scope] = {}
    for entry, scope in found:
        places.setdefault(entry, scope)
    named = ", ".join(
        f"“{entry if len(entry) <= _ENTRY_SHOWN else entry[:_ENTRY_SHOWN] + '…'}”"
        + ("" if _UNSAID.get(one.kind) is scope else _PLACES[scope])
        for entry, scope in list(places.items())[:_ENTRIES_NAMED]
    )
    more = len(places) - _ENTRIES_NAMED
    return named + (f" and {more} more" if more > 0 else "")
