"""Lay charts out: turn numbers into places, in percent of the plot's width and height.

Templates draw them as SVG and say what they show. Knows nothing of comments, words or colours.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import ceil, floor, log10

_WHOLE = 100.0
# About so many lines across a plot: enough to read a value, few enough to look through.
_TICKS = 4
# Of the room that each bar has, this much is the bar's.
_BAR = 0.8
_DIGITS = 3
# The lowest value of a plot of intervals is a multiple of this share.
_FLOOR_STEP = 0.1
# Shares are told in tenths of a percent.
_LEAST_STEP = 0.001
# What a quotient may miss a whole number by.
_ALMOST = 1e-9


@dataclass(frozen=True, slots=True)
class Tick:
    """A value on an axis, and where it is: from the left, or from the top."""

    value: float
    place: float


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a bar, by the number of its series, from its upper edge down."""

    series: int
    top: float
    height: float


@dataclass(frozen=True, slots=True)
class Bar:
    """All that is stacked at one place; those segments that are nothing are left out."""

    left: float
    width: float
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars side by side, and the axis beside them."""

    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]


@dataclass(frozen=True, slots=True)
class Dot:
    """A point of a plot."""

    left: float
    top: float


@dataclass(frozen=True, slots=True)
class Trend:
    """Lines of a share, and areas that it would usually lie in, each with its corners in order."""

    lines: tuple[tuple[Dot, ...], ...]
    areas: tuple[tuple[Dot, ...], ...]
    ticks: tuple[Tick, ...]


@dataclass(frozen=True, slots=True)
class Interval:
    """A value, and what it may as well be."""

    left: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Intervals:
    """Intervals below each other, None where nothing is known, and the axis below them."""

    rows: tuple[Interval | None, ...]
    ticks: tuple[Tick, ...]


def bars(stacks: Sequence[Sequence[int]]) -> Bars:
    """Stack the numbers of each bar, the first series at the bottom."""
    ticks = axis(max((sum(stack) for stack in stacks), default=0))
    top = ticks[-1].value
    room = _WHOLE / max(len(stacks), 1)
    return Bars(
        tuple(
            Bar(_rounded((place + (1 - _BAR) / 2) * room), _rounded(_BAR * room), _segments(stack, top))
            for place, stack in enumerate(stacks)
        ),
        ticks,
    )


def axis(largest: float) -> tuple[Tick, ...]:
    """Choose round numbers from 0 to the largest or just above it; they stand from bottom to top."""
    # Counts have no fractions.
    step = max(_round_step(largest / _TICKS), 1)
    number = max(ceil(largest / step), 1)
    return tuple(Tick(place * step, _from_top(place / number)) for place in range(number + 1))


def shares() -> tuple[Tick, ...]:
    """Return an axis from none to all."""
    return tuple(Tick(place / _TICKS, _from_top(place / _TICKS)) for place in range(_TICKS + 1))


def dots(points: Sequence[tuple[float, float]]) -> tuple[Dot, ...]:
    """Put points of a share to the right and a share upwards into the plot."""
    return tuple(Dot(_rounded(_WHOLE * right), _from_top(up)) for right, up in points)


def series(values: Sequence[float | None]) -> tuple[tuple[Dot, ...], ...]:
    """Put shares side by side, in the middle of the room that each has; None ends a line."""
    lines: list[list[Dot]] = [[]]
    for place, value in enumerate(values):
        if value is None:
            lines.append([])
        else:
            lines[-1].extend(dots([((place + 0.5) / len(values), value)]))
    return tuple(tuple(line) for line in lines if line)


def trend(values: Sequence[float | None], reaches: Sequence[tuple[float, float] | None]) -> Trend:
    """Put shares side by side with where each would usually lie, on an axis that ends above them all."""
    highest = max([*filter(None, values), *(high for _, high in filter(None, reaches))], default=0.0)
    ticks = _shares_up_to(highest)
    top = ticks[-1].value
    lows = series([reach and reach[0] / top for reach in reaches])
    highs = series([reach and reach[1] / top for reach in reaches])
    return Trend(
        series([None if value is None else value / top for value in values]),
        tuple((*high, *reversed(low)) for low, high in zip(lows, highs, strict=True)),
        ticks,
    )


def intervals(
    found: Sequence[tuple[float, float, float] | None], *, from_zero: bool = False
) -> Intervals:
    """Lay out (share, low, high); the axis ends at 1.

    It begins at a round share below the lowest, or with `from_zero` so that a half is in the middle.
    """
    lowest = 0.0 if from_zero else min((low for _, low, _ in filter(None, found)), default=0.0)
    # Ten steps, and one at least is left to see something in.
    start = min(floor(lowest / _FLOOR_STEP), round(1 / _FLOOR_STEP) - 1) * _FLOOR_STEP

    def place(share: float) -> float:
        return _rounded(_WHOLE * (share - start) / (1 - start))

    middle = (start + 1) / 2
    return Intervals(
        tuple(
            None if one is None else Interval(place(one[0]), place(one[1]), place(one[2]))
            for one in found
        ),
        tuple(Tick(_rounded(share), place(share)) for share in (start, middle, 1.0)),
    )


def _shares_up_to(largest: float) -> tuple[Tick, ...]:
    """Return an axis from none to a round share above the largest, of which it is a whole at most."""
    step = max(_round_step(largest / _TICKS), _LEAST_STEP)
    number = max(ceil(min(largest / step, 1 / step) - _ALMOST), 1)
    return tuple(Tick(place * step, _from_top(place / number)) for place in range(number + 1))


def _segments(stack: Sequence[int], top: float) -> tuple[Segment, ...]:
    return tuple(
        Segment(series, _from_top(end / top), _rounded(_WHOLE * number / top))
        for series, (number, end) in enumerate(zip(stack, accumulate(stack), strict=True))
        if number
    )


def _round_step(least: float) -> float:
    """Return 1, 2, 5, 10, 20 … : the first that is not below."""
    if least <= 0:
        return 1
    power = 10.0 ** floor(log10(least))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least * (1 - 1e-9))


def _from_top(share: float) -> float:
    return _rounded(_WHOLE * (1 - share))


def _rounded(place: float) -> float:
    return round(place, _DIGITS)
