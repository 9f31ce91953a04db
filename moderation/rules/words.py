"""Find terms and fragments: tens of thousands of them in one pass over a text."""

import re
import unicodedata
from collections import defaultdict
from sys import getsizeof

from moderation.rules.addresses import Owned, is_mailbox
from moderation.rules.automaton import Automaton
from moderation.rules.entries import EntryList, ListKind, Scope, spelling
from moderation.text import Normalised, reads_as_written
from moderation.verdict import Span

# The place of the list in the policy, the entry, and where it stands.
Match = tuple[int, str, Span]

# So many places of an entry are found; more tell a moderator nothing.
ENOUGH = 100
_WORDS = re.compile(r"\S+")


class WordFinder:
    """All terms and fragments of a policy in one automaton, whichever list they are from."""

    def __init__(self, lists: tuple[EntryList, ...]) -> None:
        self._lists = lists
        chosen = [
            (index, one)
            for index, one in enumerate(lists)
            if one.kind in {ListKind.TERMS, ListKind.FRAGMENTS}
            and one.entries
            # Authors' ids are looked up elsewhere.
            and set(one.scopes) != {Scope.AUTHOR}
        ]
        self.scopes = frozenset(scope for _, one in chosen for scope in one.scopes)
        # Which lists look where.
        self._looking = {
            scope: frozenset(index for index, one in chosen if scope in one.scopes) for scope in Scope
        }
        self._fragments_in_text = any(
            one.kind is ListKind.FRAGMENTS and Scope.TEXT in one.scopes for _, one in chosen
        )
        terms: dict[str, list[Owned]] = defaultdict(list)
        fragments: dict[str, list[Owned]] = defaultdict(list)
        for index, one in chosen:
            owners = terms if one.kind is ListKind.TERMS else fragments
            for entry in one.entries:
                for form in forms(one.kind, entry):
                    owners[form].append((index, entry))
        every = [*(terms | fragments)]
        self._automaton = Automaton(every)
        # Of each form, the terms and the fragments that are written so.
        self._owners = [(tuple(terms.get(form, ())), tuple(fragments.get(form, ()))) for form in every]

    @property
    def size(self) -> int:
        """About how many bytes the automaton takes, with what is said of each entry."""
        owned = (one for of_form in self._owners for some in of_form for one in some)
        return self._automaton.size + sum(map(getsizeof, self._owners)) + sum(map(getsizeof, owned))

    def in_text(self, text: Normalised) -> list[Match]:
        """Find what stands in a comment; spans are those of the original."""
        searched = " ".join(text.chunks)
        found = self._find(searched, Scope.TEXT)
        if found:
            # Most texts have single spaces already.
            starts = range(len(searched)) if searched == text.text else _starts(text.text)
            found = [
                (index, entry, text.origin((starts[start], starts[end - 1] + 1)))
                for index, entry, (start, end) in found
            ]
        return found + self._as_sent(text) if self._fragments_in_text else found

    def in_value(self, value: str, scope: Scope) -> list[Match]:
        """Find what stands in a name, an address or the like."""
        return self._find(value, scope)

    def _as_sent(self, text: Normalised) -> list[Match]:
        """Fragments as their owner wrote them, where a spelling anew has changed the text."""
        lower = text.original.lower()
        if lower == text.text:
            return []
        if len(lower) != len(text.original):
            # A capital that becomes two letters would shift all places after it.
            lower = "".join(letter.lower()[0] for letter in text.original)
        found = self._find(lower, Scope.TEXT)
        return [one for one in found if self._lists[one[0]].kind is ListKind.FRAGMENTS]

    def _find(self, text: str, scope: Scope) -> list[Match]:
        matches: list[Match] = []
        times: dict[int, int] = {}
        looking, length = self._looking[scope], len(text)
        for number, (start, end) in self._automaton.find(text):
            terms, fragments = self._owners[number]
            # Most matches of short terms are seen here to lie within a longer word.
            if not fragments and end < length and text[end].isalnum() and text[end - 1].isalnum():
                continue
            # A text of one fragment only, again and again, must not take long.
            if times.get(number, 0) >= ENOUGH:
                continue
            is_whole = terms and _stands_alone(text, start, end)
            for index, entry in terms + fragments if is_whole else fragments:
                if index in looking and not self._is_elsewhere(index, entry, scope):
                    times[number] = times.get(number, 0) + 1
                    matches.append((index, entry, (start, end)))
        return matches

    def _is_elsewhere(self, index: int, entry: str, scope: Scope) -> bool:
        """Whether it is a term that is an e-mail address, which is compared as a whole elsewhere."""
        return scope is Scope.EMAIL and self._lists[index].kind is ListKind.TERMS and is_mailbox(entry)


def forms(kind: ListKind, entry: str) -> set[str]:
    """How the entry is written in texts, which are spelt anew, and in addresses, which are not."""
    as_written = " ".join(entry.lower().split())
    # A fragment may itself be a disguise, such as a pair of wide letters. Spelt anew it would be an
    # everyday pair, and be found in everything.
    if kind is ListKind.FRAGMENTS or reads_as_written(as_written):
        return {as_written}
    return {as_written, spelling(entry)}


def _starts(text: str) -> list[int]:
    """Where each character stood before every gap became one space."""
    found: list[int] = []
    for word in _WORDS.finditer(text):
        if found:
            found.append(word.start() - 1)
        found.extend(range(*word.span()))
    return found


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether no letter or digit touches the match, so that “ass” is not found in “assess”."""
    return not (
        (start > 0 and _in_word(text[start - 1]) and _in_word(text[start]))
        or (end < len(text) and _in_word(text[end]) and _in_word(text[end - 1]))
    )


def _in_word(character: str) -> bool:
    """Whether it is a letter, a digit, or the vowel sign of a letter, as Hindi and Thai have."""
    return character.isalnum() or (
        unicodedata.category(character).startswith("M")
        # Accents for any letter are also heaped on words to hide them.
        and not unicodedata.name(character).startswith("COMBINING ")
    )
