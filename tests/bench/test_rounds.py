"""Rounds: turns, rates and ratios."""

import pytest

from bench.contestants import BASE, OURS, Contestant, Setting, by_name
from bench.rounds import Plan, Race, Times, race, spread


def test_a_ratio_compares_within_each_round():
    """A round in which all were slow changes no ratio."""
    found = Race({OURS: Times(warm=[200.0, 20.0, 240.0]), BASE: Times(warm=[10.0, 1.0, 10.0])}, {})

    assert found.ratio(OURS, BASE, "warm") == pytest.approx(20)


@pytest.mark.parametrize(("name", "kind"), [(OURS, "batch"), ("better-profanity", "warm")])
def test_what_was_not_measured_has_no_ratio(name, kind):
    found = Race({OURS: Times(warm=[2.0]), BASE: Times(warm=[1.0], batch=[1.0])}, {})

    assert found.ratio(name, BASE, kind) is None


def test_a_rate_is_comments_a_second():
    found = Race({}, {})
    found.of(by_name(OURS)).add("cold", [1_000_000, 3_000_000])

    times = found.times[OURS]
    assert times.cold == [pytest.approx(500)]
    assert times.microseconds(50, cold=True) == pytest.approx(2_000)


def test_spread_is_the_range_against_the_median():
    assert spread([8.0, 10.0, 13.0]) == pytest.approx(0.5)


def test_all_take_their_turns_and_a_stranger_is_left_out():
    """A race of one round each: everybody's first sight, warm and batch times, in real processes."""
    stranger = Contestant("nobody", "not among the contestants", by_name(OURS).start)
    plan = Plan(cold_rounds=2, cold_seconds=60, warm_rounds=1, warm_seconds=0, batch_rounds=1)

    found = race([stranger, by_name(OURS)], ["Thank you.", "Good."], Setting(), plan, lambda *_: None)

    assert list(found.absent) == ["nobody"]
    assert list(found.times) == [OURS]
    times = found.times[OURS]
    assert (len(times.cold), len(times.cold_each), len(times.warm), len(times.batch)) == (2, 4, 1, 1)
