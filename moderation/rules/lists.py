"""Matches with the site's lists: terms and patterns in the text, domains in links and author URL."""

import unicodedata
from collections.abc import Iterator

from moderation.rules.case import Case
from moderation.rules.policy import EntryList, ListKind
from moderation.text import host
from moderation.verdict import Action, Signal, Span

# Log-odds that a match adds. Set by hand: a match for review makes a doubtful comment clearly
# doubtful; a match for rejection outweighs any classifier that merely found nothing.
WEIGHTS = {Action.APPROVE: -3.0, Action.REVIEW: 1.5, Action.REJECT: 6.0}
_ENTRIES_NAMED = 3


def listed_terms(case: Case) -> Iterator[Signal]:
    """A whole word or phrase of a list stands in the text."""
    text, places = _single_spaced(case.text.text)
    for one in _of_kind(case, ListKind.TERMS):
        matches: dict[str, list[Span]] = {}
        for last, (length, entry) in one.automaton.iter(text):
            start, end = last - length + 1, last + 1
            if _stands_alone(text, start, end):
                span = case.text.origin((places[start], places[last] + 1))
                matches.setdefault(entry, []).append(span)
        yield from _signal(one, "listed_term", matches)


def listed_patterns(case: Case) -> Iterator[Signal]:
    """A pattern of a list matches the text as sent."""
    for one in _of_kind(case, ListKind.PATTERNS):
        found = zip(
            one.entries, (pattern.search(case.draft.text) for pattern in one.patterns), strict=True
        )
        yield from _signal(
            one, "listed_pattern", {entry: [match.span()] for entry, match in found if match}
        )


def listed_domains(case: Case) -> Iterator[Signal]:
    """A link in the text, or the author's own address, leads to a listed domain or below it."""
    places = [(link.host, [link.span]) for link in case.links]
    own = host(case.draft.author.url or "")
    places += [(own, [])] if own else []
    for one in _of_kind(case, ListKind.DOMAINS):
        matches: dict[str, list[Span]] = {}
        for name, spans in places:
            domain = _covering(name, one.domains)
            if domain:
                matches.setdefault(domain, []).extend(spans)
        yield from _signal(one, "listed_domain", matches)


def unreadable_lists(case: Case) -> Iterator[Signal]:
    """A list that cannot be read might have matched: a person decides until it is mended."""
    for name in case.policy.unreadable:
        yield Signal(
            source=f"list:{name}",
            code="list_unreadable",
            message=f"The list {name} cannot be read; import it again.",
            action=Action.REVIEW,
        )


def _of_kind(case: Case, kind: ListKind) -> Iterator[EntryList]:
    return (one for one in case.policy.lists if one.kind is kind and one.entries)


def _signal(one: EntryList, code: str, matches: dict[str, list[Span]]) -> Iterator[Signal]:
    """One signal a list, however many of its entries match: a long list must not shout."""
    if not matches:
        return
    named = ", ".join(f"“{entry}”" for entry in list(matches)[:_ENTRIES_NAMED])
    more = len(matches) - _ENTRIES_NAMED
    yield Signal(
        source=f"list:{one.name}",
        code=code,
        message=f"On the list {one.name}: {named}" + (f" and {more} more." if more > 0 else "."),
        action=one.action,
        weight=WEIGHTS[one.action],
        spans=tuple(sorted(span for spans in matches.values() for span in spans)),
    )


def _single_spaced(text: str) -> tuple[str, list[int]]:
    """Put one space for each gap, as a phrase may run on in the next line; and say what stood where."""
    places = [
        place
        for place, character in enumerate(text)
        if not (character.isspace() and text[place - 1 : place].isspace())
    ]
    return "".join(" " if text[place].isspace() else text[place] for place in places), places


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether no letter or digit touches the match, so that “ass” is not found in “assess”."""
    before_joins = start > 0 and _in_word(text[start - 1]) and _in_word(text[start])
    after_joins = end < len(text) and _in_word(text[end]) and _in_word(text[end - 1])
    return not before_joins and not after_joins


def _in_word(character: str) -> bool:
    """Whether it is a letter, a digit, or the vowel sign of a letter, as Hindi and Thai have."""
    return character.isalnum() or (
        unicodedata.category(character).startswith("M")
        # Accents for any letter are also heaped on words to hide them.
        and not unicodedata.name(character).startswith("COMBINING ")
    )


def _covering(name: str, domains: frozenset[str]) -> str | None:
    """The listed domain that is the host `name` or one of its parents."""
    labels = name.split(".")
    return next(
        (parent for cut in range(len(labels)) if (parent := ".".join(labels[cut:])) in domains), None
    )
