"""Measures of quality, on cases that can be done by hand."""

import numpy as np
import pytest

from bench.metrics import (
    auc,
    auc_interval,
    average_precision,
    calibration_error,
    decidable,
    decided,
)


def scores(*values: float) -> np.ndarray:
    return np.array(values, np.float64)


def flags(*values: int) -> np.ndarray:
    return np.array(values, np.bool_)


@pytest.mark.parametrize(
    ("said", "bad", "expected"),
    [
        ((0.1, 0.2, 0.8, 0.9), (0, 0, 1, 1), 1.0),
        ((0.9, 0.8, 0.2, 0.1), (0, 0, 1, 1), 0.0),
        ((0.1, 0.8, 0.2, 0.9), (0, 0, 1, 1), 0.75),
        ((0.5, 0.5, 0.5, 0.5), (0, 0, 1, 1), 0.5),
        # A filter that only says yes or no: one of two bad found, one of two good accused.
        ((0.0, 1.0, 0.0, 1.0), (0, 0, 1, 1), 0.5),
        ((0.0, 0.0, 0.0, 1.0), (0, 0, 1, 1), 0.75),
    ],
)
def test_auc_is_how_often_a_bad_text_scores_above_a_good_one(said, bad, expected):
    assert auc(scores(*said), flags(*bad)) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("said", "bad", "expected"),
    [
        ((0.9, 0.8, 0.1), (1, 1, 0), 1.0),
        ((0.9, 0.8, 0.1), (0, 1, 0), 1 / 2),
        ((0.9, 0.8, 0.7, 0.6), (1, 0, 1, 0), (1 + 2 / 3) / 2),
        # All scores alike: precision is the share of the bad ones.
        ((0.5, 0.5, 0.5, 0.5), (1, 0, 0, 0), 1 / 4),
    ],
)
def test_average_precision_takes_equal_scores_together(said, bad, expected):
    assert average_precision(scores(*said), flags(*bad)) == pytest.approx(expected)


def test_both_measures_agree_with_scikit_learn():
    from sklearn import metrics

    lots = np.random.default_rng(5)
    said, bad = lots.integers(0, 30, 400) / 30, lots.random(400) < 0.2

    assert auc(said, bad) == pytest.approx(metrics.roc_auc_score(bad, said))
    assert average_precision(said, bad) == pytest.approx(metrics.average_precision_score(bad, said))


def test_the_interval_holds_the_auc_and_narrows_with_more_texts():
    lots = np.random.default_rng(5)

    def measured(size: int) -> tuple[float, float, float]:
        bad = lots.random(size) < 0.5
        said = np.clip(lots.normal(0.4 + 0.2 * bad, 0.2), 0, 1)
        low, high = auc_interval(said, bad, resamples=200)
        return low, auc(said, bad), high

    few, many = measured(60), measured(2_000)

    assert few[0] < few[1] < few[2]
    assert many[0] < many[1] < many[2]
    assert many[2] - many[0] < (few[2] - few[0]) / 2


@pytest.mark.parametrize(
    ("said", "bad", "expected"),
    [
        # Said what was so.
        ((0.0, 0.0, 1.0, 1.0), (0, 0, 1, 1), 0.0),
        ((0.5, 0.5), (0, 1), 0.0),
        # Said the opposite.
        ((0.0, 1.0), (1, 0), 1.0),
        # One bin: 0.9 said, half of them bad.
        ((0.9, 0.9), (0, 1), 0.4),
        # Two bins of two, off by 0.2 and by 0.3.
        ((0.2, 0.2, 0.8, 0.8), (0, 0, 1, 0), (0.2 + 0.3) / 2),
        # The errors of one bin make up for one another.
        ((0.41, 0.45), (0, 1), abs(0.41 + 0.45 - 1) / 2),
    ],
)
def test_the_calibration_error_is_the_distance_between_said_and_so(said, bad, expected):
    assert calibration_error(scores(*said), flags(*bad)) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("said", "bad", "error", "expected"),
    [
        # Apart: everything can be decided.
        ((0.1, 0.2, 0.8, 0.9), (0, 0, 1, 1), 0.01, 1.0),
        # A bad one among the good, without any error allowed: below it, and above the last good one.
        ((0.1, 0.2, 0.3, 0.4, 0.5), (0, 1, 0, 0, 1), 0.0, 2 / 5),
        # The same, with one error of two and of three allowed.
        ((0.1, 0.2, 0.3, 0.4, 0.5), (0, 1, 0, 0, 1), 0.5, 1.0),
        # All alike: nothing can be told apart.
        ((0.5, 0.5, 0.5), (0, 1, 1), 0.01, 0.0),
        # Yes or no, and “yes” never wrong: those can be rejected, the rest cannot be approved.
        ((0.0, 0.0, 0.0, 1.0), (0, 0, 1, 1), 0.01, 1 / 4),
        # The wrong way round.
        ((0.9, 0.1), (0, 1), 0.01, 0.0),
    ],
)
def test_the_decidable_share_keeps_both_errors_small(said, bad, error, expected):
    assert decidable(scores(*said), flags(*bad), error=error) == pytest.approx(expected)


def test_the_decidable_share_never_counts_one_error_too_many():
    """Of 200 good ones two may be lost, and not three."""
    said = scores(*np.linspace(0.0, 0.5, 197), 0.7, 0.8, 0.9, 0.65, 0.65, *[0.75] * 98)
    bad = flags(*[0] * 200, *[1] * 100)

    # Approved below 0.65, as of 100 bad ones only one may pass; rejected from 0.75 on, not from 0.7.
    assert decidable(said, bad) == pytest.approx((197 + 2 + 98) / 300)


def test_what_was_decided_is_counted_by_kind():
    actions = np.array(["approve", "review", "reject", "approve", "reject"])

    found = decided(actions, flags(0, 0, 0, 1, 1))

    assert found == pytest.approx((4 / 5, 1 / 3, 1 / 2))
