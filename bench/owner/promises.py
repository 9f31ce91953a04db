"""See how often thresholds break the promise that they were chosen for.

On comments that a model never saw thresholds are chosen, as a model's are, and on others it is counted
what they do; again and again, by lot.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from bench.metrics import Flags, Numbers
from bench.owner.measuring import Automatic, automatic
from bench.owner.stream import MISTAKEN
from moderation.classifier.counting import Progress
from moderation.classifier.thresholds import Budgets, choose

TIMES = 200
ALLOWED = 0.05
"""So often a promise may be broken."""

SIZES = (200, 500, 1_000)
"""On so many decisions thresholds are chosen."""

_SEED = 5

# Numbers of comments.
Places = NDArray[np.int64]
# The comments to choose on, and those to check on, once for each time.
Parts = list[tuple[Places, Places]]


class Way(StrEnum):
    """How the comments to choose on and those to check on are drawn."""

    # What checks is itself a sample: even thresholds that keep their promise among all comments may
    # look as if they broke it.
    SPLIT = "split"
    # All comments are taken for the world. What is chosen on is drawn from it with repetition, and
    # the share that a promise speaks of is known exactly.
    WORLD = "drawn"


@dataclass(frozen=True, slots=True)
class Promise:
    """What became of the promises that were made on so many decisions, as shares of the times."""

    decisions: int
    way: Way
    # Whether the decisions hold mistakes, those to choose on and those to check on alike.
    has_mistakes: bool
    good_broken: float
    bad_broken: float
    # Of the comments, on average.
    decided: float


def promises(likely: Numbers, bad: Flags, tell: Progress, *, times: int = TIMES) -> list[Promise]:
    """Choose and check on each size, in both ways, without mistakes and with some."""
    lots = np.random.default_rng(_SEED)
    mistaken = bad ^ (lots.random(len(bad)) < MISTAKEN)
    kinds = [(way, size, has) for way in Way for size in SIZES for has in (False, True)]
    found = []
    for number, (way, size, has_mistakes) in enumerate(kinds):
        tell("keep promises", number, len(kinds))
        labels = mistaken if has_mistakes else bad
        parts = (_drawn(lots, len(bad), size, way) for _ in range(times))
        found.append(_promise(likely, labels, list(parts), way=way, has_mistakes=has_mistakes))
    tell("keep promises", len(kinds), len(kinds))
    return found


def _drawn(lots: np.random.Generator, comments: int, size: int, way: Way) -> tuple[Places, Places]:
    """Give the numbers of the comments to choose on, and of those to check on."""
    if way is Way.WORLD:
        return lots.integers(0, comments, size), np.arange(comments)
    order = lots.permutation(comments)
    return order[:size], order[size:]


def _promise(likely: Numbers, bad: Flags, parts: Parts, *, way: Way, has_mistakes: bool) -> Promise:
    budgets = Budgets()
    realised = list(_realised(likely, bad, parts, budgets))
    return Promise(
        decisions=len(parts[0][0]),
        way=way,
        has_mistakes=has_mistakes,
        good_broken=float(np.mean([one.good_lost > budgets.good_lost for one in realised])),
        bad_broken=float(np.mean([one.bad_let_by > budgets.bad_published for one in realised])),
        decided=float(np.mean([one.share for one in realised])),
    )


def _realised(likely: Numbers, bad: Flags, parts: Parts, budgets: Budgets) -> Iterator[Automatic]:
    for choosing, checking in parts:
        thresholds = choose(likely[choosing], bad[choosing], np.ones(len(choosing)), budgets)
        yield automatic(likely[checking], bad[checking], thresholds)
