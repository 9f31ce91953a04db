"""Promises that hold: populations of which the truth is known, and the two tests by themselves."""

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import betaincinv

from moderation.classifier.guarantee import by_betting, by_counting, capital, fewest, reachable
from moderation.classifier.thresholds import SHARES, Budgets, choose

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]

DRAWS = 300
CONFIDENCE = 0.95
# Three standard deviations more than the share that may be broken.
MOST_BROKEN = DRAWS * (1 - CONFIDENCE) + 3 * math.sqrt(DRAWS * CONFIDENCE * (1 - CONFIDENCE))
BUDGETS = Budgets(good_lost=0.02, bad_published=0.1)


def alike(probabilities: Numbers, lots: np.random.Generator) -> Numbers:
    return np.ones(len(probabilities))


def copied(probabilities: Numbers, lots: np.random.Generator) -> Numbers:
    return lots.choice([0.25, 0.5, 1.0], len(probabilities))


def audited(probabilities: Numbers, lots: np.random.Generator) -> Numbers:
    """What was decided without a person is seen in one of 20 cases, and stands for 20."""
    return np.where((probabilities < 0.8) | (probabilities > 0.95), 20.0, 1.0)


def population(
    lots: np.random.Generator, number: int, weigh: Callable[..., Numbers]
) -> tuple[Numbers, Flags, Numbers]:
    """Comments whose probabilities are spread evenly in both kinds, so that the truth is known.

    Of good comments, 1 - t are rejected from t on; of bad ones, t are published below it. What stands
    for many is drawn as much less often.
    """
    many = 6 * number if weigh is audited else number
    probabilities, rejected = lots.random(many), lots.random(many) < 0.3
    weights = weigh(probabilities, lots)
    seen = lots.random(many) * weights < 1 if weigh is audited else np.full(many, fill_value=True)
    return probabilities[seen][:number], rejected[seen][:number], weights[seen][:number]


def broken(weigh: Callable[..., Numbers], method: Callable[..., object] = choose) -> tuple[int, int]:
    """Count the draws in which more good comments are lost, or bad ones published, than promised."""
    lots = np.random.default_rng(11)
    lost = published = 0
    for _ in range(DRAWS):
        found = method(*population(lots, 2_000, weigh), BUDGETS)
        lost += 1 - found.reject_at > BUDGETS.good_lost
        published += found.review_at > BUDGETS.bad_published
    return lost, published


def estimated(probabilities: Numbers, rejected: Flags, weights: Numbers, budgets: Budgets) -> object:
    """What was done before: allow for one more mistake than was seen."""

    class Estimate:
        reject_at = float(np.quantile(probabilities[~rejected], 1 - budgets.good_lost))
        review_at = float(np.quantile(probabilities[rejected], budgets.bad_published))

    return Estimate


def unweighted(probabilities: Numbers, rejected: Flags, weights: Numbers, budgets: Budgets) -> object:
    return choose(probabilities, rejected, np.ones(len(weights)), budgets)


class TestPromises:
    @pytest.mark.parametrize("weigh", [alike, copied, audited])
    def test_no_more_of_them_are_broken_than_was_said(self, weigh: Callable[..., Numbers]) -> None:
        lost, published = broken(weigh)

        assert lost <= MOST_BROKEN
        assert published <= MOST_BROKEN

    def test_an_estimate_breaks_many(self) -> None:
        """So the test above can fail."""
        lost, published = broken(alike, estimated)

        assert min(lost, published) > 2 * MOST_BROKEN

    def test_who_forgets_what_audited_comments_stand_for_breaks_nearly_all(self) -> None:
        _, published = broken(audited, unweighted)

        assert published > DRAWS / 2

    def test_they_are_not_kept_by_deciding_nothing(self) -> None:
        for weigh in (alike, copied, audited):
            found = choose(*population(np.random.default_rng(2), 2_000, weigh), BUDGETS)
            # Exactly as many as allowed would be 0.1 and 0.98.
            assert found.review_at > 0.02
            assert found.reject_at < 1


@pytest.mark.parametrize("values", [1, 20, 598, 5_000, 20_000])
@pytest.mark.parametrize("share", [0.001, 0.005, 0.2, 0.3, 0.9])
@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.999])
def test_counting_agrees_with_clopper_and_pearson(values: int, share: float, confidence: float) -> None:
    reached = np.arange(values)
    bound = betaincinv(reached + 1, values - reached, confidence)

    kept = by_counting(values, share=share, confidence=confidence)

    assert kept.tolist() == [*(bound <= share).tolist(), False]


@pytest.mark.parametrize("values", [300, 2_000, 20_000])
@pytest.mark.parametrize("share", [0.02, 0.2])
def test_betting_allows_little_less_than_counting_where_all_weigh_alike(
    values: int, share: float
) -> None:
    counted = by_counting(values, share=share, confidence=0.95).sum()
    bet = by_betting(np.ones(values), share=share, confidence=0.95, heaviest=1.0).sum()

    # At most two standard deviations of what is expected.
    assert counted - 2 * math.sqrt(values * share) < bet <= counted


