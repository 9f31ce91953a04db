"""Remember the words that a classifier has met, what each weighs, and what pairs of them weigh.

Most words of a comment were met before. So what stands between two spaces is looked up as a whole,
and only what is new is cut into words and grams. Texts are then arrays of numbers, and what they say
is looked up and added up for many texts at once. Knows nothing of heads and scores.
"""

import threading
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from moderation.classifier.features import (
    LONGEST_WORD,
    SOMEONE,
    Numbers,
    cut,
    grams,
    manners,
    spoken,
)
from moderation.classifier.sequences import distinct
from moderation.text import Normalised

Whole = NDArray[np.int64]

# People make up words without end: after so many all are forgotten, which costs less than a second.
_WORDS_REMEMBERED = 32_768
# What stands between two spaces is a word in many guises: "so", "so," and "(so".
_CHUNKS_REMEMBERED = 65_536
# A longer chunk seldom comes again.
_LONGEST_CHUNK = 2 * LONGEST_WORD

# Rows before those of the grams. The first weighs nothing and stands where a text begins; so a word by
# itself is the pair of nothing and the word. The second is every pair that was not learnt.
_NOTHING, _UNKNOWN, _GRAMS = 0, 1, 2
# The last columns count grams, and different words that are spoken.
_COUNT, _DIFFERENT = -1, -2
_COUNTS = 2
# So many bits for the number of a word. Above those of two words stands that of the text.
_BITS = 24
_WORD = (1 << _BITS) - 1
_PAIR = (1 << 2 * _BITS) - 1
# So many texts are read at once, which keeps what they take within the processor's own memory.
_TOGETHER = 256
_TEXTS: Whole = np.arange(_TOGETHER) << 2 * _BITS
# Weights are rounded to so many bits of the heaviest. Then sums are exact, whatever the order, as far as
# the 53 bits of a number reach: thirty thousand grams as heavy as the heaviest.
_PRECISION = 38


class Learnt:
    """The grams that were learnt, by number, and numbers for the words that their pairs are made of."""

    def __init__(self, vocabulary: Sequence[str], weights: NDArray[np.float32]) -> None:
        """Take one row of weights for each gram."""
        self._weights = weights
        self._places = {gram: place for place, gram in enumerate(vocabulary, _GRAMS)}
        # Whoever belongs to a group is SOMEONE.
        self.words = {SOMEONE: _GRAMS + len(weights)}
        # The last pair is one that no text can hold.
        words, pairs, rows = self.words, [_PAIR + 1], [_UNKNOWN]
        for gram, place in self._places.items():
            # Other grams have a space at most at their ends.
            if " " in gram[1:-1]:
                first, second = (
                    words.setdefault(word, _GRAMS + len(weights) + len(words))
                    for word in gram.split(" ")
                )
                pairs.append(first << _BITS | second)
                rows.append(place)
        order = np.argsort(pairs)
        self._pairs: Whole = np.array(pairs)[order]
        self._rows_of_pairs: Whole = np.array(rows)[order]

    def rows(self, more: int) -> Numbers:
        """Give the rows of all that was learnt, and room for so many more words."""
        grams, columns = self._weights.shape
        # What nobody has written to takes no memory.
        rows = np.zeros((_GRAMS + grams + len(self.words) + more, columns + _COUNTS))
        rows[_GRAMS : _GRAMS + grams, :-_COUNTS] = _rounded(self._weights)
        # A pair is one gram, learnt or not; the grams of a word are counted when it is met.
        rows[self._rows_of_pairs, _COUNT] = 1
        return rows

    def known(self, names: Iterable[str]) -> list[int]:
        """Number those of the grams that were learnt."""
        return [*filter(None, map(self._places.get, names))]

    def pairs(self, pairs: Whole) -> Whole:
        """Give the rows of pairs."""
        places = self._pairs.searchsorted(pairs)
        rows = self._rows_of_pairs.take(places)
        rows[self._pairs.take(places) != pairs] = _UNKNOWN
        return rows


