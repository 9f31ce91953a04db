"""Name the grams of a text: words, pairs of words, the pieces that words are made of, and its manner.

Shared by training and serving, so that a model is asked about exactly what it learnt.
Knows nothing of weights.
"""

import re
from collections import Counter
from collections.abc import Sequence
from operator import add
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from moderation.classifier import own_texts
from moderation.text import Normalised, word_list, word_places
from moderation.verdict import Span

Numbers = NDArray[np.float64]
Total = TypeVar("Total", float, NDArray[Any])

# Longer words are cut into pieces of this length. It bounds the memory and time that one word can
# take, and the writing systems that put no spaces between words lose little by it.
LONGEST_WORD = 40
# Length of the shortest and the longest piece of a word, counting the spaces around it.
PIECES = range(2, 6)

# Names of grams that no text can hold: normalised texts have no capitals, and words have no tabs.
SOMEONE = "SOMEONE"
SHOUTING = "\tSHOUTING"
REPEATING = "\tREPEATING"

# “Jew” and “gay” are abused so often that a model learns to blame the name. So a name says nothing
# by itself, and beside another word it only says that there is a name: “hate SOMEONE”.
_NAMES = frozenset(name + ending for name in own_texts.identities() for ending in ("", "'s", "’s"))

_SHORTEST_IN_CAPITALS = 3
_IN_CAPITALS = re.compile(rf"\b[A-Z]{{{_SHORTEST_IN_CAPITALS},}}\b")
_NO_CAPITALS = bytes(code for code in range(128) if not chr(code).isupper())
_FEWEST_IN_CAPITALS = 3
_FEWEST_REPEATED = 8
# Of so many words, one is new.
_REPEATED = 4


def cut(text: str) -> list[str]:
    """Cut a normalised text, or what stands between two spaces of it, into words and punctuation."""
    # Most often it is one word.
    if len(text) <= LONGEST_WORD and text.isascii() and text.isalnum():
        return [text]
    found = word_list(text)
    if max(map(len, found), default=0) <= LONGEST_WORD:
        return found
    return [
        word[start : start + LONGEST_WORD]
        for word in found
        for start in range(0, len(word), LONGEST_WORD)
    ]


def places(text: Normalised) -> list[Span]:
    """Say where everything that a normalised text is cut into stands."""
    found = word_places(text.text)
    if max(map(len, text.chunks), default=0) <= LONGEST_WORD:
        return found
    return [
        (place, min(place + LONGEST_WORD, end))
        for start, end in found
        for place in range(start, end, LONGEST_WORD)
    ]


def grams(word: str) -> list[str]:
    """List what one word contributes by itself: the whole word and its pieces, or nothing for a name."""
    if word in _NAMES:
        return []
    padded = f" {word} "
    # A tab is never part of a word, so that "art" and the middle of "party" stay apart.
    found, pieces = ["\t" + word], [*padded]
    for length in PIECES:
        # A letter is added to each shorter piece, which takes half the time of cutting pieces out.
        pieces = [*map(add, pieces, padded[length - 1 :])]
        found += pieces
    return found


def spoken(words_of_text: Sequence[str]) -> list[str]:
    """Leave out punctuation, and put SOMEONE for each name of a group."""
    return [SOMEONE if word in _NAMES else word for word in words_of_text if word[0].isalnum()]


def pair(first: str, second: str) -> str:
    """Name two words that follow one another as one gram."""
    return f"{first} {second}"


def is_piece(gram: str) -> bool:
    """Whether a gram is only a piece of a word."""
    return gram[0] != "\t" and " " not in gram.strip(" ")


def manners(text: Normalised, said: int, different: int) -> list[str]:
    """List how a text is written: in capitals, or repeating itself.

    It is given how many words are spoken, and how many different ones.
    """
    found = []
    if said >= _FEWEST_REPEATED and different * _REPEATED <= said:
        found.append(REPEATING)
    fewest = max(_FEWEST_IN_CAPITALS, (said + 1) // 2)
    # Words are looked at only where there are letters enough for them, which few texts have.
    letters = text.original.encode("ascii", "ignore").translate(None, _NO_CAPITALS)
    if (
        len(letters) >= _SHORTEST_IN_CAPITALS * fewest
        and len(_IN_CAPITALS.findall(text.original)) >= fewest
    ):
        found.append(SHOUTING)
    return found


def written_so(text: Normalised, found: Sequence[Span], manner: str) -> list[int]:
    """Say which of a text's words, by their number, are written in that manner."""
    if manner == SHOUTING:
        originals = [text.original[slice(*text.origin(span))] for span in found]
        chosen = [number for number, word in enumerate(originals) if word.isupper()]
    else:
        words = [text.text[start:end] for start, end in found]
        times = Counter(words)
        chosen = [number for number, word in enumerate(words) if times[word] > 1]
    return chosen or list(range(len(found)))


def length_factor(total: Total, offset: float) -> Total:
    """Weigh a text's grams by how many there are, so that long texts are not extreme by length alone.

    The total counts unknown grams too: a larger vocabulary leaves the scores of the old one as
    they were. The offset keeps a single word from being taken for certain. Totals of many texts
    may be given in one array.
    """
    factor: Total = (total + offset) ** -0.5
    return factor
