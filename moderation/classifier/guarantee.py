"""How far a threshold may go so that, with a stated confidence, a share of mistakes is not exceeded.

Values are tried from the highest on: each step lets the threshold reach one more of them, until a
test can no longer rule out that the share is too large. Each step can only make the share larger. So
the promise is broken only where the test fails at the one step at which the true share becomes too
large, and the many steps need no correction (Bates, Angelopoulos, Lei, Malik, Jordan:
“Distribution-Free, Risk-Controlling Prediction Sets”, Journal of the ACM 2021; “fixed sequence
testing” in Angelopoulos, Bates, Candès, Jordan, Lei: “Learn then Test”, Annals of Applied Statistics
2025).

There are two tests. Both hold for every number of values, not only for large ones, where values are
drawn independently from those to come. Neither depends on the order in which values are given.
"""

import math

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]


def reachable(weights: Numbers, *, share: float, confidence: float, heaviest: float) -> int | None:
    """Say how many of the values a threshold may reach, or None if it may not be set at all.

    `weights` are those of the values from the highest to the lowest: how many of the values to come
    each one stands for. With the confidence, at most `share` of the weight of all that are to come
    lies where the threshold is then. 0 means that it may lie just above the highest. No value to come
    may be weightier than `heaviest`.
    """
    if not len(weights) or share <= 0:
        return None
    if share >= 1:
        return len(weights)
    # Where none could have been heavier, either: what weighs alike here may be the light ones only.
    if weights.min() == heaviest:
        kept = by_counting(len(weights), share=share, confidence=confidence)
    else:
        kept = by_betting(weights, share=share, confidence=confidence, heaviest=heaviest)
    # It is never kept where all are reached, so there is a first step at which it is not.
    first_too_many = int(np.argmin(kept))
    return first_too_many - 1 if first_too_many else None


def by_counting(values: int, *, share: float, confidence: float) -> Flags:
    """Test by the exact binomial distribution (Clopper and Pearson, 1934): for values that weigh alike.

    Tells for 0, 1, 2 … of so many values whether the share is kept where so many are reached: whether
    as few would be reached too seldom if the share were larger.
    """
    reached = np.arange(1, values + 1)
    steps = np.log((values - reached + 1) / reached) + math.log(share / (1 - share))
    logarithms = values * math.log1p(-share) + np.concatenate([[0.0], np.cumsum(steps)])
    kept: Flags = np.cumsum(np.exp(logarithms)) <= 1 - confidence
    return kept


def by_betting(weights: Numbers, *, share: float, confidence: float, heaviest: float) -> Flags:
    """Test by betting against the claim that the share is exceeded: for values of any weights.

    Tells for none, the first, the first two … of the values whether the share is kept where they are
    reached: whether the capital has grown so much that it would seldom do so if the claim were true.
    """
    grown = capital(
        weights, share=share, stakes=_stakes(len(weights), share, confidence), heaviest=heaviest
    )
    kept: Flags = grown >= -math.log(1 - confidence)
    return kept


def capital(weights: Numbers, *, share: float, stakes: Numbers, heaviest: float) -> Numbers:
    """Give the logarithm of what a capital of 1 becomes where none, the first, the first two … lose.

    Each value is a bet: what is not reached wins `share` of its weight, what is reached loses the rest
    of it. If the share is exceeded, no such bet is favourable, so the capital is 1 at most on average,
    and grows to 1 / (1 - confidence) with at most the probability 1 - confidence (Waudby-Smith and
    Ramdas: “Estimating means of bounded random variables by betting”, JRSS B 2024). It is divided evenly
    among stakes from 0 to 1 that are chosen before any value is seen, and left there: which of them does
    best depends on how weights and mistakes go together. So the order of the bets does not matter.
    """
    stakes, parts = stakes[:, np.newaxis], weights / heaviest
    won = np.log1p(stakes * parts * share / (1 - share))
    # Who stakes everything and loses has nothing left.
    with np.errstate(divide="ignore"):
        lost = np.log1p(-stakes * parts)
    start = np.zeros((len(stakes), 1))
    grown = won.sum(axis=1, keepdims=True) + np.hstack([start, np.cumsum(lost - won, axis=1)])
    found: Numbers = np.logaddexp.reduce(grown, axis=0) - math.log(len(stakes))
    return found


def fewest(*, share: float, confidence: float) -> int:
    """Say how many values of one weight are needed before a share between 0 and 1 can be promised."""
    return math.ceil(math.log(1 - confidence) / math.log1p(-share))


def _stakes(values: int, share: float, confidence: float) -> Numbers:
    """Choose which parts of the capital are staked, from all of it down to the best for equal weights.

    That one balances what a stake wins on average against what it loses by its fluctuation. Where
    weights differ, fewer values count and the best stake is larger. So few values know one stake only.
    """
    smallest = min(math.sqrt(-2 * math.log(1 - confidence) * (1 - share) / (share * values)), 1.0)
    return np.geomspace(smallest, 1.0, 1 + math.ceil(-math.log2(smallest)))