class Met:
    """The words met so far, by number. Numbers count up from those of the grams."""

    def __init__(self, learnt: Learnt) -> None:
        """Begin with what was learnt."""
        self.learnt = learnt
        self.rows = learnt.rows(2 * _WORDS_REMEMBERED)
        self._next = len(self.rows) - 2 * _WORDS_REMEMBERED
        # A pair begins with nothing where a text does.
        self._is_spoken = np.zeros(len(self.rows), np.bool_)
        self._is_spoken[_NOTHING] = True
        self._words: dict[str, int] = {}
        self._chunks: dict[str, tuple[int, ...]] = {}
        self._last: tuple[Sequence[str], list[int]] = (), []
        self._meeting = threading.Lock()

    @property
    def is_full(self) -> bool:
        """Whether it is time to forget."""
        return len(self._words) >= _WORDS_REMEMBERED or len(self._chunks) >= _CHUNKS_REMEMBERED

    def words(self, text: Normalised) -> list[int]:
        """Number the words and marks of a text, in their order."""
        # Who is asked for a score is most often asked for its reasons next.
        last, found = self._last
        if last is not text.chunks:
            try:
                found = _joined(text.chunks, self._chunks)
            except KeyError:
                found = _joined(text.chunks, self._meet(text.chunks))
            self._last = text.chunks, found
        return found

    def are_spoken(self, words: Whole) -> NDArray[np.bool_]:
        """Tell words that are spoken from marks, by their numbers."""
        return self._is_spoken.take(words)

    def weights(self, rows: Whole | list[int]) -> Numbers:
        """Give what each of these rows weighs for the first head, in log-odds."""
        found: Numbers = self.rows[rows, 0]
        return found

    def counts(self, words: Whole) -> Numbers:
        """Say how many grams each word has."""
        found: Numbers = self.rows[words, _COUNT]
        return found

    def sums(self, texts: Sequence[Normalised]) -> Numbers:
        """Add up for each of a few hundred texts the rows of what it says."""
        numbers = [[_NOTHING, *self.words(text)] for text in texts]
        words = np.fromiter(chain.from_iterable(numbers), np.int64)
        is_spoken = self.are_spoken(words)
        both, begins, times = (
            _together(words, is_spoken, numbers) if len(texts) > 1 else _alone(words, is_spoken)
        )
        # The number of a word is that of its row; that of a pair has to be looked up.
        rows = both & _WORD
        are_pairs = both > _WORD
        rows[are_pairs] = self.learnt.pairs(both[are_pairs])
        sums: Numbers = np.add.reduceat(self.rows.take(rows, axis=0), begins)
        counts = zip(texts, times, sums[:, _DIFFERENT].tolist(), strict=True)
        for place, (text, number, different) in enumerate(counts):
            for manner in manners(text, number, different):
                sums[place] += self.rows[self.learnt.known([manner])].sum(axis=0)
        return sums

    def _meet(self, chunks: Sequence[str]) -> dict[str, tuple[int, ...]]:
        """Read a text's chunks, and remember those that may come again."""
        with self._meeting:
            cuts = {chunk: cut(chunk) for chunk in chunks if chunk not in self._chunks}
            self._add(dict.fromkeys(chain.from_iterable(cuts.values())))
            found = {
                chunk: tuple([self._words[word] for word in words]) for chunk, words in cuts.items()
            }
            # Last, as other threads read on: where they find a chunk, they find its words as well.
            self._chunks.update(
                (chunk, read) for chunk, read in found.items() if len(chunk) <= _LONGEST_CHUNK
            )
        return {chunk: found[chunk] if chunk in found else self._chunks[chunk] for chunk in chunks}

    def _add(self, words: Iterable[str]) -> None:
        new = [word for word in words if word not in self._words]
        if not new:
            return
        said = [spoken([word]) for word in new]
        numbers = [self._number(*names) for names in said]
        if self._next > len(self.rows):
            more = self._next - len(self.rows)
            self.rows = np.concatenate([self.rows, np.zeros((more, self.rows.shape[1]))])
            self._is_spoken = np.concatenate([self._is_spoken, np.zeros(more, np.bool_)])
        rows = self._weighed(new)
        rows[:, _DIFFERENT] = [*map(len, said)]
        self.rows[numbers] = rows
        self._is_spoken[numbers] = rows[:, _DIFFERENT]
        self._words.update(zip(new, numbers, strict=True))

    def _number(self, name: str = "") -> int:
        """Number a word that is spoken by this name, or a mark, which is spoken by none."""
        known = self.learnt.words.get(name)
        if known is not None:
            return known
        self._next += 1
        if self._next > _WORD:
            raise OverflowError("there are more words than numbers for them")
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
            found.append(_NOTHING)
            found += self.learnt.known(every)
        weighed: Numbers = np.add.reduceat(self.rows.take(found, axis=0), starts)
        weighed[:, _COUNT] = counts
        return weighed


