"""Cut a text into its sentences, as far as their marks tell."""

import re
from collections.abc import Iterator

from moderation.verdict import Span

# Runs are taken whole, so that the time stays linear however many marks there are.
_END = re.compile(r"[.!?…]++[\"'”’»)\]]*+|[。！？]++[」』”]*+|\n")
_NEEDS_NO_SPACE = frozenset("。！？\n")

# What ends in a point and ends no sentence.
_ABBREVIATIONS = frozenset({
    "approx", "cf", "dr", "e.g", "esp", "fig", "i.e", "mr", "mrs", "ms", "prof", "st", "viz", "vs",
})  # fmt: skip


def sentences(text: str) -> list[Span]:
    """Give the spans of the sentences of `text`, in order and without the white space around them.

    What has no letter or digit belongs to the sentence before it, or else to the first. There is
    always one at least.
    """
    found: list[Span] = []
    is_silent = True
    for start, end in _pieces(text):
        is_wordless = not any(map(str.isalnum, text[start:end]))
        if found and (is_wordless or is_silent):
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
        is_silent = is_silent and is_wordless
    return found or [(0, len(text))]


def _pieces(text: str) -> Iterator[Span]:
    """Cut wherever a mark ends something, and leave white space out."""
    start = 0
    for mark in _END.finditer(text):
        if _ends_a_sentence(text, start, mark):
            yield from _stripped(text, start, mark.end())
            start = mark.end()
    yield from _stripped(text, start, len(text))


def _stripped(text: str, start: int, end: int) -> Iterator[Span]:
    piece = text[start:end]
    stripped = piece.strip()
    if stripped:
        first = start + len(piece) - len(piece.lstrip())
        yield first, first + len(stripped)


def _ends_a_sentence(text: str, start: int, mark: re.Match[str]) -> bool:
    if mark[0][0] in _NEEDS_NO_SPACE:
        return True
    if mark.end() < len(text) and not text[mark.end()].isspace():
        return False
    if mark[0] != ".":
        return True
    word = text[max(start, text.rfind(" ", start, mark.start()) + 1) : mark.start()].lstrip("(\"'“‘")
    is_initial = len(word) == 1 and word.isalpha() and word != "I"
    return not is_initial and word.lower() not in _ABBREVIATIONS
