"""Score and explain a text with a trained classifier: look-ups and additions, nothing else.

The classifier is additive. Each gram has a weight for each head, and a head's log-odds are its
intercept plus the weights of the text's grams times the text's length factor. Each distinct word and
pair counts once. An explanation is therefore not an estimate: its parts add up to the score.
"""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

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
        # Not sets: their order, and so the last digit of a sum, differs from process to process.
        pairs = dict.fromkeys(map(pair, said, said[1:]))
        *summed, count = self._words.rows(list(dict.fromkeys(found))).sum(axis=0)
        factor = length_factor(int(count) + len(pairs), self.weights.length_offset)
        others = self._sum((*pairs, *manners(text, said)))
        logits: Numbers = self.weights.intercepts + (np.array(summed) + others) * factor
        return logits

    def explain(self, text: Normalised) -> list[Contribution]:
        """Share the log-odds of rejection out among the words, in the order of the text.

        With the intercept the shares add up to the score. What counts once is shared equally by all
        the words that say it, a pair by both of its words.
        """
        found = tokens(text)
        if not found:
            return []
        shares = np.zeros(len(found))
        said_by = _numbered((word, number) for number, (word, _) in enumerate(found))
        weighed = self._words.rows(list(said_by))
        for numbers, weight in zip(said_by.values(), weighed[:, 0].tolist(), strict=True):
            shares[numbers] += weight / len(numbers)
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
        shares *= length_factor(total, self.weights.length_offset)
        return [
            Contribution(text.origin(span), share)
            for (_, span), share in zip(found, shares.tolist(), strict=True)
        ]

    @property
    def intercept(self) -> float:
        """The log-odds of rejection of a text without words."""
        return float(self.weights.intercepts[0])

    @cached_property
    def _places(self) -> Mapping[str, int]:
        return {name: place for place, name in enumerate(self.weights.vocabulary)}

    @cached_property
    def _words(self) -> "_Memory":
        return _Memory(self._weigh)

    def _weigh(self, word: str) -> Numbers:
        """Add up the weights of a word's grams for each head, and count the grams behind them."""
        every = grams(word)
        return np.append(self._sum(every), len(every))

    def _sum(self, names: Iterable[str]) -> Numbers:
        """Add up the weights of those grams that are known."""
        known = [place for place in map(self._places.get, names) if place is not None]
        summed: Numbers = self.weights.grams[known].sum(axis=0, dtype=np.float64)
        return summed

    def _share(self, name: str, numbers: Sequence[int], shares: Numbers) -> None:
        place = self._places.get(name)
        if place is not None:
            # Not in one step: in “ha ha ha” a word is on both sides of a pair.
            np.add.at(shares, numbers, float(self.weights.grams[place, 0]) / len(numbers))


class _Memory:
    """The words met so far, each with what it weighs. Bounded: people make up words without end."""

    def __init__(self, weigh: Callable[[str], Numbers]) -> None:
        self._weigh = weigh
        self._adding = threading.Lock()
        # Places and rows belong together, and are replaced together, while other threads read on.
        self._kept = self._empty()

    def rows(self, words: Sequence[str]) -> Numbers:
        """Give one row a word: its weight for each head, and the number of its grams."""
        places, rows = self._kept
        try:
            return rows[[places[word] for word in words]]
        except KeyError:
            return self._met(words)

    def _met(self, words: Sequence[str]) -> Numbers:
        if len(words) > _WORDS_REMEMBERED:
            return np.array([self._weigh(word) for word in words])
        with self._adding:
            if len(self._kept[0]) + len(words) > _WORDS_REMEMBERED:
                self._kept = self._empty()
            places, rows = self._kept
            for word in words:
                if word not in places:
                    rows[len(places)] = self._weigh(word)
                    places[word] = len(places)
        return rows[[places[word] for word in words]]

    def _empty(self) -> tuple[dict[str, int], Numbers]:
        return {}, np.empty((_WORDS_REMEMBERED, len(HEADS) + 1))


def _numbered(named: Iterable[tuple[str, int]]) -> dict[str, list[int]]:
    """Gather the numbers that come with each name."""
    gathered: dict[str, list[int]] = {}
    for name, number in named:
        gathered.setdefault(name, []).append(number)
    return gathered
