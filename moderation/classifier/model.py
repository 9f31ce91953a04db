"""Score and explain a text with a trained classifier: look-ups and additions, nothing else.

The classifier is additive. Each gram has a weight for each head, and a head's log-odds are its
intercept plus the weights of the text's grams times the text's length factor. An explanation is
therefore not an estimate: its parts add up to the score.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from moderation.classifier.features import grams, length_factor, pair, tokens
from moderation.text import Normalised
from moderation.verdict import ATTRIBUTES, Contribution, Scores, Thresholds, sigmoid

HEADS = ("rejection", *ATTRIBUTES)
"""What a classifier says of a text, in the order of the weights' columns."""

_WORDS_REMEMBERED = 32_768

# How many grams a word has, and the sum of their weights for each head.
_Weighed = tuple[int, NDArray[np.float64]]


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

    @property
    def languages(self) -> frozenset[str]:
        """The languages that the model has learnt, by their two letters of ISO 639-1."""
        return frozenset({"en"})

    def score(self, text: Normalised) -> Scores:
        """Say how likely rejection and each attribute are."""
        rejection, *attributes = self.logits(text).tolist()
        return Scores(
            rejection=rejection,
            attributes=dict(zip(ATTRIBUTES, map(sigmoid, attributes), strict=True)),
        )

    def logits(self, text: Normalised) -> NDArray[np.float64]:
        """Give the log-odds of every head, in the order of HEADS."""
        found = [word for word, _ in tokens(text)]
        if not found:
            return self.weights.intercepts.copy()
        asked = [self._word(word) for word in found]
        total = sum(count for count, _ in asked) + len(found) - 1
        summed = np.sum([weight for _, weight in asked], axis=0)
        known = [
            place for place in map(self._places.get, map(pair, found, found[1:])) if place is not None
        ]
        if known:
            summed = summed + self.weights.grams[known].sum(axis=0, dtype=np.float64)
        logits: NDArray[np.float64] = self.weights.intercepts + summed * length_factor(
            total, self.weights.length_offset
        )
        return logits

    def explain(self, text: Normalised) -> list[Contribution]:
        """Share the log-odds of rejection out among the words, in the order of the text.

        With the intercept the shares add up to the score. A pair of words is shared equally.
        """
        found = tokens(text)
        asked = [self._word(word) for word, _ in found]
        total = sum(count for count, _ in asked) + max(len(found) - 1, 0)
        factor = length_factor(total, self.weights.length_offset)
        shares = [float(weight[0]) for _, weight in asked]
        for index in range(len(found) - 1):
            place = self._places.get(pair(found[index][0], found[index + 1][0]))
            if place is not None:
                half = float(self.weights.grams[place, 0]) / 2
                shares[index] += half
                shares[index + 1] += half
        return [
            Contribution(text.origin(span), share * factor)
            for (_, span), share in zip(found, shares, strict=True)
        ]

    @property
    def intercept(self) -> float:
        """The log-odds of rejection of a text without words."""
        return float(self.weights.intercepts[0])

    @cached_property
    def _places(self) -> Mapping[str, int]:
        return {name: place for place, name in enumerate(self.weights.vocabulary)}

    @cached_property
    def _word(self) -> Callable[[str], _Weighed]:
        # Bounded, because the words that people make up are without end.
        return lru_cache(maxsize=_WORDS_REMEMBERED)(self._weigh)

    def _weigh(self, word: str) -> _Weighed:
        """Count a word's grams and add up the weights of those that are known."""
        every = grams(word)
        known = [place for place in map(self._places.get, every) if place is not None]
        return len(every), self.weights.grams[known].sum(axis=0, dtype=np.float64)
