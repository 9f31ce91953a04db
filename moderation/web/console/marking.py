"""Cut a comment into marked and unmarked pieces, so that the template only prints text."""

import re
from collections import deque
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise

from moderation.verdict import ATTRIBUTES, Action, Signal, Span
from moderation.web.console.unseen import Unseen, unseen

STRONGEST = 3
# Of the weight of the weightiest word, what a word must have to be marked as strong or as middling.
_STRONG = 0.6
_MIDDLING = 0.3
# A text can hold tens of thousands, each of which is an element of the page.
_MOST_UNSEEN = 300
# What these find may be slurs, threats and the like.
_CODES_TO_VEIL = frozenset({"listed_term", "listed_fragment", "listed_pattern", *ATTRIBUTES} - {"spam"})
_QUOTED = re.compile("“[^”]*”")


class Side(StrEnum):
    """What a word speaks for."""

    AGAINST = "against"
    FOR = "for"


@dataclass(frozen=True)
class Piece:
    """A stretch of text, and how it is shown."""

    text: str
    side: Side | None = None
    # 1 to STRONGEST, where it has a side.
    strength: int = 0
    # Whether it is hidden from moderators who asked for that.
    is_veiled: bool = False
    # What the text is where it cannot be seen: one or more of the same character.
    unseen: Unseen | None = None


@dataclass(frozen=True)
class Word:
    """A word that moved the score, and by how much."""

    text: str
    side: Side
    strength: int
    weight: float
    is_veiled: bool


@dataclass(frozen=True)
class _Mark:
    span: Span
    side: Side
    strength: int
    is_veiled: bool


def marked(text: str, signals: Iterable[Signal]) -> list[Piece]:
    """Cut `text` where `signals` point, which may overlap; the pieces together are the text.

    Of a text that is full of unseen characters, only the first of them are shown.
    Where they overlap, the strongest mark counts, and what speaks against the text before what
    speaks for it.
    """
    marks = [mark for signal in signals for mark in _marks(signal)]
    edges = sorted({0, len(text), *(edge for mark in marks for edge in mark.span if edge < len(text))})
    pieces: list[Piece] = []
    for start, end in pairwise(edges):
        here = [mark for mark in marks if mark.span[0] <= start and end <= mark.span[1]]
        piece = Piece(text[start:end])
        if here:
            top = max(here, key=lambda mark: (mark.side is Side.AGAINST, mark.strength))
            veiled = any(mark.is_veiled for mark in here)
            piece = Piece(text[start:end], top.side, top.strength, veiled)
        if pieces and replace(pieces[-1], text="") == replace(piece, text=""):
            pieces[-1] = replace(piece, text=pieces[-1].text + piece.text)
        else:
            pieces.append(piece)
    return list(_with_unseen(text, pieces))


def words(text: str, signals: Iterable[Signal]) -> list[Word]:
    """List the words that moved the score, the weightiest first."""
    found = [
        Word(
            text[word.span[0] : word.span[1]],
            *_valued(word.weight, signal),
            weight=word.weight,
            is_veiled=_is_veiled(signal, word.weight),
        )
        for signal in signals
        for word in signal.words
    ]
    return sorted(found, key=lambda word: abs(word.weight), reverse=True)


def veiled(text: str, hidden: Collection[str], *, quotes: bool = False) -> list[Piece]:
    """Cut a text so that words in `hidden` can be veiled; with `quotes`, all that it quotes as well.

    What cannot be seen is cut out like in `marked`.
    """
    patterns = [re.escape(word) for word in sorted(hidden, key=len, reverse=True) if word.strip()]
    if quotes:
        patterns.append(_QUOTED.pattern)
    pieces = []
    place = 0
    # Without patterns, nothing matches.
    for match in re.finditer("|".join(patterns) or "(?!)", text, re.IGNORECASE):
        pieces += [Piece(text[place : match.start()]), Piece(match.group(), is_veiled=True)]
        place = match.end()
    return list(_with_unseen(text, [*pieces, Piece(text[place:])]))


def _with_unseen(text: str, pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Cut out what cannot be seen; what is seen depends on what stands around it."""
    hidden = deque(unseen(text))
    shown = place = 0
    for piece in pieces:
        end = place + len(piece.text)
        while hidden and hidden[0][0][0] < end:
            (start, stop), what = hidden.popleft()
            if stop > end:
                # The rest of the stretch stands in the next piece.
                hidden.appendleft(((end, stop), what))
                stop = end
            if start > place:
                yield replace(piece, text=text[place:start])
            if shown < _MOST_UNSEEN:
                yield Piece(text[start:stop], unseen=what)
            shown += 1
            place = stop
        if place < end:
            yield replace(piece, text=text[place:end])
        place = end


def _marks(signal: Signal) -> Iterator[_Mark]:
    weights = {word.span: word.weight for word in signal.words}
    # What a rule points to has no weight of its own, and is as good as any.
    side = Side.FOR if signal.action is Action.APPROVE and signal.weight < 0 else Side.AGAINST
    for span in signal.spans:
        if span not in weights:
            yield _Mark(span, side, STRONGEST, _is_veiled(signal, 1.0))
    for span, weight in weights.items():
        yield _Mark(span, *_valued(weight, signal), is_veiled=_is_veiled(signal, weight))


def _valued(weight: float, signal: Signal) -> tuple[Side, int]:
    share = abs(weight) / (max(abs(word.weight) for word in signal.words) or 1.0)
    strength = STRONGEST if share >= _STRONG else 2 if share >= _MIDDLING else 1
    return (Side.AGAINST if weight > 0 else Side.FOR), strength


def _is_veiled(signal: Signal, weight: float) -> bool:
    return signal.code in _CODES_TO_VEIL and weight > 0
