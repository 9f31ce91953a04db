"""Numbers become places: nothing leaves the plot, and what is drawn is in proportion."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from moderation.web import charts

COUNTS = some.lists(some.lists(some.integers(0, 10**7), min_size=5, max_size=5), max_size=90)
SHARES = some.floats(0, 1)


@pytest.mark.parametrize(
    ("largest", "values"),
    [
        (0, [0, 1]),
        (1, [0, 1]),
        (3, [0, 1, 2, 3]),
        (4, [0, 1, 2, 3, 4]),
        (9, [0, 5, 10]),
        (40, [0, 10, 20, 30, 40]),
        (41, [0, 20, 40, 60]),
        (2_900, [0, 1_000, 2_000, 3_000]),
    ],
)
def test_an_axis_has_few_and_round_numbers(largest, values):
    ticks = charts.axis(largest)

    assert [tick.value for tick in ticks] == values
    assert (ticks[0].place, ticks[-1].place) == (100, 0)


@given(COUNTS)
def test_bars_stay_in_the_plot_and_in_proportion(stacks):
    found = charts.bars(stacks)

    top = found.ticks[-1].value
    for stack, bar in zip(stacks, found.bars, strict=True):
        assert 0 <= bar.left <= bar.left + bar.width <= 100.01
        assert [one.series for one in bar.segments] == [n for n, count in enumerate(stack) if count]
        assert sum(one.height for one in bar.segments) == pytest.approx(100 * sum(stack) / top, abs=0.01)
        assert all(-0.01 <= one.top <= 100 for one in bar.segments)


def test_the_first_series_stands_at_the_bottom():
    (bar,) = charts.bars([[1, 0, 3]]).bars

    assert [(one.series, one.top, one.height) for one in bar.segments] == [(0, 75, 25), (2, 0, 75)]


def test_a_day_without_a_share_ends_the_line():
    first, second = charts.series([1.0, None, 0.25, 0.5])

    assert [(dot.left, dot.top) for dot in first] == [(12.5, 0)]
    assert [(dot.left, dot.top) for dot in second] == [(62.5, 75), (87.5, 50)]
    assert charts.series([None, None]) == ()


@given(some.lists(some.none() | some.tuples(SHARES, SHARES, SHARES).map(sorted), max_size=5))
def test_intervals_stay_in_the_plot_and_in_order(found):
    laid = charts.intervals([one and (one[1], one[0], one[2]) for one in found])

    for row in filter(None, laid.rows):
        assert -0.01 <= row.low <= row.left <= row.high <= 100.01
    assert laid.ticks[-1].value == 1


@pytest.mark.parametrize(("low", "start"), [(0.92, 0.9), (0.999, 0.9), (0.55, 0.5), (0.03, 0)])
def test_an_axis_of_intervals_begins_at_a_round_share(low, start):
    assert charts.intervals([(0.999, low, 1.0)]).ticks[0].value == start
    assert charts.intervals([None]).ticks[0].value == 0


@given(
    some.lists(some.none() | some.tuples(SHARES, some.none() | some.tuples(SHARES, SHARES)), max_size=12)
)
def test_a_trend_stays_in_the_plot_below_a_round_share(weeks):
    values = [week and week[0] for week in weeks]
    reaches = [week and week[1] and tuple(sorted(week[1])) for week in weeks]
    found = charts.trend(values, reaches)

    highest = max([*filter(None, values), *(high for _, high in filter(None, reaches))], default=0)
    assert highest <= found.ticks[-1].value + 1e-9
    assert 2 <= len(found.ticks) <= 6
    for dot in [dot for shape in (*found.lines, *found.areas) for dot in shape]:
        assert 0 <= dot.left <= 100
        assert -0.001 <= dot.top <= 100
    assert sum(map(len, found.lines)) == sum(value is not None for value in values)
    assert sum(map(len, found.areas)) == 2 * sum(reach is not None for reach in reaches)


@pytest.mark.parametrize(
    ("largest", "top"), [(0, 1), (0.0004, 0.001), (0.03, 0.03), (0.21, 0.3), (0.62, 0.8), (1, 1)]
)
def test_an_axis_of_shares_ends_where_they_do(largest, top):
    assert charts.trend([largest], [None]).ticks[-1].value == pytest.approx(top)
