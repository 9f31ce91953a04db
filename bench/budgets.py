"""Draw held-out comments again and again, and count how often thresholds break what they promise.

The comments are invented, so that it is known what thresholds do to all that are still to come.
Run it as: python -m bench.budgets --draws 300
It ends with an error where the service's own promises are broken too often.
"""

import argparse
import math
from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist

import click
import numpy as np
from numpy.typing import NDArray

from bench.report import table
from moderation.classifier.guarantee import by_betting, by_counting, reachable
from moderation.classifier.thresholds import CONFIDENCE, Budgets
from moderation.progress import progress

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]
Allow = Callable[[Numbers, float, float], int | None]

SIZES = (300, 1_000, 5_000, 20_000)
BUDGETS = (Budgets(), Budgets(good_lost=0.02, bad_published=0.05))

_SEED = 7
_SERVICE = "the service's"
# What a model says of good comments and of bad ones, in log-odds of rejection.
GOOD, BAD = NormalDist(-3.0, 1.5), NormalDist(2.0, 1.7)
_BAD_SHARE = 0.2
# Where an earlier model decided without a person, and how many of its verdicts are audited.
_APPROVED, _REJECTED, _AUDITED = -1.4, 2.2, 0.02
# Of waves, one in three texts is sent once more, and so on.
_ONCE_MORE = 1 / 3
# In so many standard deviations chance may break more promises than was said.
_SLACK = 3


@dataclass(frozen=True, slots=True)
class Drawn:
    """Held-out comments."""

    log_odds: Numbers
    rejected: Flags
    weights: Numbers


@dataclass(slots=True)
class Tally:
    """What a method's thresholds did in all draws."""

    lost: int = 0
    published: int = 0
    decided: float = 0.0


def alike(lots: np.random.Generator, number: int) -> Drawn:
    """Each comment stands for itself."""
    rejected = lots.random(number) < _BAD_SHARE
    log_odds = np.where(
        rejected,
        lots.normal(BAD.mean, BAD.stdev, number),
        lots.normal(GOOD.mean, GOOD.stdev, number),
    )
    return Drawn(log_odds, rejected, np.ones(number))


def audits(lots: np.random.Generator, number: int) -> Drawn:
    """People see what was held for them, and one in fifty of the rest, which stands for fifty."""
    everything = alike(lots, 20 * number)
    by_machine = (everything.log_odds < _APPROVED) | (everything.log_odds > _REJECTED)
    weights = np.where(by_machine, 1 / _AUDITED, 1.0)
    seen = np.flatnonzero(lots.random(len(weights)) * weights < 1)[:number]
    return Drawn(everything.log_odds[seen], everything.rejected[seen], weights[seen])


def waves(lots: np.random.Generator, number: int) -> Drawn:
    """Some texts come several times, and their copies share the weight of one."""
    texts = alike(lots, number)
    copies = lots.geometric(1 - _ONCE_MORE, number)
    of = np.repeat(np.arange(number), copies)[:number]
    return Drawn(texts.log_odds[of], texts.rejected[of], 1 / copies[of])


PATTERNS: dict[str, Callable[[np.random.Generator, int], Drawn]] = {
    "alike": alike,
    "audits": audits,
    "waves": waves,
}


def estimate(weights: Numbers, share: float, heaviest: float) -> int | None:
    """Allow for one more mistake than was seen, as models were made before."""
    del heaviest
    one_more, total = weights.max(), weights.sum()
    if one_more / (total + one_more) > share:
        return None
    reached = (np.cumsum(weights) + one_more) / (total + one_more)
    return int(np.searchsorted(reached, share, side="right"))


def counting(weights: Numbers, share: float, heaviest: float) -> int | None:
    """Count, and forget what each one stands for."""
    del heaviest
    return _allowed(by_counting(len(weights), share=share, confidence=CONFIDENCE))


