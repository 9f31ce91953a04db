"""Cut a comment into marked and unmarked pieces, so that the template only prints text."""

from collections.abc import Iterable
from typing import NamedTuple

from moderation.verdict import Span


class Piece(NamedTuple):
    """A stretch of text, and whether it is marked."""

    text: str
    is_marked: bool


def marked(text: str, spans: Iterable[Span]) -> list[Piece]:
    """Cut `text` at `spans`, which may overlap; the pieces together are the text."""
    pieces: list[Piece] = []
    place = 0
    for start, end in sorted(spans):
        if end <= place:
            continue
        if start > place:
            pieces.append(Piece(text[place:start], is_marked=False))
        pieces.append(Piece(text[max(start, place) : end], is_marked=True))
        place = end
    if place < len(text):
        pieces.append(Piece(text[place:], is_marked=False))
    return pieces
