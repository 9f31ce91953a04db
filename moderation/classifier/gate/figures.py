"""Measure what a model says of decided comments, for many weightings of the same comments at once.

Each figure takes a table of weights, a row a weighting and a column a comment, and gives a number for
each row; not a number where a weighting leaves nothing to measure.
"""

from dataclasses import dataclass

import numpy as np

from moderation.classifier.evaluation import probabilities
from moderation.classifier.fitting import Flags, Numbers
from moderation.verdict import Action, Thresholds


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """What one model says of some comments, and what would become of them by its own thresholds."""

    log_odds: Numbers
    probabilities: Numbers
    approved: Flags
    rejected: Flags

    @classmethod
    def of(cls, log_odds: Numbers, thresholds: Thresholds) -> "Said":
        """Decide on each as the verdict would."""
        likely = probabilities(log_odds)
        actions = [thresholds.action(one) for one in likely.tolist()]
        return cls(
            log_odds,
            likely,
            np.array([action is Action.APPROVE for action in actions], np.bool_),
            np.array([action is Action.REJECT for action in actions], np.bool_),
        )

    def part(self, chosen: slice) -> "Said":
        """What is said of some of the comments."""
        return Said(
            self.log_odds[chosen],
            self.probabilities[chosen],
            self.approved[chosen],
            self.rejected[chosen],
        )


def auc(said: Said, bad: Flags, weights: Numbers) -> Numbers:
    """How often a bad comment scores above a good one; where they score the same, half of the times."""
    order = np.argsort(said.log_odds, kind="stable")
    values = said.log_odds[order]
    starts = np.flatnonzero(np.append([True], values[1:] != values[:-1]))
    ordered, bad_there = weights[:, order], bad[order]
    bad_at = np.add.reduceat(ordered * bad_there, starts, axis=1)
    good_at = np.add.reduceat(ordered * ~bad_there, starts, axis=1)
    good_below = np.cumsum(good_at, axis=1) - good_at / 2
    pairs = bad_at.sum(axis=1) * good_at.sum(axis=1)
    return ratio((bad_at * good_below).sum(axis=1), pairs)


def outcome_f1(said: Said, bad: Flags, weights: Numbers) -> Numbers:
    """F1 of what becomes of comments in the end, if people decide rightly on all that waits for them.

    So only what is decided without a person can lower it: a bad comment published, a good one rejected.
    """
    kept_out = weights @ (bad & ~said.approved)
    published = weights @ (bad & said.approved)
    lost = weights @ (~bad & said.rejected)
    return ratio(2 * kept_out, 2 * kept_out + published + lost)


def log_loss(said: Said, bad: Flags, weights: Numbers) -> Numbers:
    """How far the probabilities are from what was decided, on average, in natural units."""
    # From the logits and not from probabilities, which are 0 or 1 where the logits still differ.
    losses = np.logaddexp(0.0, np.where(bad, -1.0, 1.0) * said.log_odds)
    return ratio(weights @ losses, weights.sum(axis=1))


def good_rejected(said: Said, bad: Flags, weights: Numbers) -> Numbers:
    """Which share of the good comments is rejected without a person."""
    return ratio(weights @ (~bad & said.rejected), weights @ ~bad)


def bad_published(said: Said, bad: Flags, weights: Numbers) -> Numbers:
    """Which share of the bad comments is published without a person."""
    return ratio(weights @ (bad & said.approved), weights @ bad)


def rightly_decided(said: Said, bad: Flags, weights: Numbers) -> Numbers:
    """Which share of all comments is decided without a person, and rightly.

    A wrong decision counts for nothing: a model that asks a person instead has lost nothing by it.
    """
    right = (bad & said.rejected) | (~bad & said.approved)
    return ratio(weights @ right, weights.sum(axis=1))


def ratio(parts: Numbers, wholes: Numbers) -> Numbers:
    """Divide; what is divided by nothing is not a number."""
    found: Numbers = np.divide(parts, wholes, out=np.full(len(wholes), np.nan), where=wholes != 0)
    return found
