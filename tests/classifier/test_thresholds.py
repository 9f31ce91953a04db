"""From error budgets to thresholds."""

import numpy as np
import pytest

from moderation.classifier.thresholds import Budgets, choose, in_words
from moderation.verdict import Thresholds


def chosen(good: list[float], bad: list[float], budgets: Budgets) -> Thresholds:
    probabilities = np.array([*good, *bad])
    rejected = np.array([False] * len(good) + [True] * len(bad))
    return choose(probabilities, rejected, np.ones(len(probabilities)), budgets)


def test_the_budgets_are_kept_with_one_mistake_to_spare() -> None:
    good = [number / 1000 for number in range(999)]
    bad = [1 - number / 200 for number in range(199)]

    thresholds = chosen(good, bad, Budgets(good_lost=0.01, bad_published=0.25))

    # Ten in a thousand, one of which is kept for the one that was not seen.
    assert sum(value >= thresholds.reject_at for value in good) == 9
    assert sum(value < thresholds.review_at for value in bad) == 49


def test_few_comments_promise_nothing() -> None:
    """With ten comments of a kind nobody can promise one mistake in a thousand."""
    thresholds = chosen([0.1] * 10, [0.9] * 10, Budgets(good_lost=0.001, bad_published=0.001))

    assert thresholds == Thresholds(review_at=0.0, reject_at=1.0)
    assert "Nothing is approved without a person" in in_words(thresholds, Budgets())
    assert "Nothing is rejected without a person" in in_words(thresholds, Budgets())


def test_one_class_alone_promises_nothing_of_the_other() -> None:
    assert chosen([0.1] * 400, [], Budgets()).review_at == 0.0
    assert chosen([], [0.9] * 400, Budgets()).reject_at == 1.0


def test_classes_far_apart_do_not_cross_the_thresholds() -> None:
    thresholds = chosen([0.1] * 400, [0.9] * 400, Budgets())

    assert 0.1 < thresholds.review_at <= thresholds.reject_at <= 0.9


def test_everything_may_be_lost_if_the_operator_says_so() -> None:
    thresholds = chosen([0.1, 0.5], [0.6, 0.9], Budgets(good_lost=1.0, bad_published=1.0))

    assert thresholds == Thresholds(review_at=0.0, reject_at=1.0)


@pytest.mark.parametrize("heavy", [0, 1])
def test_a_heavy_comment_counts_as_the_many_it_stands_for(heavy: int) -> None:
    good = np.linspace(0, 0.9, 500)
    weights = np.ones(500)
    weights[-1] = 1 + 100 * heavy

    thresholds = choose(good, np.zeros(500, np.bool_), weights, Budgets(good_lost=0.05))

    assert (thresholds.reject_at > 0.9) == bool(heavy)


def test_words_say_what_the_thresholds_do() -> None:
    words = in_words(Thresholds(review_at=0.1, reject_at=0.8), Budgets())

    assert "Below 0.1000 a comment is approved" in words
    assert "From 0.8000 on it is rejected: at most 0.5% of the good comments" in words
