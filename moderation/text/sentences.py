"""Cut a text into its sentences, as far as their marks tell."""

import re

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

    What has no letter or digit belongs to the sentence before it. There is always one at least.
    """
    found: list[Span] = []
    start = 0
    for mark in _END.finditer(text):
        if _ends_a_sentence(text, start, mark):
            start = _take(found, text, start, mark.end())
    _take(found, text, start, len(text))
    return found or [(0, len(text))]


def _take(found: list[Span], text: str, start: int, end: int) -> int:
    """Add what stands between `start` and `end` to what was found; return where to go on."""
    piece = text[start:end]
    stripped = piece.strip()
    if any(map(str.isalnum, stripped)):
        first = start + len(piece) - len(piece.lstrip())
        found.append((first, first + len(stripped)))
    elif not found:
        return start
    elif stripped:
        found[-1] = (found[-1][0], start + len(piece.rstrip()))
    return end


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
