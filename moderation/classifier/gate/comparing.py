"""Compare a candidate with the model that serves."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain
from typing import NamedTuple

from moderation.classifier.counting import Progress, silence
from moderation.classifier.curves import curves
from moderation.classifier.evaluation import consequences, log_odds_by
from moderation.classifier.examples import (
    Example,
    in_order,
    numbers_spoken_for,
    rejections,
    tally,
)
from moderation.classifier.fitting import Numbers
from moderation.classifier.gate import checks, fixed, policy, sentences
from moderation.classifier.gate.checks import Decided
from moderation.classifier.gate.figures import Said
from moderation.classifier.gate.flips import flips
from moderation.classifier.gate.report import FROZEN, NEWEST, Report, Side
from moderation.classifier.gate.words import words
from moderation.classifier.model import Classifier
from moderation.classifier.sequences import Sequences, read
from moderation.text import normalise
from moderation.verdict import Thresholds


class Heard(NamedTuple):
    """What both models say of the newest comments and then of the old ones, in log-odds."""

    serving: Numbers
    candidate: Numbers
    # What the comments say.
    words: Sequences


def compare(
    serving: Classifier,
    candidate: Classifier,
    *,
    newest: Sequence[Example],
    frozen: Sequence[Example],
    alike: Thresholds | None = None,
    heard: Heard | None = None,
    now: datetime,
    progress: Progress = silence,
) -> Report:
    """Measure both models on the same comments and texts, and say whether the candidate may serve.

    Neither model may have learnt from `newest` or `frozen`, of which either may be empty: the latest
    decisions, and a sample of old ones that stays the same. The lots are the same each time, and the
    order in which decisions come does not matter. It takes some seconds.

    `alike` are thresholds by which the serving model would keep the same promises as the candidate. With
    them it is judged on comments and civil sentences: to decide much alone, wrongly, is no merit. Known
    abuse is judged by what it does today. `heard` is what both models say of the comments, where that
    is known already: the comments are in their order then.
    """
    recent, old = (newest, frozen) if heard else (in_order(newest), in_order(frozen))
    models = fixed.Models(serving, candidate)
    heard = heard or _heard(models, [*recent, *old], progress)
    before, after = (
        Said.of(found, one.thresholds)
        for found, one in zip((heard.serving, heard.candidate), models, strict=True)
    )
    held = replace(serving, thresholds=alike or serving.thresholds)
    judged = Said.of(before.log_odds, held.thresholds)
    first, rest = slice(len(recent)), slice(len(recent), None)
    newly = _decided(recent, before.part(first), after.part(first))
    of_people, people = fixed.of_people(fixed.Models(held, candidate), progress)
    found = (
        *checks.of_decisions(NEWEST, _decided(recent, judged.part(first), after.part(first))),
        *checks.of_decisions(FROZEN, _decided(old, judged.part(rest), after.part(rest))),
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
        newest=tally(recent),
        frozen=tally(old),
        finding=finding,
        says=sentences.summary(finding, found, candidate=candidate.version, serving=serving.version),
        checks=found,
        flips=flips(chain(recent, old), before, after),
        words=words(serving, candidate, heard.words),
        people=people,
    )


def _heard(models: fixed.Models, examples: Sequence[Example], progress: Progress) -> Heard:
    before, after = log_odds_by(models, examples, step="ask both models", progress=progress)
    return Heard(before, after, read(normalise(example.text) for example in examples))


def _decided(examples: Sequence[Example], serving: Said, candidate: Said) -> Decided:
    return Decided(rejections(examples), numbers_spoken_for(examples), serving, candidate)


def _side(classifier: Classifier, decided: Decided, said: Said) -> Side:
    if not len(decided.bad):
        return Side(name=classifier.version, thresholds=classifier.thresholds)
    return Side(
        name=classifier.version,
        thresholds=classifier.thresholds,
        consequences=consequences(classifier.thresholds, said.log_odds, decided.bad, decided.weights),
        curves=curves(said.probabilities, decided.bad, decided.weights),
    )
