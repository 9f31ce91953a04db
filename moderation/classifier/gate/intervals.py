"""Say how far chance may have moved a difference between two models: the paired bootstrap.

Both models are measured again and again on comments that are drawn anew from the same ones, with
replacement. What moves both alike, such as a hard comment, then moves the difference little. After
Efron and Tibshirani, An Introduction to the Bootstrap, 1993; the interval is that of percentiles.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from moderation.classifier.fitting import Numbers

RESAMPLES = 1_000
COVERAGE = 0.95
_SEED = 20_261_124
# So many numbers are worked on at once: some megabytes, which the processor has at hand.
_AT_ONCE = 1_000_000

Both = Callable[[Numbers], tuple[Numbers, Numbers]]
"""Measures the serving model and the candidate, for each row of a table of weights."""


class Estimate(NamedTuple):
    """A figure of both models, and between what the candidate's minus the serving one's lies."""

    serving: float
    candidate: float
    low: float
    high: float


def estimates(figures: Sequence[Both], weights: Numbers) -> list[Estimate | None]:
    """Measure both models by each figure, on the same draws; None where there is nothing to measure.

    `weights` has one number for each thing that is drawn. The lots are the same each time.
    """
    if not len(weights):
        return [None] * len(figures)
    found = [[np.subtract(*reversed(both(drawn))) for both in figures] for drawn in _draws(weights)]
    return [
        _estimate(both(weights[np.newaxis]), np.concatenate([part[place] for part in found]))
        for place, both in enumerate(figures)
    ]


def _draws(weights: Numbers) -> Iterator[Numbers]:
    """Draw as many things as there are, with replacement, and weigh each by how often it was drawn."""
    lots = np.random.default_rng(_SEED)
    number = len(weights)
    rows = max(_AT_ONCE // number, 1)
    for begin in range(0, RESAMPLES, rows):
        some = min(rows, RESAMPLES - begin)
        drawn = lots.integers(0, number, (some, number)) + number * np.arange(some)[:, np.newaxis]
        times = np.bincount(drawn.ravel(), minlength=some * number)
        yield times.reshape(some, number) * weights


def _estimate(found: tuple[Numbers, Numbers], differences: Numbers) -> Estimate | None:
    serving, candidate = (float(one[0]) for one in found)
    # A draw may have left out one kind of comment.
    differences = differences[~np.isnan(differences)]
    if np.isnan(serving) or np.isnan(candidate) or not len(differences):
        return None
    beyond = (1 - COVERAGE) / 2
    low, high = np.quantile(differences, (beyond, 1 - beyond))
    return Estimate(serving, candidate, float(low), float(high))
