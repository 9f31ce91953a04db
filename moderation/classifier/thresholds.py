"""Turn what mistakes may cost into the probabilities at which review and rejection start."""

from dataclasses import dataclass
from typing import Annotated

import msgspec
import numpy as np
from numpy.typing import NDArray

from moderation.classifier.guarantee import fewest, reachable
from moderation.verdict import Accepted, Thresholds

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Confidence = Annotated[float, msgspec.Meta(gt=0, lt=1)]

SHARES = (0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.15, 0.2, 0.3)
"""The budgets that operators choose from."""

_DIGITS = 6
_STEP = 10.0**-_DIGITS


CONFIDENCE = 0.95
"""How sure a promise is where an operator does not say."""


class Budgets(msgspec.Struct, frozen=True, kw_only=True):
    """The share of mistakes that an operator accepts, and how sure it must be that there are no more."""

    # Of the good comments, how many may be rejected without a person having looked.
    good_lost: Share = 0.005
    # Of the bad comments, how many may be published without a person having looked.
    bad_published: Share = 0.20
    # Of each of the two by itself.
    confidence: Confidence = CONFIDENCE


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """The budgets that a model's thresholds keep, as its card says."""

    good_lost: Share
    bad_published: Share
    # Thresholds of before were estimated, and promise nothing.
    confidence: Confidence | None = None

    @classmethod
    def of(cls, budgets: Budgets) -> "Kept":
        """Make it from what the thresholds were chosen for."""
        return cls(
            good_lost=budgets.good_lost,
            bad_published=budgets.bad_published,
            confidence=budgets.confidence,
        )


ONLY_ESTIMATED = (
    "Shares like these were only estimated when this model was made, so none of them is a promise."
)
"""What is said of thresholds that were chosen without a confidence."""


def choose(
    probabilities: NDArray[np.float64],
    rejected: NDArray[np.bool_],
    weights: NDArray[np.float64],
    budgets: Budgets,
) -> Thresholds:
    """Find the widest automatic ranges that keep the budgets, judging by held-out comments.

    With the budgets' confidence over the draw of the held-out comments, the share of all good comments
    that is rejected stays within its budget; with the same confidence, by itself, the share of all bad
    comments that is published stays within the other. Both speak of comments like those held out, and
    of the model that gave the probabilities. Too few comments are no ground for a promise: then
    nothing is decided without a person.

    A weight says how many comments one stands for. The heaviest that could have been drawn must be
    among them.
    """
    good, bad = _sides(probabilities, rejected, weights, budgets.confidence)
    return _ordered(_review_at(bad, budgets.bad_published), good.above(budgets.good_lost))


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
    probabilities: NDArray[np.float64],
    rejected: NDArray[np.bool_],
    weights: NDArray[np.float64],
    confidence: float = CONFIDENCE,
) -> Trades:
    """Find the thresholds for each of the budgets that operators choose from.

    Each promises by itself what `choose` promises for one budget.
    """
    good, bad = _sides(probabilities, rejected, weights, confidence)
    return Trades(
        good_lost=tuple((share, good.above(share)) for share in SHARES),
        bad_published=tuple((share, _review_at(bad, share)) for share in SHARES),
    )


def in_words(thresholds: Thresholds, budgets: Budgets) -> str:
    """Say what the thresholds do and promise, for people."""
    sure = _percent(budgets.confidence)
    approves, rejects = thresholds.review_at > 0, thresholds.reject_at < 1
    sentences = [
        f"Below {thresholds.review_at:.4f} a comment is approved: with {sure} confidence,"
        f" at most {_percent(budgets.bad_published)} of all bad comments lie there."
        if approves
        else "Nothing is approved without a person: "
        + _missing("bad", "published", budgets.bad_published, budgets.confidence),
        f"From {thresholds.reject_at:.4f} on it is rejected: with {sure} confidence,"
        f" at most {_percent(budgets.good_lost)} of all good comments lie there."
        if rejects
        else "Nothing is rejected without a person: "
        + _missing("good", "rejected", budgets.good_lost, budgets.confidence),
        "A person decides on the rest.",
    ]
    if approves or rejects:
        sentences.append(
            f"A promise is broken by at most one in {_models(budgets.confidence):,} models made so,"
            " as long as comments stay like those it was measured on."
        )
    return " ".join(sentences)


def _missing(kind: str, fate: str, share: float, confidence: float) -> str:
    if not 0 < share < 1:
        return f"{_percent(share)} of the {kind} comments {fate} is no share that can be promised."
    return (
        f"to promise with {_percent(confidence)} confidence that at most {_percent(share)} of the {kind}"
        f" comments are {fate}, it takes at least {fewest(share=share, confidence=confidence):,} decided"
        f" {kind} comments that it did not learn from, and more where some of them stand for many."
    )


def _models(confidence: float) -> int:
    # 1 - 0.95 is not quite 0.05.
    return int(round(1 / (1 - confidence), _DIGITS))


def _percent(share: float) -> str:
    return f"{100 * share:g}%"


@dataclass(frozen=True, slots=True)
class _Side:
    """Held-out comments of one kind: how much each looks like the other kind, the most first."""

    values: NDArray[np.float64]
    weights: NDArray[np.float64]
    heaviest: float
    confidence: float

    def above(self, budget: float) -> float:
        """Find the lowest threshold that at most `budget` of the weight of all to come reaches."""
        allowed = reachable(
            self.weights, share=budget, confidence=self.confidence, heaviest=self.heaviest
        )
        if allowed is None:
            return 1.0
        if allowed == len(self.values):
            return 0.0
        # The threshold must lie above the first value that may no longer be reached.
        return min(round(float(self.values[allowed]) + _STEP, _DIGITS), 1.0)


def _sides(
    probabilities: NDArray[np.float64],
    rejected: NDArray[np.bool_],
    weights: NDArray[np.float64],
    confidence: float,
) -> tuple[_Side, _Side]:
    """Separate good comments and bad ones."""

    def side(values: NDArray[np.float64], of_kind: NDArray[np.bool_]) -> _Side:
        found, weighing = values[of_kind], weights[of_kind]
        # Equal values by weight, so that sums are the same in whatever order the comments came.
        order = np.lexsort((weighing, -found))
        heaviest = float(weights.max(initial=0.0))
        return _Side(found[order], weighing[order], heaviest, confidence)

    # Bad comments that look good are good comments that look bad, upside down.
    return side(probabilities, ~rejected), side(1 - probabilities, rejected)


def _review_at(bad: _Side, budget: float) -> float:
    return max(round(1 - bad.above(budget), _DIGITS), 0.0)


def _ordered(review_at: float, reject_at: float) -> Thresholds:
    # Where the classes lie apart, the two cross, and what is between them goes to a person.
    low, high = sorted((review_at, reject_at))
    return Thresholds(review_at=low, reject_at=high)


def _bought(offers: tuple[tuple[float, float], ...], budget: float, *, otherwise: float) -> float:
    affordable = [threshold for share, threshold in offers if share <= budget]
    return affordable[-1] if affordable else otherwise
