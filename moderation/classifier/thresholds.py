"""Turn what mistakes may cost into the probabilities at which review and rejection start."""

from typing import Annotated

import msgspec
import numpy as np
from numpy.typing import NDArray

from moderation.verdict import Accepted, Thresholds

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]

SHARES = (0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.15, 0.2, 0.3)
"""The budgets that operators choose from."""

_DIGITS = 6
_STEP = 10.0**-_DIGITS


class Budgets(msgspec.Struct, frozen=True, kw_only=True):
    """The share of mistakes that an operator accepts."""

    # Of the good comments, how many may be rejected without a person having looked.
    good_lost: Share = 0.005
    # Of the bad comments, how many may be published without a person having looked.
    bad_published: Share = 0.20


def choose(
    probabilities: NDArray[np.float64],
    rejected: NDArray[np.bool_],
    weights: NDArray[np.float64],
    budgets: Budgets,
) -> Thresholds:
    """Find the widest automatic ranges that stay within the budgets on held-out comments.

    One more mistake than was seen is always assumed. Thresholds from few comments are so the
    more cautious, up to deciding nothing without a person.
    """
    return _ordered(
        _review_at(probabilities[rejected], weights[rejected], budgets.bad_published),
        _reject_at(probabilities[~rejected], weights[~rejected], budgets.good_lost),
    )


class Trades(msgspec.Struct, frozen=True, kw_only=True):
    """What thresholds some budgets buy, as pairs of a budget and its threshold, the smallest first.

    They come with the model, so that an operator can choose other budgets without the texts on which
    thresholds are found.
    """

    good_lost: tuple[tuple[Share, Share], ...] = ()
    bad_published: tuple[tuple[Share, Share], ...] = ()

    def thresholds(self, accepted: Accepted, as_made: Thresholds) -> Thresholds:
        """Give the thresholds for the largest budgets listed that do not exceed what is accepted."""
        reject_at, review_at = as_made.reject_at, as_made.review_at
        if accepted.good_lost is not None:
            reject_at = _bought(self.good_lost, accepted.good_lost, otherwise=1.0)
        if accepted.bad_published is not None:
            review_at = _bought(self.bad_published, accepted.bad_published, otherwise=0.0)
        return _ordered(review_at, reject_at)


NO_TRADES = Trades()


def trades(
    probabilities: NDArray[np.float64], rejected: NDArray[np.bool_], weights: NDArray[np.float64]
) -> Trades:
    """Find the thresholds for each of the budgets that operators choose from."""
    good, bad = (
        (probabilities[~rejected], weights[~rejected]),
        (probabilities[rejected], weights[rejected]),
    )
    return Trades(
        good_lost=tuple((share, _reject_at(*good, share)) for share in SHARES),
        bad_published=tuple((share, _review_at(*bad, share)) for share in SHARES),
    )


def in_words(thresholds: Thresholds, budgets: Budgets) -> str:
    """Say what the thresholds do, for people."""
    approve = (
        f"Below {thresholds.review_at:.4f} a comment is approved: "
        f"at most {budgets.bad_published:.1%} of the bad comments are expected there."
        if thresholds.review_at > 0
        else "Nothing is approved without a person: too few bad comments were held out to promise it."
    )
    reject = (
        f"From {thresholds.reject_at:.4f} on it is rejected: "
        f"at most {budgets.good_lost:.1%} of the good comments are expected there."
        if thresholds.reject_at < 1
        else "Nothing is rejected without a person: too few good comments were held out to promise it."
    )
    return f"{approve} {reject} A person decides on the rest."


def _reject_at(good: NDArray[np.float64], weights: NDArray[np.float64], budget: float) -> float:
    return min(round(_above(good, weights, budget), _DIGITS), 1.0)


def _review_at(bad: NDArray[np.float64], weights: NDArray[np.float64], budget: float) -> float:
    # The mirror image: bad comments that look good are good comments that look bad, upside down.
    return max(round(1 - _above(1 - bad, weights, budget), _DIGITS), 0.0)


def _ordered(review_at: float, reject_at: float) -> Thresholds:
    # Where the classes lie apart, the two cross, and what is between them goes to a person.
    low, high = sorted((review_at, reject_at))
    return Thresholds(review_at=low, reject_at=high)


def _bought(offers: tuple[tuple[float, float], ...], budget: float, *, otherwise: float) -> float:
    affordable = [threshold for share, threshold in offers if share <= budget]
    return affordable[-1] if affordable else otherwise


def _above(values: NDArray[np.float64], weights: NDArray[np.float64], budget: float) -> float:
    """Find the lowest threshold that at most `budget` of the values' weight reaches."""
    if not len(values):
        return 1.0
    order = np.argsort(-values, kind="stable")
    one_more = weights.max()
    share_up_to = (np.cumsum(weights[order]) + one_more) / (weights.sum() + one_more)
    # The threshold must lie above the first value that may no longer be reached.
    first_too_many = int(np.searchsorted(share_up_to, budget, side="right"))
    if first_too_many == 0 and one_more / (weights.sum() + one_more) > budget:
        return 1.0
    if first_too_many == len(values):
        return 0.0
    return min(float(values[order][first_too_many]) + _STEP, 1.0)
