"""Judge one draft: normalise, ask the rules, ask the classifier, weigh what they say.

Pure: everything that was read from a database comes in as values, and nothing is stored.
"""

import math
from typing import Protocol

import structlog

from moderation.rules import Case, gather
from moderation.text import Normalised
from moderation.verdict import (
    Action,
    Contribution,
    Scores,
    Signal,
    Thresholds,
    Verdict,
    combine,
    percent,
    probability,
    sigmoid,
)

log = structlog.get_logger()

# How many of the weightiest words are shown for a verdict.
_WORDS_SHOWN = 8


class Scorer(Protocol):
    """A trained classifier, whatever it is made of."""

    @property
    def version(self) -> str:
        """The model's name, for the verdict."""
        ...

    @property
    def thresholds(self) -> Thresholds:
        """Where review and rejection start for this model's probabilities."""
        ...

    def score(self, text: Normalised) -> Scores:
        """Say how likely rejection and each attribute are."""
        ...

    def explain(self, text: Normalised) -> list[Contribution]:
        """Share the log-odds of rejection out among the words, in the order of the text."""
        ...


def judge(case: Case, scorer: Scorer | None) -> Verdict:
    """Judge `case`. Without a scorer, or with one that breaks, a person is asked."""
    evidence = gather(case)
    counted = [signal for signal in evidence if not signal.log_only]
    scores, classified = _classify(case, scorer)
    rejection = None
    action = Action.REVIEW
    if scorer and scores:
        rejection = probability(counted, scores.rejection)
        action = scorer.thresholds.action(rejection)
    return Verdict(
        action=combine([signal.action for signal in evidence if signal.decides], action),
        probability=rejection,
        scores=dict(scores.attributes) if scores else {},
        reasons=tuple(sorted([*evidence, classified], key=lambda one: one.weight, reverse=True)),
        model=scorer.version if scorer else None,
        policy=case.policy.version,
        thresholds=scorer.thresholds if scorer else None,
    )


def _classify(case: Case, scorer: Scorer | None) -> tuple[Scores | None, Signal]:
    if scorer is None:
        return None, _unavailable("The classifier is not available, so a person decides.")
    try:
        scores = scorer.score(case.text)
        if not math.isfinite(scores.rejection):
            # It compares as below every threshold, and would be approved.
            raise ValueError("the score is no finite number")  # noqa: TRY301
        return scores, _classified(case, scorer, scores)
    # A comment that breaks the classifier must still reach a person.
    except Exception:
        log.exception("scoring_failed", model=scorer.version)
        return None, _unavailable("The classifier failed on this text, so a person decides.")


def _unavailable(message: str) -> Signal:
    return Signal(
        source="classifier", code="classifier_unavailable", message=message, action=Action.REVIEW
    )


def _classified(case: Case, scorer: Scorer, scores: Scores) -> Signal:
    """Say what the classifier thinks by itself, and which words brought it there."""
    likelihood = sigmoid(scores.rejection)
    action = scorer.thresholds.action(likelihood)
    if action is Action.APPROVE:
        return Signal(
            source="classifier",
            code="unobjectionable",
            message=f"The classifier finds little to object to: {percent(likelihood)}.",
            action=action,
            weight=scores.rejection,
        )
    attribute = max(scores.attributes, key=scores.attributes.__getitem__)
    named = attribute.replace("_", " ")
    by_weight = sorted(scorer.explain(case.text), key=lambda word: word.weight, reverse=True)
    spans = [word.span for word in by_weight[:_WORDS_SHOWN] if word.weight > 0]
    return Signal(
        source="classifier",
        code=attribute,
        message=f"The classifier alone says {percent(likelihood)}, mostly for {named}.",
        action=action,
        weight=scores.rejection,
        spans=tuple(sorted(spans)),
    )
