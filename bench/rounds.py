"""Let all contestants run in turns, in random order, and give what each round measured.

Other work on the machine disturbs every contestant of a round alike, so figures of one round can
be set in relation even where the machine is not quiet.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from statistics import median
from typing import TypeVar

import numpy as np

from bench.contestants import Contestant, Setting
from bench.running import CannotTakePart, Running

_BILLION = 1e9
_SEED = 11
# A round ends after its seconds; this only bounds it.
_MOST_LAPS = 50

_Anybody = TypeVar("_Anybody")


@dataclass(frozen=True, slots=True)
class Plan:
    """How often and how long."""

    cold_rounds: int = 3
    cold_seconds: float = 3.0
    warm_rounds: int = 7
    warm_seconds: float = 1.0
    batch_rounds: int = 5


@dataclass(slots=True)
class Times:
    """What was measured of one contestant: comments a second in each round, and the times of each."""

    cold: list[float] = field(default_factory=list)
    warm: list[float] = field(default_factory=list)
    batch: list[float] = field(default_factory=list)
    cold_each: list[int] = field(default_factory=list)
    warm_each: list[int] = field(default_factory=list)

    def add(self, kind: str, each: Sequence[int]) -> None:
        """Take down a round of one comment after another."""
        rates, every = (self.cold, self.cold_each) if kind == "cold" else (self.warm, self.warm_each)
        rates.append(_rate(each))
        every += each

    def microseconds(self, percentile: float, *, cold: bool = False) -> float:
        """How long a comment takes at most, in so many of 100 cases."""
        return float(np.percentile(self.cold_each if cold else self.warm_each, percentile) / 1_000)


@dataclass(frozen=True, slots=True)
class Race:
    """Everybody's times, and who could not take part."""

    times: dict[str, Times]
    absent: dict[str, str]

    def of(self, contestant: Contestant) -> Times:
        """One contestant's times, empty at first."""
        return self.times.setdefault(contestant.name, Times())

    def leave_out(self, contestant: Contestant, reason: str) -> None:
        """Forget what was measured of somebody who cannot go on."""
        self.times.pop(contestant.name, None)
        self.absent[contestant.name] = reason

    def ratio(self, name: str, base: str, kind: str) -> float | None:
        """The median over the rounds of one contestant's rate divided by another's in the same round."""
        mine: list[float] = getattr(self.times[name], kind) if name in self.times else []
        theirs: list[float] = getattr(self.times[base], kind) if base in self.times else []
        pairs = list(zip(mine, theirs, strict=False))
        return median(mine / theirs for mine, theirs in pairs) if pairs else None


def spread(rates: Sequence[float]) -> float:
    """Say how far apart the rounds lie: the range divided by the median."""
    return (max(rates) - min(rates)) / median(rates)


def race(
    contestants: Sequence[Contestant],
    texts: Sequence[str],
    setting: Setting,
    plan: Plan,
    tell: Callable[[str, int, int], None],
) -> Race:
    """Measure everybody: first sight in fresh processes, then again and again, then all in one call."""
    found = Race({}, {})
    with ExitStack() as processes:
        running: list[Running] = []
        for number, contestant, is_last in _turns("first sight", contestants, plan.cold_rounds, tell):
            if contestant.name in found.absent:
                continue
            # Who is slow sees other comments in each round, and so more of them in all.
            begin = number * len(texts) // plan.cold_rounds
            with ExitStack() as process:
                try:
                    one = process.enter_context(Running(contestant, texts, setting))
                    each = one.one(begin, len(texts), plan.cold_seconds)
                except CannotTakePart as error:
                    found.leave_out(contestant, str(error))
                    continue
                found.of(contestant).add("cold", each)
                if is_last:
                    processes.enter_context(process.pop_all())
                    running.append(one)
        places = dict.fromkeys(found.times, 0)
        for _, one, _ in _turns("warm", running, plan.warm_rounds, tell):
            name = one.contestant.name
            each = one.one(places[name], _MOST_LAPS * len(texts), plan.warm_seconds)
            places[name] = (places[name] + len(each)) % len(texts)
            found.of(one.contestant).add("warm", each)
        together = [one for one in running if one.has_batch]
        for _, one, _ in _turns("many in one call", together, plan.batch_rounds, tell):
            found.of(one.contestant).batch.append(len(texts) * _BILLION / one.batch())
    return found


def _turns(
    step: str,
    everybody: Sequence[_Anybody],
    rounds: int,
    tell: Callable[[str, int, int], None],
) -> Iterator[tuple[int, _Anybody, bool]]:
    """Everybody once a round, in another random order each time; and whether it is the last round."""
    lots = random.Random(_SEED)
    total, done = rounds * len(everybody), 0
    for number in range(rounds):
        for one in lots.sample(everybody, len(everybody)):
            tell(step, done, total)
            yield number, one, number == rounds - 1
            done += 1
    tell(step, total, total)


def _rate(nanoseconds: Sequence[int]) -> float:
    return len(nanoseconds) * _BILLION / sum(nanoseconds)
