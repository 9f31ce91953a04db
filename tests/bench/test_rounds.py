"""Rounds: turns, rates and ratios."""

import pytest

from bench.contestants import BASE, OURS, by_name
from bench.rounds import Race, Times, spread


def test_a_ratio_compares_within_each_round():
    """A round in which all were slow changes no ratio."""
    race = Race({OURS: Times(warm=[200.0, 20.0, 240.0]), BASE: Times(warm=[10.0, 1.0, 10.0])}, {})

    assert race.ratio(OURS, BASE, "warm") == pytest.approx(20)


@pytest.mark.parametrize(("name", "kind"), [(OURS, "batch"), ("better-profanity", "warm")])
def test_what_was_not_measured_has_no_ratio(name, kind):
    race = Race({OURS: Times(warm=[2.0]), BASE: Times(warm=[1.0], batch=[1.0])}, {})

    assert race.ratio(name, BASE, kind) is None


def test_a_rate_is_comments_a_second():
    race = Race({}, {})
    race.of(by_name(OURS)).add("cold", [1_000_000, 3_000_000])

    times = race.times[OURS]
    assert times.cold == [pytest.approx(500)]
    assert times.microseconds(50, cold=True) == pytest.approx(2_000)


def test_spread_is_the_range_against_the_median():
    assert spread([8.0, 10.0, 13.0]) == pytest.approx(0.5)
