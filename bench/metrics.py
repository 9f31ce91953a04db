"""Say how well scores tell bad from good, how honest they are, and how much they can decide alone.

Arrays in, numbers out. Scores lie between 0 and 1; a higher one says "worse".
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]

_BINS = 15
_RESAMPLES = 1_000
_SEED = 0
_MIDDLE = (2.5, 97.5)


class Interval(NamedTuple):
    """Where a figure would lie in 95 of 100 other samples of the same size."""

    low: float
    high: float


class Decided(NamedTuple):
    """What two thresholds leave to a machine, as shares."""

    # Of all comments.
    decided: float
    # Of the good, and of the bad.
    good_rejected: float
    bad_approved: float


def auc(scores: Numbers, bad: Flags) -> float:
    """Say how often a bad text scores above a good one; a tie counts half."""
    # Ranks of equal scores are shared, which is what makes a tie count half.
    _, places, sizes = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(sizes) - (sizes - 1) / 2)[places]
    positives, negatives = int(bad.sum()), int((~bad).sum())
    above = ranks[bad].sum() - positives * (positives + 1) / 2
    return float(above / (positives * negatives))


def auc_interval(scores: Numbers, bad: Flags, *, resamples: int = _RESAMPLES) -> Interval:
    """Draw the texts anew, with repetition, and say where the middle 95 % of the AUCs lie."""
    lots = np.random.default_rng(_SEED)
    found = []
    for _ in range(resamples):
        drawn = lots.integers(0, len(scores), len(scores))
        # A draw of one kind only has no AUC.
        if 0 < bad[drawn].sum() < len(drawn):
            found.append(auc(scores[drawn], bad[drawn]))
    low, high = np.percentile(found, _MIDDLE)
    return Interval(float(low), float(high))


def average_precision(scores: Numbers, bad: Flags) -> float:
    """Average the precision over the bad texts, from the worst score down; equal scores go together."""
    order = np.argsort(-scores, kind="stable")
    hits, ordered = np.cumsum(bad[order]), scores[order]
    # Only where the score changes can a threshold stand.
    ends = np.append(np.flatnonzero(np.diff(ordered)), len(ordered) - 1)
    gained = np.diff(hits[ends], prepend=0)
    return float((hits[ends] / (ends + 1) * gained).sum() / hits[-1])


def calibration_error(scores: Numbers, bad: Flags, *, bins: int = _BINS) -> float:
    """Average the distance between what was said and what was so, over bins of equal width."""
    places = np.minimum((scores * bins).astype(np.int64), bins - 1)
    said = np.bincount(places, scores, minlength=bins)
    so = np.bincount(places, bad, minlength=bins)
    return float(np.abs(said - so).sum() / len(scores))


def decidable(scores: Numbers, bad: Flags, *, error: float = 0.01) -> float:
    """Find the largest share that two thresholds can decide with at most this error on each side.

    At most `error` of the good may be rejected and at most `error` of the bad approved. The
    thresholds are fitted to the texts they are measured on: an upper bound, for all alike.
    """
    values = np.unique(scores)
    # At each value and, at the end, above them all.
    edges = np.append(values, np.inf)
    good_from = (~bad).sum() - np.searchsorted(np.sort(scores[~bad]), edges)
    bad_below = np.searchsorted(np.sort(scores[bad]), edges)
    reject_at = edges[np.flatnonzero(good_from <= _at_most(error, ~bad))[0]]
    approve_below = edges[np.flatnonzero(bad_below <= _at_most(error, bad))[-1]]
    if approve_below >= reject_at:
        return 1.0
    return float(np.mean((scores < approve_below) | (scores >= reject_at)))


def decided(actions: NDArray[np.str_], bad: Flags) -> Decided:
    """Count what became of the texts: `approve`, `reject`, or anything else for a person."""
    approved, rejected = actions == "approve", actions == "reject"
    return Decided(
        decided=float((approved | rejected).mean()),
        good_rejected=float(rejected[~bad].mean()),
        bad_approved=float(approved[bad].mean()),
    )


def _at_most(share: float, flags: Flags) -> int:
    # 0.01 times 2,900 is a little less than 29 to a computer.
    return math.floor(share * int(flags.sum()) + 1e-9)