class Memory:
    """What was learnt, and the words met so far. Safe to share between threads."""

    def __init__(self, vocabulary: Sequence[str], weights: NDArray[np.float32]) -> None:
        """Begin with no words."""
        self._learnt = Learnt(vocabulary, weights)
        self.met = Met(self._learnt)
        """What is remembered now: its numbers mean something to itself alone."""

    def sums(self, texts: Sequence[Normalised]) -> Iterator[list[float]]:
        """Add up for each text what it says: each word and pair once, and its manners.

        The first numbers are those of the columns that were learnt, the last is how many grams it has.
        """
        for begin in range(0, len(texts), _TOGETHER):
            # Only before texts are read: who asks why a text has its score finds its words again.
            if self.met.is_full:
                self.met = Met(self._learnt)
            yield from self.met.sums(texts[begin : begin + _TOGETHER]).tolist()


def pairs_of(said: Whole) -> Whole:
    """Number each pair of words that are spoken one after another."""
    # The number of the text stands above that of the second word; above the first it is shifted out.
    return (said[:-1] << _BITS) + said[1:]


# What texts say, each once: words by their numbers, pairs by both; where each text begins among them,
# after the nothing that it begins with; and how many words are spoken in each.
_Said = tuple[Whole, Whole | list[int], list[int]]


def _alone(words: Whole, is_spoken: NDArray[np.bool_]) -> _Said:
    said = words[is_spoken]
    # Its beginning counts as spoken.
    return distinct(np.concatenate((words, pairs_of(said)))), [0], [len(said) - 1]


def _together(words: Whole, is_spoken: NDArray[np.bool_], texts: Sequence[Sequence[int]]) -> _Said:
    words = words + _TEXTS[: len(texts)].repeat([*map(len, texts)])
    said = words[is_spoken]
    pairs = pairs_of(said)
    # No word is followed by the beginning of the next text.
    pairs = pairs[pairs & _WORD != _NOTHING]
    both = distinct(np.concatenate((words, pairs))) & _PAIR
    (begins,) = (both == _NOTHING).nonzero()
    return both, begins, (np.bincount(said >> 2 * _BITS) - 1).tolist()


def _rounded(weights: NDArray[np.float32]) -> NDArray[np.float32]:
    _, exponent = np.frexp(np.abs(weights).max(initial=0.0))
    # Never so small that it would be nothing in 32 bits.
    unit = max(np.float32(2.0 ** (exponent - _PRECISION)), np.finfo(np.float32).tiny)
    found: NDArray[np.float32] = np.rint(weights / unit) * unit
    return found


def _joined(chunks: Sequence[str], known: dict[str, tuple[int, ...]]) -> list[int]:
    return list(chain.from_iterable(map(known.__getitem__, chunks)))