@pytest.mark.parametrize(
    ("light", "heavy"),
    [
        # Weight and chance of being reached go together or not; 0.1 of the weight is reached.
        (0.1, 0.1),
        (0.4, 0.0),
        (0.0, 2 / 15),
    ],
)
def test_betting_gains_nothing_on_average_where_the_share_is_just_exceeded(
    light: float, heavy: float
) -> None:
    """All that five values can be: each weighs 1 or 3, equally often, and is reached or not."""
    kinds = [(1.0, True, light / 2), (1.0, False, (1 - light) / 2)]
    kinds += [(3.0, True, heavy / 2), (3.0, False, (1 - heavy) / 2)]
    expected = 0.0
    for values in itertools.product(kinds, repeat=5):
        # Those that are reached come first.
        weights = np.array([weight for weight, _, _ in sorted(values, key=lambda one: not one[1])])
        grown = capital(weights, share=0.1, stakes=np.array([0.2, 0.6, 1.0]), heaviest=3.0)
        reached = sum(is_reached for _, is_reached, _ in values)
        expected += math.exp(grown[reached]) * math.prod(chance for _, _, chance in values)

    assert expected == pytest.approx(1.0)


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.99])
def test_so_many_are_needed_and_not_one_fewer(share: float, confidence: float) -> None:
    needed = fewest(share=share, confidence=confidence)

    for missing, allowed in ((0, 0), (1, None)):
        weights = np.ones(needed - missing)
        # Of weights that differ by nothing that counts, too.
        nearly = np.append(weights[1:], 1 - 1e-9)
        for some in (weights, nearly):
            found = reachable(some, share=share, confidence=confidence, heaviest=1.0)
            assert found == allowed


@pytest.mark.parametrize("weigh", [alike, copied, audited])
class TestCaution:
    def reached(self, weigh: Callable[..., Numbers], **changed: float) -> int:
        probabilities, _, weights = population(np.random.default_rng(3), 3_000, weigh)
        ordered = weights[np.argsort(-probabilities)]
        asked = {"share": 0.05, "confidence": 0.95, "heaviest": float(weights.max())} | changed
        return reachable(ordered, **asked) or 0

    def test_a_larger_share_reaches_further(self, weigh: Callable[..., Numbers]) -> None:
        found = [self.reached(weigh, share=share) for share in (0.0, *SHARES, 1.0)]

        assert found == sorted(found)
        assert (found[0], found[-1]) == (0, 3_000)
        assert len(set(found)) > 6

    def test_more_confidence_reaches_less_far(self, weigh: Callable[..., Numbers]) -> None:
        found = [self.reached(weigh, confidence=sure) for sure in (0.5, 0.8, 0.95, 0.99, 0.999)]

        assert found == sorted(found, reverse=True)
        assert len(set(found)) == 5

    def test_a_kept_share_is_kept_at_every_step_before(self, weigh: Callable[..., Numbers]) -> None:
        _, _, weights = population(np.random.default_rng(3), 3_000, weigh)

        for kept in (
            by_counting(3_000, share=0.05, confidence=0.95),
            by_betting(weights, share=0.05, confidence=0.95, heaviest=20.0),
        ):
            assert np.array_equal(kept, np.sort(kept)[::-1])


def test_what_could_have_been_heavier_reaches_less_far() -> None:
    weights = np.random.default_rng(4).choice([0.5, 1.0], 3_000)

    def reached(heaviest: float) -> int | None:
        return reachable(weights, share=0.05, confidence=0.95, heaviest=heaviest)

    assert (reached(1.0) or 0) > (reached(20.0) or 0) > 0
    assert reached(200.0) is None


def test_light_comments_alone_are_no_ground_where_heavy_ones_were_drawn() -> None:
    """Of the bad comments, none was audited; the one that was is good, and stands for fifty."""
    probabilities = np.append(np.full(100, 0.9), 0.1)
    rejected = probabilities > 0.5
    weights = np.where(rejected, 1.0, 50.0)

    assert choose(probabilities, rejected, np.ones(101), BUDGETS).review_at > 0
    assert choose(probabilities, rejected, weights, BUDGETS).review_at == 0


def test_only_proportions_of_weights_matter() -> None:
    weights = np.random.default_rng(4).choice([0.5, 1.0], 3_000)

    assert reachable(weights, share=0.05, confidence=0.95, heaviest=1.0) == reachable(
        weights * 8, share=0.05, confidence=0.95, heaviest=8.0
    )


@pytest.mark.parametrize("weigh", [alike, copied, audited])
def test_the_same_comments_give_the_same_thresholds_in_whatever_order(
    weigh: Callable[..., Numbers],
) -> None:
    lots = np.random.default_rng(5)
    probabilities, rejected, weights = population(lots, 2_000, weigh)
    # Many have the same probability and not the same weight.
    probabilities = probabilities.round(2)
    other = lots.permutation(2_000)

    assert choose(probabilities, rejected, weights, BUDGETS) == choose(
        probabilities[other], rejected[other], weights[other], BUDGETS
    )


def test_nothing_is_promised_of_no_comments() -> None:
    assert reachable(np.empty(0), share=0.5, confidence=0.5, heaviest=1.0) is None
