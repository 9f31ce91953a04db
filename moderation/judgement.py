"""Judge one draft: normalise, ask the rules, ask the classifier, weigh what they say.

Pure: everything that was read from a database comes in as values, and nothing is stored.
"""

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Protocol

import msgspec
import structlog

from moderation.circumstances import of_case
from moderation.refusal import Refusal
from moderation.rules import Case, gather
from moderation.text import Normalised, detect, language_name
from moderation.verdict import (
    Accepted,
    Action,
    Contribution,
    Foretold,
    Habit,
    Opinion,
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

# Whose signals are the classifier's; those of rules name the rule.
_CLASSIFIER = "classifier"

# What a text counts as that is too short or too odd to tell, where the model reads it.
_ASSUMED = "en"


class NotScored(Refusal):
    """There is no classifier, or it failed. No score is made up in its place."""


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

    def score_all(self, texts: Sequence[Normalised]) -> list[Scores]:
        """Say of each text how likely rejection and each attribute are."""
        ...

    def heeds(self, circumstances: Iterable[str]) -> list[Habit]:
        """Say which of these circumstances move the score, the weightiest first."""
        ...

    def explain(self, text: Normalised, *, most: int | None = None) -> list[Contribution]:
        """Share the log-odds of rejection out among the words, in the order of the text.

        With `most`, only so many of the words that weigh most are listed.
        """
        ...

    def foretell(self, text: Normalised, circumstances: Iterable[str]) -> list[Foretold]:
        """Say for what reason moderators would reject it, the likeliest first; empty if unknown."""
        ...


class Languages(msgspec.Struct, frozen=True):
    """What a text is written in, and what of that the classifier does not read.

    By two letters of ISO 639-1, except for what somebody said in other letters.
    """

    # What the text counts as: what was said of it, else what was detected; empty if nothing tells.
    spoken: tuple[str, ...]
    detected: tuple[str, ...]
    unread: tuple[str, ...]


class Weighed(msgspec.Struct, frozen=True):
    """Where evidence and the classifier lead together."""

    action: Action
    # Of rejection; None where the classifier did not speak.
    probability: float | None = None


class _Opinion(msgspec.Struct, frozen=True):
    """What the classifier says, and where that leads together with the rules."""

    signal: Signal
    action: Action
    probability: float | None = None
    scores: Mapping[str, float] = {}


def judge(case: Case, scorer: Scorer | None, *, explain: bool = True) -> Verdict:
    """Judge `case`. Without a scorer, or with one that breaks, a person is asked.

    Without `explain`, the classifier does not name the words that moved it, which takes less time.
    """
    return judge_all([case], scorer, explain=explain)[0]


def judge_all(cases: Sequence[Case], scorer: Scorer | None, *, explain: bool = True) -> list[Verdict]:
    """Judge each of `cases` as if it were alone, in their order. Many together take less time."""
    return [
        _verdict(case, scorer, answer, explain=explain)
        for case, answer in zip(cases, _answers(cases, scorer), strict=True)
    ]


def judge_beside(
    case: Case, verdict: Verdict, shadow: Scorer, *, failed: Callable[[Exception], None]
) -> Opinion:
    """Say what `shadow` would have made of a case that was judged, by its own thresholds.

    The rules are not asked again and no words are named, so it takes little time. Never raises: what
    goes wrong is told to `failed`, and the opinion has no probability.
    """
    evidence = [signal for signal in verdict.reasons if signal.source != _CLASSIFIER]
    weighed = weigh(evidence, None, None)
    try:
        if case.language in shadow.languages:
            (scores,) = shadow.score_all([case.text])
            rejection, _habits = _heard(shadow, scores, of_case(case, evidence))
            weighed = weigh(evidence, rejection, shadow.thresholds_for(case.policy.accepted))
    # Whatever is wrong with a model on trial, the comment has its verdict.
    except Exception as error:  # noqa: BLE001
        failed(error)
    return Opinion(model=shadow.version, action=weighed.action, probability=weighed.probability)


def weigh(
    evidence: Collection[Signal], rejection: float | None, thresholds: Thresholds | None
) -> Weighed:
    """Put the rules' evidence and the classifier's log-odds of `rejection` together.

    Without either of the latter two the classifier did not speak, and a person decides at most.
    """
    asked = [signal.action for signal in evidence if signal.decides]
    if rejection is None or thresholds is None:
        return Weighed(combine(asked, Action.REVIEW))
    likelihood = probability((one for one in evidence if not one.log_only), rejection)
    return Weighed(combine(asked, thresholds.action(likelihood)), likelihood)


def languages(text: Normalised, said: Sequence[str], scorer: Scorer) -> Languages:
    """Tell the languages of `text`. What somebody `said` of it in BCP 47 counts more than detection.

    A text that does not tell is taken for what was said, else for English if the classifier reads it.
    """
    first_said = next((code for code in map(_subtag, said) if code in scorer.languages), None)
    told = detect(text) or first_said or (_ASSUMED if _ASSUMED in scorer.languages else None)
    detected = (told,) if told else ()
    spoken = tuple(said) or detected
    unread = tuple(code for code in spoken if _subtag(code) not in scorer.languages)
    return Languages(spoken=spoken, detected=detected, unread=unread)


def score(texts: Sequence[Normalised], scorer: Scorer) -> list[Scores]:
    """Ask the classifier alone, without any rule, about texts in languages that it reads.

    Raises NotScored rather than guess.
    """
    try:
        scores = scorer.score_all(texts)
        if not all(map(_is_finite, scores)):
            raise ValueError("a score is no finite number")  # noqa: TRY301
    except Exception as error:  # noqa: BLE001
        # Not with its message, which may hold what must not be kept anywhere.
        log.error("scoring_failed", model=scorer.version, error=type(error).__name__)  # noqa: TRY400
        raise NotScored("The classifier failed on this text.") from None
    return scores


def _subtag(language: str) -> str:
    """Give the first part of a BCP 47 tag, also of one that is written as en_US."""
    return language.replace("_", "-").partition("-")[0].lower()


def _is_finite(scores: Scores) -> bool:
    return all(map(math.isfinite, (scores.rejection, *scores.attributes.values())))


def _answers(cases: Sequence[Case], scorer: Scorer | None) -> Sequence[Scores | Signal]:
    """Ask the classifier about all texts at once. Where it does not answer, a signal says why."""
    if scorer is None:
        return [_UNAVAILABLE] * len(cases)
    try:
        languages = scorer.languages
        scores = iter(scorer.score_all([case.text for case in cases if case.language in languages]))
        return [next(scores) if case.language in languages else _unread(case) for case in cases]
    # A comment that breaks the classifier must still reach a person, and take no other with it.
    except Exception:
        if len(cases) > 1:
            return [answer for case in cases for answer in _answers([case], scorer)]
        log.exception("scoring_failed", model=scorer.version)
        return [_FAILED]


def _verdict(case: Case, scorer: Scorer | None, answer: Scores | Signal, *, explain: bool) -> Verdict:
    evidence = gather(case)
    thresholds = scorer.thresholds_for(case.policy.accepted) if scorer else None
    opinion = _opinion(case, scorer, answer, thresholds, evidence, explain=explain)
    return Verdict(
        action=opinion.action,
        probability=opinion.probability,
        scores=dict(opinion.scores),
        reasons=tuple(sorted([*evidence, opinion.signal], key=_weight, reverse=True)),
        model=scorer.version if scorer else None,
        policy=case.policy.version,
        thresholds=thresholds,
    )


def _opinion(
    case: Case,
    scorer: Scorer | None,
    answer: Scores | Signal,
    thresholds: Thresholds | None,
    evidence: list[Signal],
    *,
    explain: bool,
) -> _Opinion:
    if scorer is None or thresholds is None or isinstance(answer, Signal):
        signal = answer if isinstance(answer, Signal) else _UNAVAILABLE
        return _Opinion(signal, weigh(evidence, None, None).action)
    try:
        rejection, habits = _heard(scorer, answer, of_case(case, evidence))
        found = weigh(evidence, rejection, thresholds)
        signal = _spoken(thresholds, rejection, answer.attributes, habits)
        # Nobody asks why a comment was approved.
        if explain and found.action is not Action.APPROVE:
            words = scorer.explain(case.text, most=_WORDS_TOLD)
            signal = _explained(signal, words, scorer.foretell(case.text, of_case(case, evidence)))
        return _Opinion(signal, found.action, found.probability, answer.attributes)
    except Exception:
        log.exception("scoring_failed", model=scorer.version)
        return _Opinion(_FAILED, weigh(evidence, None, None).action)


def _heard(
    scorer: Scorer, scores: Scores, circumstances: Iterable[str]
) -> tuple[float, tuple[Habit, ...]]:
    """Add what the classifier makes of circumstances to its log-odds of rejection."""
    habits = tuple(scorer.heeds(circumstances))
    rejection = math.fsum((scores.rejection, *(habit.weight for habit in habits)))
    if not math.isfinite(rejection):
        # It compares as below every threshold, and would be approved.
        raise ValueError("the score is no finite number")
    return rejection, habits


def _silent(code: str, message: str) -> Signal:
    return Signal(source=_CLASSIFIER, code=code, message=message, action=Action.REVIEW)


_UNAVAILABLE = _silent("classifier_unavailable", "The classifier is not available, so a person decides.")
_FAILED = _silent("classifier_unavailable", "The classifier failed on this text, so a person decides.")


def _unread(case: Case) -> Signal:
    name = language_name(case.language)
    return _silent("unread_language", f"The classifier does not read {name}, so a person decides.")


def _spoken(
    thresholds: Thresholds, rejection: float, attributes: Mapping[str, float], habits: tuple[Habit, ...]
) -> Signal:
    """Say what the classifier thinks by itself, and which habits brought it there."""
    likelihood = sigmoid(rejection)
    action = thresholds.action(likelihood)
    if action is Action.APPROVE:
        code = "unobjectionable"
        message = f"The classifier finds little to object to: {percent(likelihood)}."
    else:
        code = max(attributes, key=attributes.__getitem__)
        named = code.replace("_", " ")
        message = f"The classifier alone says {percent(likelihood)}, mostly for {named}."
    return Signal(
        source=_CLASSIFIER, code=code, message=message, action=action, weight=rejection, habits=habits
    )


def _explained(signal: Signal, words: Iterable[Contribution], foretold: Sequence[Foretold]) -> Signal:
    """Say as well which words brought the classifier there, and for what reason people would reject."""
    told = tuple(sorted(words, key=lambda word: abs(word.weight), reverse=True))
    message, spans = signal.message, signal.spans
    if signal.action is not Action.APPROVE:
        spans = tuple(sorted(word.span for word in told if word.weight > 0))
    if foretold:
        likeliest = foretold[0]
        message += (
            f" If moderators here reject it, then most likely as {likeliest.reason}:"
            f" {percent(likeliest.share)}."
        )
    return msgspec.structs.replace(
        signal, message=message, spans=spans, words=told, foretold=tuple(foretold)
    )
