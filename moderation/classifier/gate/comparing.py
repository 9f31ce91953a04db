"""Compare a candidate with the model that serves."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np

from moderation.classifier.counting import Progress, silence
from moderation.classifier.curves import curves
from moderation.classifier.decisions import Decisions, gather, log_odds
from moderation.classifier.evaluation import consequences
from moderation.classifier.examples import Example
from moderation.classifier.fitting import Numbers
from moderation.classifier.gate import checks, fixed, policy, sentences
from moderation.classifier.gate.checks import Decided
from moderation.classifier.gate.figures import Said
from moderation.classifier.gate.flips import flips
from moderation.classifier.gate.report import FROZEN, NEWEST, Report, Side
from moderation.classifier.gate.words import words
from moderation.classifier.model import Classifier
from moderation.verdict import Thresholds


def compare(
    serving: Classifier,
    candidate: Classifier,
    *,
    newest: Sequence[Example],
    frozen: Sequence[Example],
    alike: Thresholds | None = None,
    now: datetime,
    progress: Progress = silence,
) -> Report:
    """Measure both models on the same comments and texts, and say whether the candidate may serve.

    Neither model may have learnt from `newest` or `frozen`, of which either may be empty: the latest
    decisions, and a sample of old ones that stays the same. The lots are the same each time, and the
    order in which decisions come does not matter. It takes some seconds.

    `alike` are thresholds by which the serving model would keep the same promises as the candidate. With
    them it is judged on comments and civil sentences: to decide much alone, wrongly, is no merit. Known
    abuse is judged by what it does today.
    """
    # What was newest is told from what was frozen by the place in which it came.
    every = gather([*newest, *frozen], progress)
    is_new = every.places < len(newest)
    recent, old = every.of(is_new), every.of(~is_new)
    heard = [(log_odds(one, recent), log_odds(one, old)) for one in (serving, candidate)]
    return compare_decisions(
        serving,
        candidate,
        newest=recent,
        frozen=old,
        heard=heard,
        alike=alike,
        now=now,
        progress=progress,
    )


def compare_decisions(
    serving: Classifier,
    candidate: Classifier,
    *,
    newest: Decisions,
    frozen: Decisions,
    heard: Sequence[tuple[Numbers, Numbers]],
    alike: Thresholds | None = None,
    now: datetime,
    progress: Progress = silence,
) -> Report:
    """Do what `compare` does, with decisions that were read together.

    `heard` is what each of the two models says of the newest decisions and of the old ones.
    """
    models = fixed.Models(serving, candidate)
    before, after = (
        Said.of(np.concatenate(said), one.thresholds) for said, one in zip(heard, models, strict=True)
    )
    held = replace(serving, thresholds=alike or serving.thresholds)
    judged = Said.of(before.log_odds, held.thresholds)
    first, rest = slice(len(newest)), slice(len(newest), None)
    newly = _decided(newest, before.part(first), after.part(first))
    of_people, people = fixed.of_people(fixed.Models(held, candidate), progress)
    found = (
        *checks.of_decisions(NEWEST, _decided(newest, judged.part(first), after.part(first))),
        *checks.of_decisions(FROZEN, _decided(frozen, judged.part(rest), after.part(rest))),
        *of_people,
        *fixed.of_abuse(models, progress),
        *fixed.of_honest(models, progress),
    )
    finding = policy.overall(found)
    return Report(
        compared_at=now,
        serving=_side(serving, newly, newly.serving),
        alike=alike,
        candidate=_side(candidate, newly, newly.candidate),
        newest=newest.tally,
        frozen=frozen.tally,
        finding=finding,
        says=sentences.summary(finding, found, candidate=candidate.version, serving=serving.version),
        checks=found,
        flips=flips((newest, frozen), before, after),
        words=words(serving, candidate, newest.words.beside(frozen.words)),
        people=people,
    )


def _decided(decisions: Decisions, serving: Said, candidate: Said) -> Decided:
    return Decided(decisions.rejected, decisions.stands_for, serving, candidate)


def _side(classifier: Classifier, decided: Decided, said: Said) -> Side:
    if not len(decided.bad):
        return Side(name=classifier.version, thresholds=classifier.thresholds)
    return Side(
        name=classifier.version,
        thresholds=classifier.thresholds,
        consequences=consequences(classifier.thresholds, said.log_odds, decided.bad, decided.weights),
        curves=curves(said.probabilities, decided.bad, decided.weights),
    )
