"""Score and explain a text with a trained classifier: look-ups and additions, nothing else.

The classifier is additive. Each gram has a weight for each head, and a head's log-odds are its
intercept plus the weights of the text's grams times the text's length factor. Each distinct word and
pair counts once. An explanation is therefore not an estimate: its parts add up to the score.
"""

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import nlargest

import numpy as np
from numpy.typing import NDArray

from moderation.classifier.features import (
    cut,
    grams,
    length_factor,
    manners,
    pair,
    spoken,
    tokens,
    written_so,
)
from moderation.classifier.thresholds import NO_TRADES, Trades
from moderation.text import Normalised
from moderation.verdict import AS_MADE, ATTRIBUTES, Accepted, Contribution, Scores, Thresholds, sigmoid

HEADS = ("rejection", *ATTRIBUTES)
"""What a classifier says of a text, in the order of the weights' columns."""

ENGLISH = frozenset({"en"})

_WORDS_REMEMBERED = 32_768

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """All that was learnt, as plain arrays."""

    vocabulary: tuple[str, ...]
    # One row a gram of the vocabulary, one column a head.
    grams: NDArray[np.float32]
    intercepts: NDArray[np.float64]
    length_offset: float

    def __post_init__(self) -> None:
        """Refuse arrays that do not fit together or hold something that is no number."""
        if self.grams.shape != (len(self.vocabulary), len(HEADS)):
            raise ValueError(
                f"{self.grams.shape} weights for {len(self.vocabulary)} grams and {len(HEADS)} heads"
            )
        if self.intercepts.shape != (len(HEADS),):
            raise ValueError(f"{self.intercepts.shape} intercepts for {len(HEADS)} heads")
        numbers = (self.grams, self.intercepts, np.array([self.length_offset]))
        if not all(np.isfinite(each).all() for each in numbers) or self.length_offset <= 0:
            raise ValueError("a weight is not a finite number, or the length offset is not above zero")


@dataclass(frozen=True, eq=False)
class Classifier:
    """A trained model that can be asked. Safe to share between threads."""

    version: str
    thresholds: Thresholds
    weights: Weights
    # ISO 639-1 codes of the languages that it reads.
    languages: frozenset[str] = ENGLISH

    # What thresholds other budgets than the model's own buy.
    trades: Trades = NO_TRADES

    def thresholds_for(self, accepted: Accepted) -> Thresholds:
        """Say where review and rejection start on a site that accepts so many mistakes."""
        if accepted == AS_MADE:
            return self.thresholds
        return self.trades.thresholds(accepted, self.thresholds)

    def score(self, text: Normalised) -> Scores:
        """Say how likely rejection and each attribute are."""
        rejection, *attributes = self.logits(text).tolist()
        return Scores(
            rejection=rejection,
            attributes=dict(zip(ATTRIBUTES, map(sigmoid, attributes), strict=True)),
        )

    def logits(self, text: Normalised) -> Numbers:
        """Give the log-odds of every head, in the order of HEADS."""
        found = cut(text)
        said = spoken(found)
        # In the order of the text and not as sets, so that every process adds up in the same order.
        pairs = dict.fromkeys(map(pair, said, said[1:]))
        known = self._known((*pairs, *manners(text, said)))
        # The last column counts grams. The ufunc is called directly: sum() takes longer to begin.
        weighed = np.add.reduce(self._words.rows(list(dict.fromkeys(found)), known))
        factor = length_factor(int(weighed[-1]) + len(pairs), self.weights.length_offset)
        logits: Numbers = self.weights.intercepts + weighed[:-1] * factor
        return logits

    def explain(self, text: Normalised, *, most: int | None = None) -> list[Contribution]:
        """Share the log-odds of rejection out among the words, in the order of the text.

        With the intercept the shares add up to the score. What counts once is shared equally by all
        the words that say it, a pair by both of its words. With `most`, only so many of the words that
        weigh most are listed.
        """
        found = tokens(text)
        if not found:
            return []
        shares = [0.0] * len(found)
        said_by = _numbered((word, number) for number, (word, _) in enumerate(found))
        weighed = self._words.rows(list(said_by))
        for numbers, weight in zip(said_by.values(), weighed[:, 0].tolist(), strict=True):
            for number in numbers:
                shares[number] += weight / len(numbers)
        numbers = [number for number, (word, _) in enumerate(found) if word[0].isalnum()]
        said = spoken([word for word, _ in found])
        pairs = _numbered(
            (pair(said[place], said[place + 1]), number)
            for place in range(len(said) - 1)
            for number in numbers[place : place + 2]
        )
        for name, numbers in pairs.items():
            self._share(name, numbers, shares)
        for manner in manners(text, said):
            self._share(manner, written_so(text, found, manner), shares)
        total = int(weighed[:, -1].sum()) + len(pairs)
        factor = length_factor(total, self.weights.length_offset)
        listed: Iterable[int] = range(len(found))
        if most is not None:
            listed = sorted(nlargest(most, listed, key=lambda number: abs(shares[number])))
        return [
            Contribution(text.origin(found[number][1]), shares[number] * factor) for number in listed
        ]

    @property
    def intercept(self) -> float:
        """The log-odds of rejection of a text without words."""
        return float(self.weights.intercepts[0])

    @cached_property
    def _places(self) -> Mapping[str, int]:
        return {name: place for place, name in enumerate(self.weights.vocabulary)}

    @cached_property
    def _rejections(self) -> list[float]:
        found: list[float] = self.weights.grams[:, 0].tolist()
        return found

    @cached_property
    def _words(self) -> "_Memory":
        return _Memory(self.weights.grams, self._places)

    def _known(self, names: Iterable[str]) -> list[int]:
        places = self._places
        return [places[name] for name in names if name in places]

    def _share(self, name: str, numbers: Sequence[int], shares: list[float]) -> None:
        place = self._places.get(name)
        if place is not None:
            share = self._rejections[place] / len(numbers)
            for number in numbers:
                shares[number] += share


