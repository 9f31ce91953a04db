"""Judge one draft: normalise, ask the rules, ask the classifier, weigh what they say.

Pure: everything that was read from a database comes in as values, and nothing is stored.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Protocol

import structlog

from moderation.rules import Case, gather
from moderation.text import Normalised, language_name
from moderation.verdict import (
    Accepted,
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

# How many of the weightiest words are told for a verdict.
_WORDS_TOLD = 8
_weight = attrgetter("weight")


class Scorer(Protocol):
    """A trained classifier, whatever it is made of."""

    @property
    def version(self) -> str:
        """The model's name, for the verdict."""
        ...

    def thresholds_for(self, accepted: Accepted) -> Thresholds:
        """Where review and rejection start on a site that accepts so many mistakes."""
        ...

    @property
    def languages(self) -> frozenset[str]:
        """The languages that the model has learnt, by their two letters of ISO 639-1."""
        ...

    def score(self, text: Normalised) -> Scores:
        """Say how likely rejection and each attribute are."""
        ...

    def explain(self, text: Normalised, *, most: int | None = None) -> list[Contribution]:
        """Share the log-odds of rejection out among the words, in the order of the text.

        With `most`, only so many of the words that weigh most are listed.
        """
        ...


@dataclass(frozen=True, slots=True)
class _Opinion:
    """What the classifier says, and where that leads together with the rules."""

    signal: Signal
    action: Action = Action.REVIEW
    probability: float | None = None
    scores: Mapping[str, float] = field(default_factory=dict)


def judge(case: Case, scorer: Scorer | None, *, explain: bool = True) -> Verdict:
    """Judge `case`. Without a scorer, or with one that breaks, a person is asked.

    Without `explain`, the classifier does not name the words that moved it, which takes less time.
    """
    evidence = gather(case)
    thresholds = scorer.thresholds_for(case.policy.accepted) if scorer else None
    opinion = _ask(case, scorer, thresholds, evidence, explain=explain)
    return Verdict(
        action=opinion.action,
        probability=opinion.probability,
        scores=dict(opinion.scores),
        reasons=tuple(sorted([*evidence, opinion.signal], key=_weight, reverse=True)),
        model=scorer.version if scorer else None,
        policy=case.policy.version,
        thresholds=thresholds,
    )


def judge_all(cases: Iterable[Case], scorer: Scorer | None, *, explain: bool = True) -> list[Verdict]:
    """Judge each of `cases` by itself, in their order."""
    return [judge(case, scorer, explain=explain) for case in cases]


def _ask(
    case: Case,
    scorer: Scorer | None,
    thresholds: Thresholds | None,
    evidence: list[Signal],
    *,
    explain: bool,
) -> _Opinion:
    asked = {signal.action for signal in evidence if signal.decides}
    if scorer is None or thresholds is None:
        signal = _silent(
            "classifier_unavailable", "The classifier is not available, so a person decides."
        )
        return _Opinion(signal, combine(asked, Action.REVIEW))
    try:
        if case.language not in scorer.languages:
            name = language_name(case.language)
            signal = _silent(
                "unread_language", f"The classifier does not read {name}, so a person decides."
            )
            return _Opinion(signal, combine(asked, Action.REVIEW))
        scores = scorer.score(case.text)
        if not math.isfinite(scores.rejection):
            # It compares as below every threshold, and would be approved.
            raise ValueError("the score is no finite number")  # noqa: TRY301
        weighed = [signal for signal in evidence if not signal.log_only]
        likelihood = probability(weighed, scores.rejection)
        action = combine(asked, thresholds.action(likelihood))
        # Nobody asks why a comment was approved.
        words = (
            scorer.explain(case.text, most=_WORDS_TOLD)
            if explain and action is not Action.APPROVE
            else ()
        )
        return _Opinion(_spoken(thresholds, scores, words), action, likelihood, scores.attributes)
    # A comment that breaks the classifier must still reach a person.
    except Exception:
        log.exception("scoring_failed", model=scorer.version)
        signal = _silent(
            "classifier_unavailable", "The classifier failed on this text, so a person decides."
        )
        return _Opinion(signal, combine(asked, Action.REVIEW))


def _silent(code: str, message: str) -> Signal:
    return Signal(source="classifier", code=code, message=message, action=Action.REVIEW)


def _spoken(thresholds: Thresholds, scores: Scores, words: Iterable[Contribution]) -> Signal:
    """Say what the classifier thinks by itself, and which words brought it there."""
    likelihood = sigmoid(scores.rejection)
    action = thresholds.action(likelihood)
    told = tuple(sorted(words, key=lambda word: abs(word.weight), reverse=True))
    if action is Action.APPROVE:
        return Signal(
            source="classifier",
            code="unobjectionable",
            message=f"The classifier finds little to object to: {percent(likelihood)}.",
            action=action,
            weight=scores.rejection,
            words=told,
        )
    attribute = max(scores.attributes, key=scores.attributes.__getitem__)
    named = attribute.replace("_", " ")
    return Signal(
        source="classifier",
        code=attribute,
        message=f"The classifier alone says {percent(likelihood)}, mostly for {named}.",
        action=action,
        weight=scores.rejection,
        spans=tuple(sorted(word.span for word in told if word.weight > 0)),
        words=told,
    )
