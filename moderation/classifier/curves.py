"""What is drawn of a model: how its figures change with the threshold, and how honest they are."""

import numpy as np

from moderation.classifier.card import Bin, Curves, Identity, Point
from moderation.classifier.counting import Progress, silence
from moderation.classifier.fitting import Flags, Numbers
from moderation.classifier.model import Classifier
from moderation.classifier.safety import identity
from moderation.classifier.safety.judging import classifier_alone

# Enough for a smooth line, and few enough to read as a table.
_POINTS = 40
_BINS = 10
_DIGITS = 4


def curves(probabilities: Numbers, rejected: Flags, weights: Numbers | None = None) -> Curves:
    """Trace what becomes of texts of which it is known whether they are bad."""
    counted = np.ones(len(probabilities)) if weights is None else weights
    return Curves(
        precision_recall=_precision_recall(probabilities, rejected, counted),
        calibration=_calibration(probabilities, rejected, counted),
    )


def identities(classifier: Classifier, *, progress: Progress = silence) -> tuple[Identity, ...]:
    """Say what a classifier by itself makes of civil sentences about people, the most blamed first."""
    found = identity.measure(classifier_alone(classifier), identity.mentions(), progress=progress)
    return tuple(
        Identity(
            people=people,
            texts=group.texts,
            approved=round(group.approved, _DIGITS),
            rejected=round(group.rejected, _DIGITS),
            mean=round(group.mean, _DIGITS),
        )
        for people, group in sorted(found.terms.items(), key=lambda one: -one[1].mean)
    )


def _precision_recall(probabilities: Numbers, rejected: Flags, weights: Numbers) -> tuple[Point, ...]:
    """At each share of the bad ones found, the highest threshold that finds so many."""
    bad = weights * rejected
    if not bad.any():
        return ()
    order = np.argsort(-probabilities, kind="stable")
    values, found, taken = probabilities[order], np.cumsum(bad[order]), np.cumsum(weights[order])
    # Of equal probabilities, all are taken or none.
    ends = np.flatnonzero(np.append(values[1:] != values[:-1], True))
    recalls = found[ends] / bad.sum()
    wanted = np.arange(1, _POINTS + 1) / _POINTS
    # Sums of floats may end a hair below 1.
    chosen = np.minimum(np.searchsorted(recalls, wanted - 1e-9), len(ends) - 1)
    return tuple(
        Point(
            threshold=_rounded(values[end]),
            precision=_rounded(found[end] / taken[end]),
            recall=_rounded(found[end] / bad.sum()),
        )
        for end in ends[np.unique(chosen)]
    )


def _calibration(probabilities: Numbers, rejected: Flags, weights: Numbers) -> tuple[Bin, ...]:
    """Compare what was said with what is so, in ten steps of probability; empty ones are left out."""
    steps = np.minimum((probabilities * _BINS).astype(int), _BINS - 1)
    return tuple(_bin(probabilities, rejected, weights, steps == step) for step in np.unique(steps))


def _bin(probabilities: Numbers, rejected: Flags, weights: Numbers, chosen: Flags) -> Bin:
    return Bin(
        texts=int(chosen.sum()),
        said=_rounded(np.average(probabilities[chosen], weights=weights[chosen])),
        found=_rounded(np.average(rejected[chosen], weights=weights[chosen])),
    )


def _rounded(value: float) -> float:
    return round(float(value), _DIGITS)
