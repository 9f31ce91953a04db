"""Put together letters that stand apart: i d i o t, i.d.i.o.t, k_i_l_l y_o_u."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from moderation.text.characters import ACCENTS
from moderation.text.lexicon import SINGLE, abusive, beginnings, known, look_alikes
from moderation.text.reading import LEET
from moderation.verdict import Span

Change = tuple[int, int, str]
"""Start and end of what is replaced, and what by."""

# One character, maybe repeated, that no other stands beside. Possessive throughout, so that no
# text can make the search go back over it.
_GAP = r"(?:\s[^\w\s,;:+=<>/&]\s|[^\w\s]{1,2}?|_{1,2}|\s{1,3}+)"
_ONE = re.compile(
    rf"(?P<gap>{_GAP})(?P<unit>(?:(?P<letter>[^\W_])(?P=letter){{0,9}}+|[@$!|])(?![^\W_]))"
)
# With what stands before it, so that the search leaps from one gap to the next.
_FIRST = re.compile(
    rf"[\W_](?P<unit>(?<![{ACCENTS}])(?P<letter>[^\W_])(?P=letter){{0,9}}+(?![^\W_])"
    r"|(?<!\S)[@$|](?=[\W_]))"
)
# Marks that people put between letters for no other reason.
_IDLE = re.compile(r"\s+|[._\-*~·•]{1,2}|\s[._\-*~·•]\s")
_FEWEST = 3
_JOINED_ANYWAY = 4
# A run is cut here, so that none takes long; words on the cut stay as they are.
_LONGEST_RUN = 400


def spaced(text: str, *, beside_latin: bool) -> Iterator[Change]:
    """Find the runs of single letters that are words when they are put together."""
    place = 0
    # The first letter, too, has something before it.
    text = f" {text}"
    while first := _FIRST.search(text, place):
        units = [first.span("unit")]
        place = first.end()
        while len(units) < _LONGEST_RUN and (following := _ONE.match(text, place)):
            units.append(following.span("unit"))
            place = following.end()
        # The last exclamation mark is one.
        if text[units[-1][0]] == "!":
            units.pop()
        if len(units) >= _FEWEST:
            for start, end, word in _joined(text, _stretched(text, units), beside_latin=beside_latin):
                yield start - 1, end - 1, word


def _stretched(text: str, units: list[Span]) -> list[Span]:
    """Take the same letter three times and more, spaced out, for one that is repeated."""
    # Across a wider gap, one word ends with the letter that the next begins with.
    usual = min(start - end for (_, end), (start, _) in pairwise(units))
    runs: list[list[Span]] = []
    for start, end in units:
        before = runs[-1][-1] if runs else None
        if before and text[before[0]] == text[start] and start - before[1] == usual:
            runs[-1].append((start, end))
        else:
            runs.append([(start, end)])
    found: list[Span] = []
    for run in runs:
        found += [(run[0][0], run[-1][1])] if len(run) > 2 else run  # noqa: PLR2004
    return found


def _joined(text: str, units: list[Span], *, beside_latin: bool) -> Iterator[Change]:
    gaps = [text[end:start] for (_, end), (start, _) in pairwise(units)]
    letters = [text[start:end] for start, end in units]
    if len(units) < _FEWEST:
        return
    if len(units) == _FEWEST and (len(set(gaps)) > 1 or not _is_spelt(letters)):
        return
    words = _by_gaps(letters, gaps, beside_latin=beside_latin)
    words = words or segmented(tuple(letters), beside_latin=beside_latin)
    if words is None and len(letters) >= _JOINED_ANYWAY and _is_idle(letters, gaps):
        words = [(len(letters), "".join(letter[0] for letter in letters))]
    place = 0
    for count, word in words or ():
        yield units[place][0], units[place + count - 1][1], word
        place += count


def _is_spelt(letters: Sequence[str]) -> bool:
    """Whether there are letters enough among digits and signs for a word."""
    return sum(letter[0].isalpha() for letter in letters) >= max(2, len(letters) / 3)


def _is_idle(letters: list[str], gaps: list[str]) -> bool:
    plain = all(letter.isascii() and letter.isalpha() for letter in letters)
    return plain and len(set(gaps)) == 1 and bool(_IDLE.fullmatch(gaps[0]))


def _by_gaps(letters: list[str], gaps: list[str], *, beside_latin: bool) -> list[tuple[int, str]] | None:
    """Take wider gaps for those between words, if words come of half of the letters."""
    usual = min(gaps, key=len)
    cuts = [index + 1 for index, gap in enumerate(gaps) if gap != usual and gap.isspace()]
    if not cuts:
        return None
    words: list[tuple[int, str]] = []
    read = 0
    for start, end in zip([0, *cuts], [*cuts, len(letters)], strict=True):
        part = segmented(tuple(letters[start:end]), beside_latin=beside_latin)
        if part is None:
            part = [(end - start, "".join(letter[0] for letter in letters[start:end]))]
        else:
            read += end - start
        words.extend(part)
    return words if 2 * read >= len(letters) else None


@lru_cache(maxsize=1_024)
def segmented(letters: tuple[str, ...], *, beside_latin: bool) -> list[tuple[int, str]] | None:
    """Cut single letters into the fewest words: how many letters each takes, and the word."""
    choices = [_choices(letter, beside_latin=beside_latin) for letter in letters]
    if not all(choices) or not _is_spelt(letters):
        return None
    best: list[tuple[int, list[tuple[int, str]]] | None] = [None] * (len(letters) + 1)
    best[0] = (0, [])
    for start in range(len(letters)):
        so_far = best[start]
        if so_far is None:
            continue
        for count, word in _words_from(choices, start):
            cost = so_far[0] + (3 if len(word) < _FEWEST else 2 - (word in abusive()))
            there = best[start + count]
            if there is None or cost < there[0]:
                best[start + count] = (cost, [*so_far[1], (count, word)])
    words = best[-1][1] if best[-1] else []
    longest = max((len(word) for _, word in words), default=0)
    if longest < _FEWEST or (len(letters) == _FEWEST and len(words) > 1):
        return None
    return words


def _choices(letter: str, *, beside_latin: bool) -> tuple[str, ...]:
    first = letter[0]
    if first.isascii():
        found = first if first.isalpha() else LEET.get(first, "")
    else:
        found = (look_alikes().get(first, "") if beside_latin else "")[:2]
    return tuple(found) + tuple(choice * 2 for choice in found if len(letter) > 1)


def _words_from(choices: list[tuple[str, ...]], start: int) -> Iterator[tuple[int, str]]:
    begun = {""}
    for index in range(start, len(choices)):
        begun = {one + choice for one in begun for choice in choices[index]} & beginnings()
        if not begun:
            return
        for word in sorted(begun & known()) or sorted(begun & SINGLE):
            yield index + 1 - start, word
