"""Compare a candidate with the model that serves."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from moderation.classifier.card import Tally
from moderation.classifier.counting import Progress, silence
from moderation.classifier.curves import curves
from moderation.classifier.evaluation import consequences, log_odds
from moderation.classifier.examples import Example
from moderation.classifier.gate import checks, fixed, policy, sentences
from moderation.classifier.gate.checks import Decided
from moderation.classifier.gate.figures import Said
from moderation.classifier.gate.flips import flips
from moderation.classifier.gate.report import FROZEN, NEWEST, Report, Side
from moderation.classifier.gate.words import words
from moderation.classifier.model import Classifier


def compare(
    serving: Classifier,
    candidate: Classifier,
    *,
    newest: Sequence[Example],
    frozen: Sequence[Example],
    now: datetime,
    progress: Progress = silence,
) -> Report:
    """Measure both models on the same comments and texts, and say whether the candidate may serve.

    Neither model may have learnt from `newest` or `frozen`, of which either may be empty: the latest
    decisions, and a sample of old ones that stays the same. The lots are the same each time, and the
    order in which decisions come does not matter. It takes some seconds.
    """
    recent, old = _ordered(newest), _ordered(frozen)
    every = recent + old
    models = fixed.Models(serving, candidate)
    before, after = (
        Said.of(
            log_odds(one, every, step=f"decisions, by {one.version}", progress=progress), one.thresholds
        )
        for one in models
    )
    first, rest = slice(len(recent)), slice(len(recent), None)
    newly = _decided(recent, before.part(first), after.part(first))
    of_people, people = fixed.of_people(models, progress)
    found = (
        *checks.of_decisions(NEWEST, newly),
        *checks.of_decisions(FROZEN, _decided(old, before.part(rest), after.part(rest))),
        *of_people,
        *fixed.of_abuse(models, progress),
        *fixed.of_honest(models, progress),
    )
    finding = policy.overall(found)
    return Report(
        compared_at=now,
        serving=_side(serving, newly, newly.serving),
        candidate=_side(candidate, newly, newly.candidate),
        newest=_tally(recent),
        frozen=_tally(old),
        finding=finding,
        says=sentences.summary(finding, found, candidate=candidate.version, serving=serving.version),
        checks=found,
        flips=flips(every, before, after),
        words=words(serving, candidate, [example.text for example in every], progress=progress),
        people=people,
    )


def _ordered(examples: Sequence[Example]) -> list[Example]:
    return sorted(examples, key=lambda one: (one.decided_at, one.text, one.rejected, one.weight))


def _decided(examples: Sequence[Example], serving: Said, candidate: Said) -> Decided:
    return Decided(
        np.array([example.rejected for example in examples], np.bool_),
        np.array([example.stands_for for example in examples], np.float64),
        serving,
        candidate,
    )


def _side(classifier: Classifier, decided: Decided, said: Said) -> Side:
    if not len(decided.bad):
        return Side(name=classifier.version, thresholds=classifier.thresholds)
    return Side(
        name=classifier.version,
        thresholds=classifier.thresholds,
        consequences=consequences(classifier.thresholds, said.log_odds, decided.bad, decided.weights),
        curves=curves(said.probabilities, decided.bad, decided.weights),
    )


def _tally(examples: Sequence[Example]) -> Tally:
    rejected = sum(example.rejected for example in examples)
    return Tally(positives=rejected, negatives=len(examples) - rejected)
