"""Reports of the gate, made by hand: to compare two models takes seconds."""

from datetime import timedelta

from moderation.classifier.card import Consequences, Tally
from moderation.classifier.gate import policy, sentences
from moderation.classifier.gate.checks import OF_DECISIONS
from moderation.classifier.gate.report import (
    ABUSE,
    NEWEST,
    Check,
    Finding,
    Flip,
    Flips,
    Moved,
    People,
    Report,
    Side,
    Words,
)
from moderation.verdict import Action, Thresholds
from tests.classifier.making import NOW

HOSTILE = '"><script>alert(1)</script>\u202e'


def a_check(finding: Finding = Finding.EQUAL, *, about: str = NEWEST, place: int = 0, **fields) -> Check:
    """The answer to one of the questions, with figures that fit what was found."""
    question = OF_DECISIONS[place][0]
    gain = {Finding.BETTER: 0.03, Finding.EQUAL: 0.0, Finding.WORSE: -0.2, Finding.UNKNOWN: -0.01}[
        finding
    ]
    change = gain if question.more_is_better else -gain
    return sentences.told(
        Check(
            **{
                "about": about,
                "name": question.name,
                "title": question.title,
                "meaning": question.meaning,
                "says": "",
                "is_share": question.is_share,
                "more_is_better": question.more_is_better,
                "counted": 300,
                "serving": 0.5,
                "candidate": 0.5 + change,
                "low": change - 0.02,
                "high": change + 0.02,
                "margin": question.margin,
                "finding": finding,
                **fields,
            }
        )
    )


def a_report(*checks: Check, serving: str = "base-2026-11", candidate: str = "site-1") -> Report:
    """A report of a model that is better, unless the checks say otherwise."""
    every = checks or (
        a_check(Finding.BETTER),
        a_check(place=2),
        a_check(Finding.UNKNOWN, place=5),
        a_check(Finding.EQUAL, about=ABUSE, place=4),
    )
    finding = policy.overall(every)
    caused = Consequences(good_rejected=0.02, good_reviewed=0.1, bad_reviewed=0.3, bad_approved=0.2)
    thresholds = Thresholds(review_at=0.3, reject_at=0.7)
    table = {before: dict.fromkeys(Action, 2) for before in Action}
    return Report(
        compared_at=NOW,
        serving=Side(name=serving, thresholds=thresholds, consequences=caused),
        candidate=Side(name=candidate, thresholds=thresholds, consequences=caused),
        newest=Tally(positives=6, negatives=12),
        frozen=Tally(positives=0, negatives=0),
        finding=finding,
        says=sentences.summary(finding, every, candidate=candidate, serving=serving),
        checks=every,
        flips=Flips(
            table=table,
            worse=5,
            better=7,
            examples=(
                Flip(
                    comment=1,
                    decided=Action.APPROVE,
                    decided_at=NOW + timedelta(minutes=1),
                    before=Action.REJECT,
                    after=Action.APPROVE,
                    probability_before=0.83,
                    probability_after=0.12,
                ),
            ),
        ),
        words=Words(
            against=(Moved(words="compost heap", before=0.0, after=1.25, comments=7),),
            in_favour=(Moved(words=HOSTILE, before=1.0, after=-2.0, comments=3),),
        ),
        people=(
            People(
                people="Martians",
                blame_before=0.01,
                blame_after=0.05,
                rejected_before=0.0,
                rejected_after=0.125,
            ),
        ),
    )