def betting(weights: Numbers, share: float, heaviest: float) -> int | None:
    """Bet, also where all weigh alike."""
    return _allowed(by_betting(weights, share=share, confidence=CONFIDENCE, heaviest=heaviest))


def service(weights: Numbers, share: float, heaviest: float) -> int | None:
    """Do what the service does."""
    return reachable(weights, share=share, confidence=CONFIDENCE, heaviest=heaviest)


METHODS: dict[str, Allow] = {
    "estimate of before": estimate,
    "counting, without weights": counting,
    "betting": betting,
    _SERVICE: service,
}


def main() -> None:
    """Print how often each method breaks each promise, and how much it decides."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--draws", type=int, default=300)
    draws = asked.parse_args().draws
    rows, broken = [], []
    allowed = draws * (1 - CONFIDENCE)
    allowed += _SLACK * math.sqrt(allowed * CONFIDENCE)
    steps = [(pattern, size, budgets) for pattern in PATTERNS for budgets in BUDGETS for size in SIZES]
    with progress() as tell:
        for done, (pattern, size, budgets) in enumerate(steps):
            tell("draw", done, len(steps))
            tallies = repeated(pattern, size, budgets, draws)
            name = f"{pattern}, {size:,}, {budgets.good_lost:.1%} and {budgets.bad_published:.0%}"
            rows.append((name, *(_cell(tally, draws) for tally in tallies.values())))
            promised = tallies[_SERVICE]
            if max(promised.lost, promised.published) > allowed:
                broken.append(name)
    click.echo(
        f"In percent of {draws} draws, at a confidence of {CONFIDENCE:.0%}: how often more good comments"
        " are lost than the budget allows / more bad ones published / what is decided without a"
        " person.\n"
    )
    click.echo("\n".join(table(("comments, how many, budgets", *METHODS), rows)))
    if broken:
        raise SystemExit(f"Promises are broken too often: {'; '.join(broken)}.")


def repeated(pattern: str, size: int, budgets: Budgets, draws: int) -> dict[str, Tally]:
    """Draw so many times, and let each method choose thresholds."""
    lots = np.random.default_rng(_SEED)
    tallies = {method: Tally() for method in METHODS}
    for _ in range(draws):
        drawn = PATTERNS[pattern](lots, size)
        for method, tally in tallies.items():
            reject_at = _lowest(
                drawn.log_odds, ~drawn.rejected, drawn.weights, budgets.good_lost, METHODS[method]
            )
            review_at = -_lowest(
                -drawn.log_odds, drawn.rejected, drawn.weights, budgets.bad_published, METHODS[method]
            )
            # They cross where the kinds lie apart.
            low, high = sorted((review_at, reject_at))
            tally.lost += 1 - _below(GOOD, high) > budgets.good_lost
            tally.published += _below(BAD, low) > budgets.bad_published
            tally.decided += _decided(low, high)
    return tallies


def _lowest(values: Numbers, of_kind: Flags, weights: Numbers, share: float, allow: Allow) -> float:
    found, weighing = values[of_kind], weights[of_kind]
    order = np.argsort(-found)
    allowed = allow(weighing[order], share, float(weights.max()))
    return math.inf if allowed is None else float(found[order][allowed])


def _cell(tally: Tally, draws: int) -> str:
    return " / ".join(
        f"{100 * each / draws:.1f}" for each in (tally.lost, tally.published, tally.decided)
    )


def _allowed(kept: Flags) -> int | None:
    first_too_many = int(np.argmin(kept))
    return first_too_many - 1 if first_too_many else None


def _below(kind: NormalDist, log_odds: float) -> float:
    if math.isinf(log_odds):
        return float(log_odds > 0)
    return kind.cdf(log_odds)


def _decided(low: float, high: float) -> float:
    return sum(
        share * (_below(kind, low) + 1 - _below(kind, high))
        for kind, share in ((GOOD, 1 - _BAD_SHARE), (BAD, _BAD_SHARE))
    )


if __name__ == "__main__":
    main()
