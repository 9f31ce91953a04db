"""Score and explain a text with a trained classifier: look-ups and additions, nothing else.

The classifier is additive. Each gram has a weight for each head, and a head's log-odds are its
intercept plus the weights of the text's grams times the text's length factor. Each distinct word and
pair counts once. An explanation is therefore not an estimate: its parts add up to the score.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from moderation.classifier.features import Numbers, length_factor, manners, places, written_so
from moderation.classifier.memory import Memory, pairs_of
from moderation.classifier.reasons import NO_REASONS, Reasons
from moderation.classifier.thresholds import NO_TRADES, Trades
from moderation.text import Normalised
from moderation.verdict import (
    AS_MADE,
    ATTRIBUTES,
    Accepted,
    Contribution,
    Foretold,
    Habit,
    Scores,
    Thresholds,
    sigmoid,
)

HEADS = ("rejection", *ATTRIBUTES)
"""What a classifier says of a text, in the order of the weights' columns."""

ENGLISH = frozenset({"en"})


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """All that was learnt, as plain arrays."""

    vocabulary: tuple[str, ...]
    # One row a gram of the vocabulary, one column a head.
    grams: NDArray[np.float32]
    intercepts: Numbers
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

    # What a site's moderators made of circumstances beside the text, by name, in log-odds.
    habits: Mapping[str, float] = field(default_factory=dict)

    # Why they reject, where they said so often enough.
    reasons: Reasons = NO_REASONS

    def __post_init__(self) -> None:
        """Refuse reasons that weigh the grams of another model."""
        if self.reasons.names and len(self.reasons.grams) != len(self.weights.vocabulary):
            raise ValueError(
                f"{len(self.reasons.grams)} weights of reasons for {len(self.weights.vocabulary)} grams"
            )

    def thresholds_for(self, accepted: Accepted) -> Thresholds:
        """Say where review and rejection start on a site that accepts so many mistakes."""
        if accepted == AS_MADE:
            return self.thresholds
        return self.trades.thresholds(accepted, self.thresholds)

    def score(self, text: Normalised) -> Scores:
        """Say how likely rejection and each attribute are."""
        return self.score_all([text])[0]

    def score_all(self, texts: Sequence[Normalised]) -> list[Scores]:
        """Score many texts together, which takes less time for each."""
        return [
            Scores(
                rejection=rejection,
                attributes=dict(zip(ATTRIBUTES, map(sigmoid, attributes), strict=True)),
            )
            for rejection, *attributes in self._logits(texts)
        ]

    def logits(self, texts: Sequence[Normalised]) -> Numbers:
        """Give the log-odds of every head for each text: a row a text, in the order of HEADS.

        They are the same to the last bit, whichever texts are asked about together.
        """
        return np.array([*self._logits(texts)]).reshape(len(texts), len(HEADS))

    def explain(self, text: Normalised, *, most: int | None = None) -> list[Contribution]:
        """Share the log-odds of rejection out among the words, in the order of the text.

        With the intercept the shares add up to the score. What counts once is shared equally by all
        the words that say it, a pair by both of its words. With `most`, only so many of the words that
        weigh most are listed.
        """
        met = self._memory.met
        words = np.array(met.words(text), np.int64)
        parts = _parts(words)
        shares = met.weights(words) * parts
        are_spoken = np.flatnonzero(met.are_spoken(words))
        said = words[are_spoken]
        pairs = pairs_of(said)
        parts_of_pairs = _parts(pairs)
        halves = met.weights(met.learnt.pairs(pairs)) * parts_of_pairs / 2
        both = np.concatenate((are_spoken[:-1], are_spoken[1:]))
        shares += np.bincount(both, np.concatenate((halves, halves)), len(words))
        found = places(text)
        for manner in manners(text, len(said), len(set(said.tolist()))):
            chosen = written_so(text, found, manner)
            for weight in met.weights(met.learnt.known([manner])).tolist():
                shares[chosen] += weight / len(chosen)
        # Not as a product of two arrays: it would wake threads that go on running for nothing.
        total = (met.counts(words) * parts).sum() + parts_of_pairs.sum()
        shares *= length_factor(total, self.weights.length_offset)
        listed = np.argsort(-np.abs(shares), kind="stable")[:most]
        return [
            Contribution(text.origin(found[number]), float(shares[number]))
            for number in sorted(listed.tolist())
        ]

    def heeds(self, circumstances: Iterable[str]) -> list[Habit]:
        """Say which of these circumstances move the score, the weightiest first."""
        if not self.habits:
            return []
        known = {name: self.habits[name] for name in circumstances if name in self.habits}
        return [Habit(*one) for one in sorted(known.items(), key=lambda one: (-abs(one[1]), one[0]))]

    def foretell(self, text: Normalised, circumstances: Iterable[str]) -> list[Foretold]:
        """Say for what reason this site's moderators would reject a text, the likeliest first.

        Empty where the model did not learn that.
        """
        if not self.reasons.names:
            return []
        (sums,) = self._memory.sums([text])
        of_reasons = np.array(sums[len(HEADS) : len(HEADS) + len(self.reasons.names)])
        weighed = of_reasons * length_factor(sums[-1], self.weights.length_offset)
        return self.reasons.foretell(weighed, circumstances)

    @property
    def intercept(self) -> float:
        """The log-odds of rejection of a text without words."""
        return float(self.weights.intercepts[0])

    def _logits(self, texts: Sequence[Normalised]) -> Iterator[list[float]]:
        # Numbers one by one, as an array of eight takes longer; those of reasons come behind the heads'.
        intercepts = self.weights.intercepts.tolist()
        for sums in self._memory.sums(texts):
            factor = length_factor(sums[-1], self.weights.length_offset)
            yield [one + weight * factor for one, weight in zip(intercepts, sums, strict=False)]

    @cached_property
    def _memory(self) -> Memory:
        weights = self.weights.grams
        # The columns of the reasons are looked up with those of the heads; most models have none.
        if self.reasons.names:
            weights = np.hstack([weights, self.reasons.grams])
        return Memory(self.weights.vocabulary, weights)


def _parts(numbers: NDArray[np.int64]) -> Numbers:
    """Say for each number which part of what counts once falls to it: a half, if it is there twice."""
    ordered = np.sort(numbers)
    times = ordered.searchsorted(numbers, "right") - ordered.searchsorted(numbers, "left")
    return 1 / times
