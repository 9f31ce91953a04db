"""Name the grams of a text: words, pairs of words, and the pieces that words are made of.

Shared by training and serving, so that a model is asked about exactly what it learnt.
Knows nothing of weights.
"""

import math

from moderation.text import Normalised, words
from moderation.verdict import Span

# Longer words are cut into pieces of this length. It bounds the memory and time that one word can
# take, and the writing systems that put no spaces between words lose little by it.
LONGEST_WORD = 40
# Length of the shortest and the longest piece of a word, counting the spaces around it.
PIECES = range(2, 6)


def tokens(text: Normalised) -> list[tuple[str, Span]]:
    """Cut a text into words and runs of punctuation, each with its place in the normalised text."""
    found: list[tuple[str, Span]] = []
    for word, (start, end) in words(text.text):
        if len(word) <= LONGEST_WORD:
            found.append((word, (start, end)))
            continue
        for cut in range(start, end, LONGEST_WORD):
            stop = min(cut + LONGEST_WORD, end)
            found.append((text.text[cut:stop], (cut, stop)))
    return found


def grams(word: str) -> list[str]:
    """List what one word contributes by itself: the whole word, and its pieces."""
    padded = f" {word} "
    # A tab is never part of a word, so that "art" and the middle of "party" stay apart.
    found = ["\t" + word]
    for length in PIECES:
        if len(padded) <= length:
            found.append(padded)
            break
        found.extend(padded[start : start + length] for start in range(len(padded) - length + 1))
    return found


def pair(first: str, second: str) -> str:
    """Name two adjacent words as one gram."""
    return f"{first} {second}"


def length_factor(total: int, offset: float) -> float:
    """Weigh a text's grams by how many there are, so that long texts are not extreme by length alone.

    The total counts unknown grams too: a larger vocabulary leaves the scores of the old one as
    they were. The offset keeps a single word from being taken for certain.
    """
    return 1 / math.sqrt(total + offset)
