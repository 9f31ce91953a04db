"""Say what a model does to comments of which it is known whether they are bad."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench import metrics
from bench.metrics import Flags, Numbers
from bench.owner.stream import Judged, example
from moderation.classifier.evaluation import log_odds, probabilities
from moderation.classifier.examples import Example
from moderation.classifier.model import Classifier
from moderation.verdict import Thresholds

_LIKELY = 0.5


@dataclass(frozen=True, slots=True)
class Known:
    """Comments to be scored by one model after another, and what is known of them."""

    examples: Sequence[Example]
    bad: Flags
    # Those for which a rule asks a person: no model may publish them.
    held: Flags

    @classmethod
    def of(cls, some: Sequence[Judged]) -> "Known":
        """Put into columns what is known of comments."""
        return cls(
            [example(one, number) for number, one in enumerate(some)],
            np.array([one.is_bad for one in some], np.bool_),
            np.array([one.is_held for one in some], np.bool_),
        )

    def likely(self, model: Classifier) -> Numbers:
        """How likely a model, together with the rules, thinks it that each is rejected."""
        return probabilities(log_odds(model, self.examples))


@dataclass(frozen=True, slots=True)
class Automatic:
    """What is decided without a person: numbers of comments."""

    comments: int
    good: int
    approved: int
    rejected: int
    bad_published: int
    good_rejected: int

    @property
    def decided(self) -> int:
        """How many are decided without a person."""
        return self.approved + self.rejected

    @property
    def share(self) -> float:
        """Of all comments, how many are decided without a person."""
        return self.decided / self.comments

    @property
    def errors(self) -> int:
        """How many of these verdicts are wrong."""
        return self.bad_published + self.good_rejected

    @property
    def of_verdicts(self) -> float:
        """Of the automatic verdicts, how many are wrong."""
        return self.errors / self.decided if self.decided else 0.0

    @property
    def of_all(self) -> float:
        """Of all comments, how many got a wrong automatic verdict."""
        return self.errors / self.comments

    @property
    def good_lost(self) -> float:
        """Of the good comments, how many are rejected without a person."""
        return self.good_rejected / self.good if self.good else 0.0

    @property
    def bad_let_by(self) -> float:
        """Of the bad comments, how many are published without a person."""
        bad = self.comments - self.good
        return self.bad_published / bad if bad else 0.0


@dataclass(frozen=True, slots=True)
class Measured:
    """How a model did: by itself, and what its thresholds make of it."""

    auc: float
    # Where what is likelier than not is taken for bad.
    f1: float
    # Where the threshold is put that suits the very comments measured on: the most that is possible.
    best_f1: float
    automatic: Automatic
    likely: Numbers


def measure(model: Classifier, known: Known) -> Measured:
    """Measure a model with its own thresholds."""
    likely = known.likely(model)
    return Measured(
        auc=metrics.auc(likely, known.bad),
        f1=f1(likely >= _LIKELY, known.bad),
        best_f1=best_f1(likely, known.bad),
        automatic=automatic(likely, known.bad, model.thresholds, held=known.held),
        likely=likely,
    )


def automatic(
    likely: Numbers, bad: Flags, thresholds: Thresholds, *, held: Flags | None = None
) -> Automatic:
    """Count what thresholds decide, where none of those `held` may be published."""
    # As in Thresholds.action: where nothing may be rejected, not even certainty is.
    rejected = (likely >= thresholds.reject_at) & (thresholds.reject_at < 1)
    approved = ~rejected & (likely < thresholds.review_at)
    if held is not None:
        approved &= ~held
    return _counted(bad, approved=approved, rejected=rejected)


def fewest_errors(decided: int, likely: Numbers, known: Known) -> Automatic:
    """Count the errors if so many comments had to be decided, with as few errors as possible.

    Those that look best are approved and those that look worst rejected, in the proportion that suits
    these very comments: a lower bound, for all models alike. So models with different thresholds can
    be compared at an equal share of automatic verdicts.
    """
    worst_first = np.argsort(-likely, kind="stable")
    best_first = worst_first[::-1][~known.held[worst_first[::-1]]]
    most = min(decided, len(best_first))
    approvals = np.arange(max(0, decided - len(likely)), most + 1)
    rejections = decided - approvals
    published = np.concatenate(([0], np.cumsum(known.bad[best_first])))[approvals]
    lost = np.concatenate(([0], np.cumsum(~known.bad[worst_first])))[rejections]
    # What is approved must look better than what is rejected.
    highest = np.concatenate(([-np.inf], likely[best_first]))[approvals]
    lowest = np.concatenate(([np.inf], likely[worst_first]))[rejections]
    errors = np.where(highest <= lowest, published + lost, len(likely))
    best = int(np.argmin(errors))
    approved, rejected = (np.zeros(len(likely), np.bool_) for _ in range(2))
    rejected[worst_first[: rejections[best]]] = True
    approved[best_first[: approvals[best]]] = True
    return _counted(known.bad, approved=approved, rejected=rejected & ~approved)


def as_wrong_as(other: Automatic, likely: Numbers, known: Known) -> Automatic:
    """Count what could be decided with no more of either error than `other` makes.

    The thresholds are put where these very comments allow it: an upper bound, for all models alike.
    """
    bad, free = known.bad, ~known.held
    edges = np.append(np.unique(likely), np.inf)
    bad_below = np.searchsorted(np.sort(likely[bad & free]), edges)
    good_from = (~bad).sum() - np.searchsorted(np.sort(likely[~bad]), edges)
    approve_below = edges[np.flatnonzero(bad_below <= other.bad_published)[-1]]
    reject_from = edges[np.flatnonzero(good_from <= other.good_rejected)[0]]
    # Where the two cross, everything is decided with fewer errors than are allowed.
    rejected = likely >= reject_from
    return _counted(bad, approved=~rejected & free & (likely < approve_below), rejected=rejected)


def f1(said: Flags, bad: Flags) -> float:
    """The harmonic mean of how many of the accused are bad and how many of the bad are accused."""
    found, total = int((said & bad).sum()), int(said.sum() + bad.sum())
    return 2 * found / total if total else 1.0


def best_f1(likely: Numbers, bad: Flags) -> float:
    """The highest F1 that any threshold gives."""
    order = np.argsort(-likely, kind="stable")
    found, ordered = np.cumsum(bad[order]), likely[order]
    # Only where the score changes can a threshold stand.
    ends = np.append(np.flatnonzero(np.diff(ordered)), len(ordered) - 1)
    return float((2 * found[ends] / (ends + 1 + bad.sum())).max())


def _counted(bad: Flags, *, approved: Flags, rejected: Flags) -> Automatic:
    return Automatic(
        comments=len(bad),
        good=int((~bad).sum()),
        approved=int(approved.sum()),
        rejected=int(rejected.sum()),
        bad_published=int((approved & bad).sum()),
        good_rejected=int((rejected & ~bad).sum()),
    )
