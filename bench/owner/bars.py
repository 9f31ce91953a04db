"""What has to hold of learning, and whether it does."""

from collections.abc import Iterator, Sequence

from bench.owner.draws import Draws
from bench.owner.poison import HARMLESS, Poisoned
from bench.owner.promises import ALLOWED, TIMES, Promise, Way
from bench.owner.steps import RIPE, Step
from bench.report import Bar

_HALF = 0.5
_NEARLY_ALWAYS = 0.9


def bars(
    steps: Sequence[Step],
    draws: Draws,
    promises: Sequence[Promise],
    poisoned: Sequence[Poisoned],
) -> list[Bar]:
    """Hold everything that was measured against the bars."""
    return [*_errors(steps), _few(draws), *_promises(promises), *_poison(poisoned)]


def _errors(steps: Sequence[Step]) -> Iterator[Bar]:
    base = steps[0].measured.automatic
    ripe = next(one for one in steps if one.decisions == RIPE)
    served = ripe.measured.automatic
    yield Bar(
        f"After {RIPE:,} decisions at most half as many automatic verdicts are wrong as the base's, "
        "and no fewer comments are decided",
        f"{served.of_verdicts:.1%} wrong of {served.share:.0%} decided; "
        f"the base {base.of_verdicts:.1%} of {base.share:.0%}",
        served.of_verdicts <= _HALF * base.of_verdicts and served.share >= base.share,
    )
    yield Bar(
        "The same, where both decide as many comments as the base does, each with its best thresholds",
        f"{ripe.as_many.of_verdicts:.1%} wrong; the base {steps[0].as_many.of_verdicts:.1%}",
        ripe.as_many.errors <= _HALF * steps[0].as_many.errors,
    )


def _few(draws: Draws) -> Bar:
    return Bar(
        f"With {draws.decisions} decisions what serves tells bad from good better than the base, "
        "in nine of ten draws",
        f"{draws.better} of {len(draws.learnt)}",
        draws.better >= _NEARLY_ALWAYS * len(draws.learnt),
    )


def _promises(promises: Sequence[Promise]) -> Iterator[Bar]:
    for way, how in ((Way.SPLIT, "checked on the rest"), (Way.WORLD, "checked on all")):
        of_this_way = [one for one in promises if one.way is way]
        for what, broken in (
            ("good comments rejected", [one.good_broken for one in of_this_way]),
            ("bad comments published", [one.bad_broken for one in of_this_way]),
        ):
            yield Bar(
                f"The budget of {what} is exceeded at most {ALLOWED:.0%} of {TIMES} times, {how}",
                f"{max(broken):.1%} on the size where it is worst",
                max(broken) <= ALLOWED,
            )


def _poison(poisoned: Sequence[Poisoned]) -> Iterator[Bar]:
    unspoilt, *spoilt = poisoned
    for one in spoilt:
        moved = one.measured.f1 - unspoilt.measured.f1
        yield Bar(
            f"Refused, or F1 falls by less than a point: {one.what}",
            "refused" if one.learnt.refusal else f"{100 * moved:+.1f} points",
            one.learnt.refusal is not None or -moved < HARMLESS,
        )
