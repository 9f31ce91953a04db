"""See how often thresholds break the promise that they were chosen for.

Comments that a model never saw are split at random, again and again: on one part thresholds are
chosen, as a model's are, and on the other it is counted what they do.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from bench.metrics import Flags, Numbers
from bench.owner.measuring import Automatic, automatic
from bench.owner.stream import MISTAKEN
from moderation.classifier.counting import Progress
from moderation.classifier.thresholds import Budgets, choose

SPLITS = 200
ALLOWED = 0.05
"""So often a promise may be broken."""

SIZES = (200, 500, 1_000, 2_000)
"""On so many decisions thresholds are chosen; the rest checks them."""

_SEED = 5


@dataclass(frozen=True, slots=True)
class Promise:
    """What became of the promises that were made on so many decisions, as shares of the splits."""

    decisions: int
    # Whether the decisions that thresholds are chosen on, and checked on, hold mistakes.
    has_mistakes: bool
    good_broken: float
    bad_broken: float
    # Of the comments, on average.
    decided: float


def promises(likely: Numbers, bad: Flags, tell: Progress, *, splits: int = SPLITS) -> list[Promise]:
    """Choose and check on each size, without mistakes and with some."""
    lots = np.random.default_rng(_SEED)
    mistaken = bad ^ (lots.random(len(bad)) < MISTAKEN)
    budgets = Budgets()
    found = []
    for number, size in enumerate(SIZES):
        tell("keep promises", number, len(SIZES))
        for labels in (bad, mistaken):
            realised = list(_realised(likely, labels, size, splits, budgets=budgets, lots=lots))
            found.append(
                Promise(
                    decisions=size,
                    has_mistakes=labels is mistaken,
                    good_broken=_share(one.good_lost > budgets.good_lost for one in realised),
                    bad_broken=_share(one.bad_let_by > budgets.bad_published for one in realised),
                    decided=float(np.mean([one.share for one in realised])),
                )
            )
    tell("keep promises", len(SIZES), len(SIZES))
    return found


def _realised(
    likely: Numbers,
    bad: Flags,
    size: int,
    splits: int,
    *,
    budgets: Budgets,
    lots: np.random.Generator,
) -> Iterator[Automatic]:
    for _ in range(splits):
        order = lots.permutation(len(bad))
        choosing, checking = order[:size], order[size:]
        thresholds = choose(likely[choosing], bad[choosing], np.ones(size), budgets)
        yield automatic(likely[checking], bad[checking], thresholds)


def _share(broken: Iterable[bool]) -> float:
    return float(np.mean(list(broken)))
