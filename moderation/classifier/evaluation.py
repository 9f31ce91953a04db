"""Measure a classifier on texts that it never saw."""

import math
from collections.abc import Sequence

import numpy as np

from moderation.circumstances import of_text
from moderation.classifier.card import Consequences, Measure, Trial
from moderation.classifier.corpus import Corpus, Labelled
from moderation.classifier.counting import Progress, silence
from moderation.classifier.curves import curves
from moderation.classifier.examples import Example, rejections
from moderation.classifier.fitting import Flags, Numbers, measure
from moderation.classifier.model import HEADS, Classifier
from moderation.text import Normalised, normalise
from moderation.verdict import Thresholds, sigmoid

_AT_ONCE = 500


def evaluate(
    classifier: Classifier, corpus: Corpus, *, progress: Progress = silence
) -> tuple[Trial, ...]:
    """Measure every head on the open tests, as far as their texts are labelled for it."""
    return tuple(_test(classifier, file.name, rows, progress) for file, rows in corpus.tests())


def evaluate_decisions(
    classifier: Classifier, examples: Sequence[Example], *, progress: Progress = silence
) -> Measure:
    """Measure how well a classifier foretells what moderators decided."""
    return measure(
        log_odds(classifier, examples, progress=progress),
        rejections(examples),
        np.array([example.weight for example in examples], np.float64),
    )


def logits(
    classifier: Classifier,
    texts: Sequence[str] | Sequence[Normalised],
    *,
    step: str = "score",
    progress: Progress = silence,
) -> Numbers:
    """Give the log-odds of every head for every text, exactly as they are served.

    Most of the time goes into normalising; texts that are asked about often may come normalised.
    """
    found = np.empty((len(texts), len(HEADS)))
    for begin in range(0, len(texts), _AT_ONCE):
        progress(step, begin, len(texts))
        some = texts[begin : begin + _AT_ONCE]
        read = [normalise(text) if isinstance(text, str) else text for text in some]
        found[begin : begin + len(some)] = classifier.logits(read)
    progress(step, len(texts), len(texts))
    return found


def log_odds(
    classifier: Classifier,
    examples: Sequence[Example],
    *,
    step: str = "score",
    progress: Progress = silence,
) -> Numbers:
    """Give the log-odds of rejection of decided comments: the words', the circumstances', the rules'."""
    found = np.empty(len(examples))
    for begin in range(0, len(examples), _AT_ONCE):
        progress(step, begin, len(examples))
        some = examples[begin : begin + _AT_ONCE]
        texts = [normalise(example.text) for example in some]
        besides = [
            example.rules + _of_habits(classifier, example, text)
            for example, text in zip(some, texts, strict=True)
        ]
        found[begin : begin + len(some)] = classifier.logits(texts)[:, 0] + besides
    progress(step, len(examples), len(examples))
    return found


def probabilities(odds: Numbers) -> Numbers:
    """Turn log-odds into probabilities, as the verdict does."""
    return np.array([sigmoid(value) for value in odds.tolist()], np.float64)


def consequences(
    thresholds: Thresholds, odds: Numbers, rejected: Flags, weights: Numbers
) -> Consequences:
    """Say what the thresholds would do to comments of which it is known whether they are bad."""
    likely = probabilities(odds)
    reject, approve = likely >= thresholds.reject_at, likely < thresholds.review_at
    good, bad = weights * ~rejected, weights * rejected
    return Consequences(
        good_rejected=_share(good, reject),
        good_reviewed=_share(good, ~reject & ~approve),
        bad_reviewed=_share(bad, ~reject & ~approve),
        bad_approved=_share(bad, approve),
    )


def _of_habits(classifier: Classifier, example: Example, text: Normalised) -> float:
    if not classifier.habits:
        return 0.0
    heeded = classifier.heeds((*example.circumstances, *of_text(text)))
    return math.fsum(habit.weight for habit in heeded)


def _share(weights: Numbers, chosen: Flags) -> float:
    return float(weights[chosen].sum() / weights.sum()) if weights.any() else 0.0


def _test(classifier: Classifier, path: str, rows: Sequence[Labelled], progress: Progress) -> Trial:
    name = path.rsplit("/", maxsplit=1)[-1]
    found = logits(classifier, [row.text for row in rows], step=f"test on {name}", progress=progress)
    measures = {}
    for column, head in enumerate(HEADS):
        labels = [row.labels.get(head) for row in rows]
        # A head for which a test knows no bad text, or knows only the good ones, is not tested by it.
        if None not in labels and any(labels):
            measures[head] = measure(found[:, column], np.array(labels, np.bool_))
    rejected = np.array([row.labels["rejection"] for row in rows], np.bool_)
    return Trial(
        name=name,
        measures=measures,
        consequences=consequences(classifier.thresholds, found[:, 0], rejected, np.ones(len(rows))),
        curves=curves(probabilities(found[:, 0]), rejected),
    )
