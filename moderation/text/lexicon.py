"""The words that may hide under a disguise, and the characters that pass for their letters.

Read from the files beside it when a suspicious text first asks, since most texts never do.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files

_DATA = files("moderation.text") / "data"
# Words of one letter that people write between others.
SINGLE = frozenset("aiu")


@cache
def abusive() -> frozenset[str]:
    """Words that insult, threaten or swear."""
    return frozenset(_lines("abusive_words.txt"))


@cache
def known() -> frozenset[str]:
    """Every word of the lexicon: frequent English words and words of abuse."""
    return abusive() | frozenset(_lines("frequent_words.txt"))


@cache
def common_english() -> frozenset[str]:
    """Words that hardly any English text does without, and texts in other languages do."""
    return frozenset(_lines("common_words.txt"))


@cache
def beginnings() -> frozenset[str]:
    """Everything that a known word begins with, the word itself included."""
    return frozenset(word[:length] for word in known() for length in range(1, len(word) + 1))


def of_length(length: int) -> Sequence[str]:
    """List the abusive words of `length` letters, the likeliest first."""
    return _by_length().get(length, ())


@cache
def masked(length: int, place: int, letter: str) -> frozenset[int]:
    """Which of the abusive words of `length` letters have `letter` at `place`."""
    return frozenset(number for number, word in enumerate(of_length(length)) if word[place] == letter)


@cache
def look_alikes() -> Mapping[str, str]:
    """Name the Latin letters, one or two, that a foreign character can be taken for."""
    found: dict[str, str] = defaultdict(str)
    for line in _lines("look_alikes.txt"):
        letter, characters = line.split("\t")
        for character in characters:
            found[character] += letter
    return dict(found)


@cache
def _by_length() -> Mapping[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for word in _lines("abusive_words.txt"):
        found[len(word)].append(word)
    return dict(found)


def _lines(name: str) -> Iterator[str]:
    for line in (_DATA / name).read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line