class _Memory:
    """The words met so far, each with what it weighs. Bounded: people make up words without end."""

    def __init__(self, grams: NDArray[np.float32], places: Mapping[str, int]) -> None:
        """Begin with the rows of all known grams, so that one look at the table finds these too."""
        self._grams = grams
        self._places = places
        self._adding = threading.Lock()
        # Places and rows belong together, and are replaced together, while other threads read on.
        self._kept = self._empty()

    def rows(self, words: Sequence[str], grams: Sequence[int] = ()) -> Numbers:
        """Give a row for each word, then for each gram: its weight for each head, and how many grams."""
        places, rows = self._kept
        try:
            found = [places[word] for word in words]
        except KeyError:
            if len(words) > _WORDS_REMEMBERED:
                return np.vstack([self._weighed(words, rows), rows[list(grams)]])
            places, rows = self._met(words)
            found = [places[word] for word in words]
        found += grams
        return rows[found]

    def _met(self, words: Sequence[str]) -> tuple[dict[str, int], Numbers]:
        with self._adding:
            if len(self._kept[0]) + len(words) > _WORDS_REMEMBERED:
                self._kept = self._empty()
            places, rows = self._kept
            new = [word for word in words if word not in places]
            if new:
                # After the grams comes a row of zeros, which is never another's.
                first = len(self._grams) + 1 + len(places)
                rows[first : first + len(new)] = self._weighed(new, rows)
                places.update(zip(new, range(first, first + len(new)), strict=True))
            return places, rows

    def _weighed(self, words: Sequence[str], rows: Numbers) -> Numbers:
        """Add up the rows of each word's known grams, and count its grams."""
        found: list[int] = []
        starts, counts = [], []
        for word in words:
            every = grams(word)
            starts.append(len(found))
            counts.append(len(every))
            # A word without a known gram has a row of zeros.
            found.append(len(self._grams))
            found += [self._places[name] for name in every if name in self._places]
        weighed: Numbers = np.add.reduceat(rows[found], starts)
        weighed[:, -1] = counts
        return weighed

    def _empty(self) -> tuple[dict[str, int], Numbers]:
        rows = np.zeros((len(self._grams) + 1 + _WORDS_REMEMBERED, len(HEADS) + 1))
        rows[: len(self._grams), :-1] = self._grams
        return {}, rows


def _numbered(named: Iterable[tuple[str, int]]) -> dict[str, list[int]]:
    """Gather the numbers that come with each name."""
    gathered: dict[str, list[int]] = {}
    for name, number in named:
        gathered.setdefault(name, []).append(number)
    return gathered
