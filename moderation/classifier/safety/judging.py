"""Judge a text by itself, on the whole path that a comment takes: normalise, rules, score, verdict."""

from collections.abc import Callable, Iterable, Sequence

from moderation.classifier.counting import Progress
from moderation.draft import Draft
from moderation.judgement import Scorer, judge
from moderation.rules import Case, History, Policy
from moderation.text import Normalised, normalise
from moderation.verdict import AS_MADE, Action, Verdict, sigmoid

Judge = Callable[[str], Verdict]
Reading = Callable[[str], Normalised]

_TELL_EVERY = 200


def whole_path(scorer: Scorer, policy: Policy, reading: Reading = normalise) -> Judge:
    """Give a judge of single texts, of unknown authors, on a site that saw nothing before."""

    def judge_text(text: str) -> Verdict:
        case = Case.prepare(Draft(text=text), policy, History(), reading=reading)
        return judge(case, scorer, explain=False)

    return judge_text


def classifier_alone(scorer: Scorer, reading: Reading = normalise) -> Judge:
    """Give a judge of single texts who asks no rule."""

    def judge_text(text: str) -> Verdict:
        (scores,) = scorer.score_all([reading(text)])
        likelihood = sigmoid(scores.rejection)
        return Verdict(
            action=scorer.thresholds_for(AS_MADE).action(likelihood),
            probability=likelihood,
            scores=dict(scores.attributes),
            reasons=(),
            model=scorer.version,
            policy="",
            thresholds=scorer.thresholds_for(AS_MADE),
        )

    return judge_text


def verdicts(judged_by: Judge, texts: Sequence[str], step: str, progress: Progress) -> list[Verdict]:
    """Judge every text. Raises ValueError when the classifier could not be asked about one."""
    found: list[Verdict] = []
    for number, text in enumerate(texts):
        if number % _TELL_EVERY == 0:
            progress(step, number, len(texts))
        verdict = judged_by(text)
        unread = any(reason.code == "unread_language" for reason in verdict.reasons)
        if verdict.probability is None and not unread:
            raise ValueError(f"no classifier could be asked about {text!r}")
        found.append(verdict)
    progress(step, len(texts), len(texts))
    return found


def share(facts: Iterable[bool]) -> float:
    """Say which share of the facts is true; 0 where there are none."""
    counted = list(facts)
    return sum(counted) / len(counted) if counted else 0.0


def is_held(verdict: Verdict) -> bool:
    """Whether the comment is not published before a person has seen it."""
    return verdict.action is not Action.APPROVE
