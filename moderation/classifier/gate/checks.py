"""Ask of decided comments what the gate wants to know of two models."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from moderation.classifier.fitting import Flags, Numbers
from moderation.classifier.gate import figures, policy, sentences
from moderation.classifier.gate.figures import Said
from moderation.classifier.gate.intervals import Both, Estimate, estimates
from moderation.classifier.gate.report import Check, Finding

_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of both models, and by how much the candidate may be worse at it."""

    name: str
    title: str
    meaning: str
    margin: float
    is_share: bool = True
    more_is_better: bool = True
    # Whether it sums up the whole model, so that it can contradict what another figure seems to say.
    is_whole: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Decided:
    """Comments that moderators decided on, and what both models say of them."""

    bad: Flags
    weights: Numbers
    serving: Said
    candidate: Said


Figure = Callable[[Said, Flags, Numbers], Numbers]
Counting = Callable[[Flags], int]


def _all(bad: Flags) -> int:
    return len(bad)


def _bad(bad: Flags) -> int:
    return int(bad.sum())


def _good(bad: Flags) -> int:
    return int((~bad).sum())


def _rarer(bad: Flags) -> int:
    return min(_bad(bad), _good(bad))


OF_DECISIONS: tuple[tuple[Question, Figure, Counting], ...] = (
    (
        Question(
            name="auc",
            title="Tells bad comments from good ones (AUC)",
            meaning="Take a comment that was rejected and one that was approved: "
            "how often the rejected one scores higher. A coin would manage half of the times.",
            margin=policy.AUC,
            is_whole=True,
        ),
        figures.auc,
        _rarer,
    ),
    (
        Question(
            name="outcome f1",
            title="What becomes of comments in the end (F1)",
            meaning="How well what is published and what is rejected agree with the moderators, "
            "if people decide rightly on all that waits for them.",
            margin=policy.OUTCOME_F1,
            is_whole=True,
        ),
        figures.outcome_f1,
        _rarer,
    ),
    (
        Question(
            name="log loss",
            title="How honest its probabilities are (log loss)",
            meaning="How far its probabilities are from what moderators decided, where mistakes that it "
            "was sure of cost most. 0 is perfect, less is better.",
            margin=policy.LOG_LOSS,
            is_share=False,
            more_is_better=False,
            is_whole=True,
        ),
        figures.log_loss,
        _rarer,
    ),
    (
        Question(
            name="good rejected",
            title="Good comments rejected",
            meaning="Of the comments that moderators approved, "
            "how many would be rejected without anybody having looked.",
            margin=policy.GOOD_REJECTED,
            more_is_better=False,
        ),
        figures.good_rejected,
        _good,
    ),
    (
        Question(
            name="bad published",
            title="Bad comments published",
            meaning="Of the comments that moderators rejected, "
            "how many would be published without anybody having looked.",
            margin=policy.BAD_PUBLISHED,
            more_is_better=False,
        ),
        figures.bad_published,
        _bad,
    ),
    (
        Question(
            name="rightly decided",
            title="Rightly decided without a person",
            meaning="How many comments would be published or rejected at once, as moderators decided.",
            margin=policy.RIGHTLY_DECIDED,
        ),
        figures.rightly_decided,
        _all,
    ),
)


def of_decisions(about: str, decided: Decided) -> list[Check]:
    """Put every question to some decided comments."""
    both = [partial(_both, figure, decided) for _, figure, _ in OF_DECISIONS]
    found = estimates(both, decided.weights)
    asked = [
        (question, estimate, counting(decided.bad))
        for (question, _, counting), estimate in zip(OF_DECISIONS, found, strict=True)
    ]
    shown = {
        question.name
        for question, estimate, counted in asked
        if question.is_whole and judged(question, estimate, counted) is Finding.BETTER
    }
    return [
        check(about, question, estimate, counted, is_contradicted=bool(shown - {question.name}))
        for question, estimate, counted in asked
    ]


def check(
    about: str,
    question: Question,
    estimate: Estimate | None,
    counted: int,
    *,
    is_contradicted: bool = False,
) -> Check:
    """Judge what was found in answer to a question, and say it."""
    found = Check(
        about=about,
        name=question.name,
        title=question.title,
        meaning=question.meaning,
        says="",
        is_share=question.is_share,
        more_is_better=question.more_is_better,
        counted=counted,
        margin=question.margin,
        finding=judged(question, estimate, counted, is_contradicted=is_contradicted),
        **{} if estimate is None else _figures(estimate),
    )
    return sentences.told(found)


def judged(
    question: Question, estimate: Estimate | None, counted: int, *, is_contradicted: bool = False
) -> Finding:
    """Hold an estimate against the question's margin."""
    if estimate is None:
        return Finding.UNKNOWN
    difference, low, high = estimate.candidate - estimate.serving, estimate.low, estimate.high
    if not question.more_is_better:
        difference, low, high = -difference, -high, -low
    return policy.judge(
        difference,
        low,
        high,
        margin=question.margin,
        counted=counted,
        is_contradicted=is_contradicted,
    )


def share(serving: Flags, candidate: Flags, units: Sequence[int]) -> Both:
    """Compare shares of texts, of which those of one unit are drawn together."""
    return mean(serving.astype(np.float64), candidate.astype(np.float64), units)


def mean(serving: Numbers, candidate: Numbers, units: Sequence[int]) -> Both:
    """Compare means over texts, of which those of one unit are drawn together."""
    texts = np.bincount(units).astype(np.float64)
    before, after = np.bincount(units, serving), np.bincount(units, candidate)

    def both(weights: Numbers) -> tuple[Numbers, Numbers]:
        wholes = weights @ texts
        return figures.ratio(weights @ before, wholes), figures.ratio(weights @ after, wholes)

    return both


def _both(figure: Figure, decided: Decided, weights: Numbers) -> tuple[Numbers, Numbers]:
    return (
        figure(decided.serving, decided.bad, weights),
        figure(decided.candidate, decided.bad, weights),
    )


def _figures(estimate: Estimate) -> dict[str, float]:
    # Adding 0 makes a plain 0 of what rounds to minus nothing.
    return {name: round(value, _DIGITS) + 0.0 for name, value in estimate._asdict().items()}
