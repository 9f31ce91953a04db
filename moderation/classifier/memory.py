"""Remember the words that a classifier has met: what each weighs, and which pairs it is half of.

Most words of a comment were met before. So what stands between two spaces is looked up as a whole,
and only what is new is cut into words and grams. Knows nothing of heads and scores.
"""

import threading
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, pairwise, repeat

import numpy as np
from numpy.typing import NDArray

from moderation.classifier.features import LONGEST_WORD, SOMEONE, Numbers, cut, grams, spoken

# People make up words without end: after so many all are forgotten, which costs less than a second.
_WORDS_REMEMBERED = 32_768
# What stands between two spaces is a word in many guises: "so", "so," and "(so".
_CHUNKS_REMEMBERED = 65_536
# A longer chunk seldom comes again.
_LONGEST_CHUNK = 2 * LONGEST_WORD
# Puts the numbers of two words into one; far more than there can be words.
_WORDS = 1 << 32

_Read = tuple[tuple[int, ...], tuple[int, ...]]


class Learnt:
    """The grams that were learnt, by number, and numbers for the words that their pairs are made of."""

    def __init__(self, vocabulary: Sequence[str], weights: NDArray[np.float32]) -> None:
        """Take one row of weights for each gram."""
        self.weights = weights
        self.places = {gram: place for place, gram in enumerate(vocabulary)}
        # The row after those of the grams weighs nothing. Whoever belongs to a group is SOMEONE.
        self.nothing = len(weights)
        self.words = {SOMEONE: self.nothing + 1}
        self.pairs: dict[int, int] = {}
        words = self.words
        for gram, place in self.places.items():
            # Other grams have a space at most at their ends.
            if " " in gram[1:-1]:
                first, second = (
                    words.setdefault(word, self.nothing + 1 + len(words)) for word in gram.split(" ")
                )
                self.pairs[first * _WORDS + second] = place

    def known(self, names: Iterable[str]) -> list[int]:
        """Number those of the grams that were learnt."""
        return [place for place in map(self.places.get, names) if place is not None]

    def known_pairs(self, pairs: Iterable[int]) -> Iterator[int]:
        """Number the pairs as grams; one that was not learnt has the number of nothing."""
        return map(self.pairs.get, pairs, repeat(self.nothing))


class Met:
    """The words met so far, by number. Numbers count up from those of the grams."""

    def __init__(self, learnt: Learnt) -> None:
        """Begin with what was learnt."""
        self.learnt = learnt
        self._next = learnt.nothing + 1 + len(learnt.words)
        # One column more than heads: how many grams a word has. What nobody has written to takes no
        # memory.
        room = self._next + 2 * _WORDS_REMEMBERED
        self.rows: Numbers = np.zeros((room, learnt.weights.shape[1] + 1))
        self.rows[: learnt.nothing, :-1] = learnt.weights
        self._words: dict[str, int] = {}
        self._chunks: dict[str, _Read] = {}
        self._last: tuple[Sequence[str], tuple[list[int], list[int]]] = (), ([], [])
        self._meeting = threading.Lock()

    @property
    def is_full(self) -> bool:
        """Whether it is time to forget."""
        return len(self._words) >= _WORDS_REMEMBERED or len(self._chunks) >= _CHUNKS_REMEMBERED

    def read(self, chunks: Sequence[str]) -> tuple[list[int], list[int]]:
        """Number the words and marks of a text's chunks in their order, and those that are spoken."""
        # Who is asked for a score is most often asked for its reasons next.
        last, found = self._last
        if last is not chunks:
            try:
                found = _joined(chunks, self._chunks)
            except KeyError:
                found = _joined(chunks, self._meet(chunks))
            self._last = chunks, found
        return found

    def _meet(self, chunks: Sequence[str]) -> dict[str, _Read]:
        """Read a text's chunks, and remember those that may come again."""
        with self._meeting:
            cuts = {chunk: cut(chunk) for chunk in chunks if chunk not in self._chunks}
            self._add(dict.fromkeys(chain.from_iterable(cuts.values())))
            found = {chunk: self._read(words) for chunk, words in cuts.items()}
            # Last, as other threads read on: where they find a chunk, they find its words as well.
            self._chunks.update(
                (chunk, read) for chunk, read in found.items() if len(chunk) <= _LONGEST_CHUNK
            )
        return {chunk: found[chunk] if chunk in found else self._chunks[chunk] for chunk in chunks}

    def _read(self, words: Sequence[str]) -> _Read:
        every = tuple([self._words[word] for word in words])
        said = tuple([self._words[word] for word in words if spoken([word])])
        return every, every if said == every else said

    def _add(self, words: Iterable[str]) -> None:
        new = [word for word in words if word not in self._words]
        numbers = [self._number(word) for word in new]
        if self._next > len(self.rows):
            room = np.zeros((self._next, self.rows.shape[1]))
            self.rows = np.concatenate([self.rows, room])
        if new:
            self.rows[numbers] = self._weighed(new)
            self._words.update(zip(new, numbers, strict=True))

    def _number(self, word: str) -> int:
        for name in spoken([word]):
            if name in self.learnt.words:
                return self.learnt.words[name]
        self._next += 1
        return self._next - 1

    def _weighed(self, words: Sequence[str]) -> Numbers:
        """Add up the rows of each word's known grams, and count its grams."""
        found: list[int] = []
        starts, counts = [], []
        for word in words:
            every = grams(word)
            starts.append(len(found))
            counts.append(len(every))
            # A word without a known gram has this row alone.
            found.append(self.learnt.nothing)
            found += self.learnt.known(every)
        weighed: Numbers = np.add.reduceat(self.rows[found], starts)
        weighed[:, -1] = counts
        return weighed


class Memory:
    """What was learnt, and the words met so far. Safe to share between threads."""

    def __init__(self, vocabulary: Sequence[str], weights: NDArray[np.float32]) -> None:
        """Begin with no words."""
        self._learnt = Learnt(vocabulary, weights)
        self._met = Met(self._learnt)

    def met(self) -> Met:
        """What is remembered now: its numbers mean something to itself alone."""
        if self._met.is_full:
            self._met = Met(self._learnt)
        return self._met


def pairs(said: Iterable[int]) -> list[int]:
    """Number each pair of words that are spoken one after another."""
    return [first * _WORDS + second for first, second in pairwise(said)]


def _joined(chunks: Sequence[str], known: dict[str, _Read]) -> tuple[list[int], list[int]]:
    words: list[int] = []
    said: list[int] = []
    for chunk in chunks:
        words_of_chunk, said_of_chunk = known[chunk]
        words += words_of_chunk
        said += said_of_chunk
    return words, said
