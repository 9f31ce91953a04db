"""Cut a comment into marked and unmarked pieces, so that the template only prints text."""

from collections.abc import Iterable
from typing import NamedTuple

from moderation.verdict import Signal, Span

# Of the weight of the weightiest word. What weighs less is marked faintly.
_FAINT = 0.4


class Piece(NamedTuple):
    """A stretch of text, and whether and how it is marked."""

    text: str
    is_marked: bool
    is_faint: bool = False


def marked(text: str, signals: Iterable[Signal]) -> list[Piece]:
    """Cut `text` where `signals` point, which may overlap; the pieces together are the text."""
    pieces: list[Piece] = []
    place = 0
    for (start, end), is_faint in sorted(mark for signal in signals for mark in _marks(signal)):
        if end <= place:
            continue
        if start > place:
            pieces.append(Piece(text[place:start], is_marked=False))
        pieces.append(Piece(text[max(start, place) : end], is_marked=True, is_faint=is_faint))
        place = end
    if place < len(text):
        pieces.append(Piece(text[place:], is_marked=False))
    return pieces


def _marks(signal: Signal) -> Iterable[tuple[Span, bool]]:
    weights = {word.span: word.weight for word in signal.words}
    enough = _FAINT * max(weights.values(), default=0.0)
    return ((span, weights.get(span, enough) < enough) for span in signal.spans)
