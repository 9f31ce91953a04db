"""Read a comment as a person would: one spelling for what looks the same, and no disguises.

Rules and classifier both read the normalised text; people are shown the original. Every place can
therefore be led back to the original. Knows nothing of what makes a comment good or bad.
"""

from bisect import bisect_left, bisect_right
from functools import lru_cache

import msgspec

from moderation.text.disguises import TooMuchDisguised, undone
from moderation.text.folding import WayBack, fold
from moderation.verdict import Span

# Undoing one disguise can lay open another. Texts that are not settled after so many rounds, or
# that no longer are in one spelling, were made for that, and are left as they are.
_ROUNDS = 4


class Replacement(msgspec.Struct, frozen=True):
    """A word put in for a disguised one: where it stands now, and where the other stood."""

    here: Span
    there: Span


class Normalised(msgspec.Struct, frozen=True):
    """A text in one spelling, and the way back to the original."""

    original: str
    text: str
    # What stands between two spaces of the text.
    chunks: list[str]
    # For each round of undoing disguises, what was replaced, in the order of the text.
    rounds: tuple[tuple[Replacement, ...], ...] = ()
    # False where there was no end of disguises: they are left as they are written.
    is_read: bool = True

    def __hash__(self) -> int:
        """Tell texts apart by how they were written; all else follows from that."""
        return hash(self.original)

    def origin(self, span: Span) -> Span:
        """Lead a span of the normalised text back to the original, whole disguised words at a time."""
        start, end = span
        if start >= end:
            return (0, 0)
        for replacements in reversed(self.rounds):
            start, end = _before(replacements, start), _behind(replacements, end)
        if self.original.isascii():
            return (start, end)
        return _way_back(self.original).origin((start, end))


# Several parts look at a comment within a moment: its rules, its history, and what is stored of it.
@lru_cache(maxsize=64)
def normalise(original: str) -> Normalised:
    """Fold case and compatibility forms, drop what is invisible, and undo disguises.

    Takes linear time and is idempotent: normalising a normalised text changes nothing.
    """
    folded = fold(original)
    as_written = folded.split()
    text, chunks = folded, as_written
    try:
        changes = undone(text, chunks)
        if not changes:
            return Normalised(original, text, chunks)
        rounds: list[tuple[Replacement, ...]] = []
        while changes and len(rounds) < _ROUNDS:
            text, replacements = _replaced(text, changes)
            rounds.append(replacements)
            chunks = text.split()
            changes = undone(text, chunks)
        is_settled = not changes and fold(text) == text
    except TooMuchDisguised:
        is_settled = False
    if not is_settled:
        return Normalised(original, folded, as_written, is_read=False)
    return Normalised(original, text, chunks, tuple(rounds))


def _replaced(text: str, changes: list[tuple[int, int, str]]) -> tuple[str, tuple[Replacement, ...]]:
    pieces: list[str] = []
    replacements: list[Replacement] = []
    place = length = 0
    for start, end, word in changes:
        pieces += text[place:start], word
        length += start - place
        replacements.append(Replacement((length, length + len(word)), (start, end)))
        length += len(word)
        place = end
    pieces.append(text[place:])
    return "".join(pieces), tuple(replacements)


def _before(replacements: tuple[Replacement, ...], start: int) -> int:
    """Lead the beginning of a span one round back."""
    index = bisect_right(replacements, start, key=lambda one: one.here[0]) - 1
    if index < 0:
        return start
    one = replacements[index]
    return one.there[0] if start < one.here[1] else start - one.here[1] + one.there[1]


def _behind(replacements: tuple[Replacement, ...], end: int) -> int:
    """Lead the end of a span one round back."""
    index = bisect_left(replacements, end, key=lambda one: one.here[0]) - 1
    if index < 0:
        return end
    one = replacements[index]
    return one.there[1] if end <= one.here[1] else end - one.here[1] + one.there[1]


@lru_cache(maxsize=4)
def _way_back(original: str) -> WayBack:
    return WayBack(original)
