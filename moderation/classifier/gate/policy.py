"""By how much a candidate may be worse, and what is made of a difference with its interval.

The serving model is known and the candidate is not, so who asks to replace it must not look worse
where there is enough to see. Where there is little, chance alone would refuse every other candidate:
there it takes an interval that shows harm.
"""

from collections.abc import Iterable

from moderation.classifier.gate.report import NEWEST, Check, Finding

AUC = 0.005
"""As much as chance moves the figure from one month to the next."""

OUTCOME_F1 = 0.01
"""Promised: what becomes of comments is right as often as before, to a point."""

LOG_LOSS = 0.01
"""A model that gets surer than it should be shows here first. It is about a point of probability."""

GOOD_REJECTED = 0.01
"""Promised: of a hundred honest comments at most one more is lost without anybody having looked."""

BAD_PUBLISHED = 0.02
"""Twice as much as of the good ones: what is published can be reported, what is rejected is gone."""

RIGHTLY_DECIDED = 0.20
"""More caution harms no reader, but a queue that grows by more than this surprises its moderators."""

CIVIL_REJECTED = 0.01
"""Promised: false flags on civil sentences about people rise by at most a point."""

BLAME = 0.04
"""Of probability, for one kind of people beside all: less is hardly seen in any verdict. It is the worst
case of all kinds, so some of it is chance."""

ABUSE = 0.02
"""Promised: of known abuse, plain or disguised, at most two in a hundred more get through."""

HONEST_REJECTED = 0.01
"""As for civil sentences: nobody is rejected for a script or a language."""

FEWEST_TO_COMPARE = 30
"""Of fewer, an interval drawn from themselves looks narrower than it is, so they show nothing."""

FEWEST_TO_TRUST = 200
"""From so many on, what is found counts by itself even where its interval still reaches beyond."""


def judge(
    gain: float, low: float, high: float, *, margin: float, counted: int, is_contradicted: bool = False
) -> Finding:
    """Say what a gain shows that lies between `low` and `high`; below 0 it is a loss.

    `counted` says on how many comments, of the rarer kind where there are two. What contradicts a loss
    is another figure of the whole on the same comments by which the candidate is shown to be better.
    """
    if counted < FEWEST_TO_COMPARE:
        return Finding.UNKNOWN
    if gain < -margin:
        # Shown to be worse, and by more than the margin as far as anybody can tell.
        is_shown = high < 0
        is_likely = counted >= FEWEST_TO_TRUST and not is_contradicted
        return Finding.WORSE if is_shown or is_likely else Finding.UNKNOWN
    if low > 0:
        return Finding.BETTER
    return Finding.EQUAL if low >= -margin else Finding.UNKNOWN


def overall(checks: Iterable[Check]) -> Finding:
    """Say what all checks together show.

    Worse where one is. Otherwise nothing can be told where it looks worse than allowed anywhere, though
    that is not shown. Better where the candidate is shown to be better at something on the newest
    decisions, and equal where every check on these shows that it is not worse.
    """
    every = list(checks)
    newest = [check.finding for check in every if check.about == NEWEST]
    if any(check.finding is Finding.WORSE for check in every):
        return Finding.WORSE
    if any(check.is_doubtful for check in every):
        return Finding.UNKNOWN
    if Finding.BETTER in newest:
        return Finding.BETTER
    return Finding.EQUAL if newest and Finding.UNKNOWN not in newest else Finding.UNKNOWN
