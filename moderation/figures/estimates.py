"""How sure a share is that was found on a sample. Knows nothing of databases.

A share alone says little: two of two right is “100 %”, and so is two thousand of two thousand. So
each comes with Wilson's interval, in which the share of all lies with a probability of 95 %.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import sqrt

from moderation.verdict import Action

FEWEST = 30
"""Below so many, chance moves a share so far that it is not worth a picture."""

# The normal distribution's two-sided 95 %.
_Z = 1.959964


@dataclass(frozen=True, slots=True)
class Estimate:
    """A share, found on so many, and the interval in which that of all lies."""

    counted: int
    share: float = 0.0
    low: float = 0.0
    high: float = 1.0

    @property
    def is_enough(self) -> bool:
        """Whether there are enough to say anything."""
        return self.counted >= FEWEST


@dataclass(frozen=True, slots=True)
class Agreement:
    """How often two people decided alike, and how far beyond chance where that can be told."""

    alike: Estimate
    # Cohen's kappa: 0 is as often as by chance, 1 always.
    kappa: float | None


def estimate(sample: Iterable[tuple[float, bool, int]]) -> Estimate:
    """Estimate a share from (probability of being chosen, whether it is so, how many).

    Whoever was chosen with a probability of 1 % stands for a hundred. Unequal weights make a sample
    tell less; the interval is that of the number of equal ones that would tell as much (Kish).
    """
    groups = list(sample)
    counted = sum(number for _, _, number in groups)
    if not counted:
        return Estimate(0)
    whole = sum(number / chosen for chosen, _, number in groups)
    share = sum(number / chosen for chosen, is_so, number in groups if is_so) / whole
    as_many = whole**2 / sum(number / chosen**2 for chosen, _, number in groups)
    low, high = wilson(share, as_many)
    return Estimate(counted, share, low, high)


def wilson(share: float, number: float) -> tuple[float, float]:
    """Return the interval of 95 % around a share that was found on so many."""
    spread = _Z**2 / number
    middle = (share + spread / 2) / (1 + spread)
    reach = _Z * sqrt(share * (1 - share) / number + spread / (4 * number)) / (1 + spread)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def agreement(pairs: Mapping[tuple[Action, Action], int]) -> Agreement:
    """Compare first and second opinions, counted by what each was."""
    alike = estimate((1.0, first is second, number) for (first, second), number in pairs.items())
    return Agreement(alike, _kappa(pairs, alike) if alike.is_enough else None)


def _kappa(pairs: Mapping[tuple[Action, Action], int], alike: Estimate) -> float | None:
    firsts, seconds = Counter[Action](), Counter[Action]()
    for (first, second), number in pairs.items():
        firsts[first] += number
        seconds[second] += number
    by_chance = sum(firsts[action] * seconds[action] for action in firsts) / alike.counted**2
    # Where everybody always says the same, chance would agree too.
    return (alike.share - by_chance) / (1 - by_chance) if by_chance < 1 else None
