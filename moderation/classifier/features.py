"""Name the grams of a text: words, pairs of words, the pieces that words are made of, and its manner.

Shared by training and serving, so that a model is asked about exactly what it learnt.
Knows nothing of weights.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence

from moderation.classifier import own_texts
from moderation.text import Normalised, word_list, words
from moderation.verdict import Span

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

_IN_CAPITALS = re.compile(r"\b[A-Z]{3,}\b")
_FEWEST_IN_CAPITALS = 3
_FEWEST_REPEATED = 8
# Of so many words, one is new.
_REPEATED = 4


def cut(text: Normalised) -> list[str]:
    """Cut a text into words and runs of punctuation."""
    found = word_list(text.text)
    if max(map(len, found), default=0) > LONGEST_WORD:
        return [word for word, _ in tokens(text)]
    return found


def tokens(text: Normalised) -> list[tuple[str, Span]]:
    """Cut a text like `cut`, and say where in the normalised text each word stands."""
    found: list[tuple[str, Span]] = []
    for word, (start, end) in words(text.text):
        if len(word) <= LONGEST_WORD:
            found.append((word, (start, end)))
            continue
        for place in range(start, end, LONGEST_WORD):
            stop = min(place + LONGEST_WORD, end)
            found.append((text.text[place:stop], (place, stop)))
    return found


def grams(word: str) -> list[str]:
    """List what one word contributes by itself: the whole word and its pieces, or nothing for a name."""
    if word in _NAMES:
        return []
    padded = f" {word} "
    # A tab is never part of a word, so that "art" and the middle of "party" stay apart.
    found = ["\t" + word]
    for length in PIECES:
        if len(padded) <= length:
            found.append(padded)
            break
        found.extend(padded[start : start + length] for start in range(len(padded) - length + 1))
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


def manners(text: Normalised, said: Sequence[str]) -> list[str]:
    """List how a text is written, given its spoken words: in capitals, or repeating itself."""
    found = []
    if len(said) >= _FEWEST_REPEATED and len(set(said)) * _REPEATED <= len(said):
        found.append(REPEATING)
    if not text.original.islower():
        capitals = len(_IN_CAPITALS.findall(text.original))
        if capitals >= _FEWEST_IN_CAPITALS and capitals * 2 >= len(said):
            found.append(SHOUTING)
    return found


def written_so(text: Normalised, found: Sequence[tuple[str, Span]], manner: str) -> list[int]:
    """Say which of a text's words, by their number, are written in that manner."""
    if manner == SHOUTING:
        originals = [text.original[slice(*text.origin(span))] for _, span in found]
        chosen = [number for number, word in enumerate(originals) if word.isupper()]
    else:
        times = Counter(word for word, _ in found)
        chosen = [number for number, (word, _) in enumerate(found) if times[word] > 1]
    return chosen or list(range(len(found)))


def length_factor(total: int, offset: float) -> float:
    """Weigh a text's grams by how many there are, so that long texts are not extreme by length alone.

    The total counts unknown grams too: a larger vocabulary leaves the scores of the old one as
    they were. The offset keeps a single word from being taken for certain.
    """
    return 1 / math.sqrt(total + offset)
