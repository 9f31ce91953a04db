"""Where a week's figure usually lies, from the weeks before. Knows nothing of databases.

A figure moves from week to week for two reasons: chance, which is larger where comments are few, and
whatever makes weeks differ, such as weekends, news and seasons. A band that allows for chance alone
cries wolf on every busy site. So it is as wide as three standard deviations of chance, and wider by
what the weeks before differed beyond chance.

The spread beyond chance is the estimate of DerSimonian and Laird (1986), on the angles of the shares
(Anscombe 1948), which make chance equally large for every share, also for those near none. A spread
that was seen in few weeks is less certain: its multiple is Student's, of the same 99.73 % as three
standard deviations.
"""

from collections.abc import Sequence
from itertools import accumulate
from math import asin, hypot, log, pi, sin, sqrt
from statistics import fmean, stdev
from typing import NamedTuple

FEWEST_WEEKS = 4
"""Fewer weeks before do not show how much weeks differ."""
FEWEST = 50
"""A share of fewer says little; such weeks are left out."""

# How often the figure of a quiet week lies outside by chance, and how many standard deviations that is.
_OUTSIDE = 0.0027
_DEVIATIONS = 3.0
# Student's quantile of the same probability, by the degrees of freedom (GUM, JCGM 100:2008, table G.2).
_STUDENT = {3: 9.22, 4: 6.62, 5: 5.51, 6: 4.90, 7: 4.53, 8: 4.28, 9: 4.09, 10: 3.96, 11: 3.85}


class Part(NamedTuple):
    """So many of so many."""

    number: int
    of: int


class Band(NamedTuple):
    """Between these two a share would be usual."""

    low: float
    high: float

    def holds(self, share: float) -> bool:
        """Whether the share is a usual one."""
        return self.low <= share <= self.high


def of_shares(before: Sequence[Part], of: int) -> Band | None:
    """Say where the share of so many would usually lie; None where there is too little to tell."""
    weeks = [week for week in before if week.of >= FEWEST]
    if len(weeks) < FEWEST_WEEKS or of < FEWEST:
        return None
    angles = [_angle(week) for week in weeks]
    whole = sum(week.of for week in weeks)
    squares = sum(week.of**2 for week in weeks)
    middle = sum(week.of * angle for week, angle in zip(weeks, angles, strict=True)) / whole
    # By chance alone this would be the degrees of freedom.
    seen = sum(week.of * (angle - middle) ** 2 for week, angle in zip(weeks, angles, strict=True))
    freedom = len(weeks) - 1
    beyond_chance = max(0.0, seen - freedom) / (whole - squares / whole)
    by_chance = _DEVIATIONS * sqrt(1 / of + 1 / whole)
    by_weeks = _STUDENT[freedom] * sqrt(beyond_chance * (1 + squares / whole**2))
    reach = hypot(by_chance, by_weeks)
    return Band(_share(middle - reach, of), _share(middle + reach, of))


def of_distances(before: Sequence[Sequence[int]], counts: Sequence[int]) -> Band | None:
    """Say how far counts may be from those before; None where there is too little to tell."""
    weeks = [week for week in before if sum(week) >= FEWEST]
    of = sum(counts)
    if len(weeks) < FEWEST_WEEKS or of < FEWEST:
        return None
    whole = added(weeks)
    # The two-sided limit of Kolmogorov and Smirnov; for steps it is a little wider than needed.
    by_chance = sqrt(-log(_OUTSIDE / 2) / 2) * sqrt(1 / of + 1 / sum(whole))
    apart = [
        distance(week, [every - own for every, own in zip(whole, week, strict=True)]) for week in weeks
    ]
    by_weeks = fmean(apart) + _STUDENT[len(weeks) - 1] * stdev(apart) * sqrt(1 + 1 / len(weeks))
    return Band(0.0, min(1.0, max(by_chance, by_weeks)))


def distance(counts: Sequence[int], others: Sequence[int]) -> float:
    """Return the largest difference between the shares that lie below any step.

    So many of all at least have moved from one side of some step to the other. Neither may be empty.
    """
    of, of_others = sum(counts), sum(others)
    return max(
        abs(own / of - other / of_others)
        for own, other in zip(accumulate(counts), accumulate(others), strict=True)
    )


def added(weeks: Sequence[Sequence[int]]) -> list[int]:
    """Add counts up, step by step."""
    return [sum(step) for step in zip(*weeks, strict=True)]


def _angle(part: Part) -> float:
    return 2 * asin(sqrt((part.number + 3 / 8) / (part.of + 3 / 4)))


def _share(angle: float, of: int) -> float:
    """Turn an angle back into the share of so many that has it."""
    number = sin(min(max(angle, 0.0), pi) / 2) ** 2 * (of + 3 / 4) - 3 / 8
    return min(max(number / of, 0.0), 1.0)
