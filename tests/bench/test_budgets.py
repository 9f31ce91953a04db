"""The populations from which promises are drawn are what they are said to be."""

import sys

import numpy as np
import pytest

from bench import budgets
from bench.budgets import METHODS, PATTERNS, main, repeated


@pytest.mark.parametrize("pattern", PATTERNS)
def test_held_out_comments_stand_for_those_to_come(pattern):
    """Weighted, as many of them lie on each side as of the population that thresholds are judged by."""
    drawn = PATTERNS[pattern](np.random.default_rng(1), 20_000)

    assert len(drawn.log_odds) == len(drawn.rejected) == len(drawn.weights) == 20_000
    for kind, of_kind in ((budgets.GOOD, ~drawn.rejected), (budgets.BAD, drawn.rejected)):
        for at in (-2.0, 0.0, 2.0):
            found = np.average(drawn.log_odds[of_kind] < at, weights=drawn.weights[of_kind])
            assert found == pytest.approx(kind.cdf(at), abs=0.03)


def test_each_method_chooses_on_the_same_draws():
    tallies = repeated("alike", 300, budgets.BUDGETS[0], 40)

    assert list(tallies) == list(METHODS)
    assert tallies["estimate of before"].published > 8 > tallies["the service's"].published
    assert 0.5 < tallies["the service's"].decided / 40 < 1


def test_promises_that_are_broken_end_with_an_error(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["budgets", "--draws", "20"])
    monkeypatch.setattr(budgets, "SIZES", (300,))
    main()
    monkeypatch.setitem(METHODS, "the service's", lambda weights, share, heaviest: len(weights) // 10)

    with pytest.raises(SystemExit, match="broken too often: alike, 300"):
        main()

    assert "| alike, 300, 0.5% and 20% |" in capsys.readouterr().out
