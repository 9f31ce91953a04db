"""From error budgets to thresholds."""

import numpy as np
import pytest

from moderation.classifier.thresholds import NO_TRADES, SHARES, Budgets, Trades, choose, in_words, trades
from moderation.verdict import Accepted, Action, Thresholds


def chosen(good: list[float], bad: list[float], budgets: Budgets) -> Thresholds:
    probabilities = np.array([*good, *bad])
    rejected = np.array([False] * len(good) + [True] * len(bad))
    return choose(probabilities, rejected, np.ones(len(probabilities)), budgets)


@pytest.mark.parametrize(
    ("confidence", "lost", "published"), [(0.95, 4, 39), (0.5, 9, 49), (0.99, 2, 35)]
)
def test_the_surer_a_promise_the_fewer_mistakes_it_may_rest_on(
    confidence: float, lost: int, published: int
) -> None:
    good = [number / 1000 for number in range(999)]
    bad = [1 - number / 200 for number in range(199)]
    budgets = Budgets(good_lost=0.01, bad_published=0.25, confidence=confidence)

    thresholds = chosen(good, bad, budgets)

    # Clopper and Pearson's bound for 4 of 999 is 0.0091, for 5 it is 0.0105.
    assert sum(value >= thresholds.reject_at for value in good) == lost
    assert sum(value < thresholds.review_at for value in bad) == published


def test_few_comments_promise_nothing() -> None:
    """With ten comments of a kind nobody can promise one mistake in a thousand."""
    thresholds = chosen([0.1] * 10, [0.9] * 10, Budgets(good_lost=0.001, bad_published=0.001))

    assert thresholds == Thresholds(review_at=0.0, reject_at=1.0)
    assert in_words(thresholds, Budgets()) == (
        "Nothing is approved without a person: to promise with 95% confidence that at most 20% of the"
        " bad comments are published, it takes at least 14 decided bad comments that it did not learn"
        " from, and more where some of them stand for many."
        " Nothing is rejected without a person: to promise with 95% confidence that at most 0.5% of the"
        " good comments are rejected, it takes at least 598 decided good comments that it did not learn"
        " from, and more where some of them stand for many."
        " A person decides on the rest."
    )


def test_so_many_as_the_words_say_are_enough() -> None:
    assert chosen([0.1] * 598, [0.9] * 14, Budgets()) != Thresholds(review_at=0, reject_at=1)
    assert chosen([0.1] * 597, [0.9] * 13, Budgets()) == Thresholds(review_at=0, reject_at=1)


def test_one_class_alone_promises_nothing_of_the_other() -> None:
    assert chosen([0.1] * 400, [], Budgets()).review_at == 0.0
    assert chosen([], [0.9] * 400, Budgets()).reject_at == 1.0


def test_classes_far_apart_do_not_cross_the_thresholds() -> None:
    thresholds = chosen([0.1] * 600, [0.9] * 600, Budgets())

    assert 0.1 < thresholds.review_at <= thresholds.reject_at <= 0.9


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_no_mistake_and_nothing_but_mistakes_cannot_be_promised(share: float) -> None:
    budgets = Budgets(good_lost=share, bad_published=share)
    thresholds = chosen([0.1] * 400, [0.9] * 400, budgets)

    assert thresholds.action(0.5) is Action.REVIEW
    assert "is no share that can be promised" in in_words(Thresholds(review_at=0, reject_at=1), budgets)


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
    words = in_words(Thresholds(review_at=0.1, reject_at=0.8), Budgets(good_lost=0.0025))

    assert words == (
        "Below 0.1000 a comment is approved: with 95% confidence, at most 20% of all bad comments lie"
        " there. From 0.8000 on it is rejected: with 95% confidence, at most 0.25% of all good comments"
        " lie there."
        " A person decides on the rest."
        " A promise is broken by at most one in 20 models made so, as long as comments stay like those"
        " it was measured on."
    )


@pytest.mark.parametrize(("confidence", "models"), [(0.9, "10"), (0.99, "100"), (0.999, "1,000")])
def test_words_say_how_many_promises_are_broken(confidence: float, models: str) -> None:
    words = in_words(Thresholds(review_at=0, reject_at=0.8), Budgets(confidence=confidence))

    assert f"with {100 * confidence:g}% confidence" in words
    assert f"by at most one in {models} models" in words


class TestTrades:
    AS_MADE = Thresholds(review_at=0.2, reject_at=0.9)
    OFFERS = Trades(
        good_lost=((0.001, 1.0), (0.01, 0.8), (0.1, 0.6)),
        bad_published=((0.01, 0.1), (0.1, 0.3), (0.2, 0.7)),
    )

    @pytest.mark.parametrize(
        ("good_lost", "bad_published", "review_at", "reject_at"),
        [
            (None, None, 0.2, 0.9),
            (0.01, None, 0.2, 0.8),
            # The largest that is listed and not above what is accepted.
            (0.09, None, 0.2, 0.8),
            (0.1, None, 0.2, 0.6),
            (1.0, None, 0.2, 0.6),
            (None, 0.15, 0.3, 0.9),
            (0.01, 0.01, 0.1, 0.8),
            # None that is listed is affordable.
            (0.0005, None, 0.2, 1.0),
            (None, 0.005, 0.0, 0.9),
            (0, 0, 0.0, 1.0),
            # They cross: what is between them goes to a person.
            (0.1, 0.2, 0.6, 0.7),
        ],
    )
    def test_a_budget_buys_the_best_that_does_not_exceed_it(
        self,
        good_lost: float | None,
        bad_published: float | None,
        review_at: float,
        reject_at: float,
    ) -> None:
        accepted = Accepted(good_lost=good_lost, bad_published=bad_published)

        bought = self.OFFERS.thresholds(accepted, self.AS_MADE)

        assert bought == Thresholds(review_at=review_at, reject_at=reject_at)

    @pytest.mark.parametrize("likelihood", [0.0, 0.5, 1.0])
    def test_who_accepts_no_mistake_decides_on_everything(self, likelihood: float) -> None:
        bought = self.OFFERS.thresholds(Accepted(good_lost=0, bad_published=0), self.AS_MADE)

        assert bought.action(likelihood) is Action.REVIEW

    def test_a_model_without_offers_leaves_other_budgets_to_a_person(self) -> None:
        bought = NO_TRADES.thresholds(Accepted(good_lost=0.5, bad_published=0.5), self.AS_MADE)

        assert bought == Thresholds(review_at=0, reject_at=1)

    def test_every_share_is_offered_at_what_it_would_cost_as_the_models_own_budget(self) -> None:
        lots = np.random.default_rng(5)
        found = np.concatenate([lots.beta(1, 4, 3_000), lots.beta(4, 1, 3_000)])
        rejected = np.repeat([False, True], 3_000)
        weights = np.ones(6_000)

        offers = trades(found, rejected, weights, 0.8)

        assert [share for share, _ in offers.good_lost] == list(SHARES)
        for share in SHARES:
            budgets = Budgets(good_lost=share, bad_published=share, confidence=0.8)
            bought = offers.thresholds(Accepted(good_lost=share, bad_published=share), self.AS_MADE)
            assert bought == choose(found, rejected, weights, budgets)
        lost = [(found[~rejected] >= at).mean() for _, at in offers.good_lost]
        published = [(found[rejected] < at).mean() for _, at in offers.bad_published]
        assert all(share >= real for share, real in zip(SHARES, lost, strict=True))
        assert all(share >= real for share, real in zip(SHARES, published, strict=True))
