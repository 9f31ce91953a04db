"""The figures that the gate compares, beside what others say of them, and their intervals."""

import numpy as np
import pytest
from sklearn import metrics

from moderation.classifier.evaluation import consequences
from moderation.classifier.fitting import measure
from moderation.classifier.gate import figures
from moderation.classifier.gate.figures import Said
from moderation.classifier.gate.intervals import estimates
from moderation.verdict import Action, Thresholds

THRESHOLDS = Thresholds(review_at=0.3, reject_at=0.7)
LOTS = np.random.default_rng(4)
# Rounded, so that some score the same.
BAD = LOTS.random(400) < 0.3
LOG_ODDS = np.round(LOTS.normal(size=400) + 1.5 * BAD - 0.8, 1)
WEIGHTS = LOTS.choice([0.5, 1.0, 3.0], 400)
SAID = Said.of(LOG_ODDS, THRESHOLDS)
ONCE = WEIGHTS[np.newaxis]


def of(figure):
    return figure(SAID, BAD, ONCE)[0]


def test_figures_are_those_that_cards_tell():
    told = measure(LOG_ODDS, BAD, WEIGHTS)
    caused = consequences(THRESHOLDS, LOG_ODDS, BAD, WEIGHTS)

    assert of(figures.auc) == pytest.approx(told.auc)
    assert of(figures.log_loss) == pytest.approx(told.log_loss)
    assert of(figures.good_rejected) == pytest.approx(caused.good_rejected)
    assert of(figures.bad_published) == pytest.approx(caused.bad_approved)


def test_what_becomes_of_comments_is_right_where_people_decide():
    # What waits for a person ends as the moderator decided.
    ends = np.where(SAID.approved, False, np.where(SAID.rejected, True, BAD))

    assert of(figures.outcome_f1) == pytest.approx(metrics.f1_score(BAD, ends, sample_weight=WEIGHTS))
    told = consequences(THRESHOLDS, LOG_ODDS, BAD, WEIGHTS)
    bad = np.average(BAD, weights=WEIGHTS)
    assert of(figures.rightly_decided) == pytest.approx(
        bad * (1 - told.bad_reviewed - told.bad_approved)
        + (1 - bad) * (1 - told.good_rejected - told.good_reviewed)
    )


def test_comments_end_as_the_verdict_would_have_them():
    never = Said.of(np.array([-800.0, 0.0, 800.0]), Thresholds(review_at=0.0, reject_at=1.0))

    assert not never.approved.any()
    assert not never.rejected.any()
    for place, likely in enumerate(SAID.probabilities.tolist()):
        action = THRESHOLDS.action(likely)
        assert SAID.approved[place] == (action is Action.APPROVE)
        assert SAID.rejected[place] == (action is Action.REJECT)


def test_a_weight_counts_like_so_many_comments():
    whole = np.array([1, 2, 3, 1] * 100)
    repeated = np.repeat(np.arange(400), whole)
    again = Said.of(LOG_ODDS[repeated], THRESHOLDS)
    ones = np.ones((1, len(repeated)))

    for figure in (figures.auc, figures.outcome_f1, figures.log_loss, figures.rightly_decided):
        weighed = figure(SAID, BAD, whole[np.newaxis].astype(float))[0]
        assert weighed == pytest.approx(figure(again, BAD[repeated], ones)[0])


@pytest.mark.parametrize("bad", [True, False])
def test_where_one_kind_is_missing_there_is_no_figure_of_both(bad):
    only = np.full(400, bad)

    assert np.isnan(figures.auc(SAID, only, ONCE)[0])
    assert np.isnan((figures.good_rejected if bad else figures.bad_published)(SAID, only, ONCE)[0])


def mean_of(before, after):
    def both(weights):
        wholes = weights.sum(axis=1)
        return weights @ before / wholes, weights @ after / wholes

    return both


class TestIntervals:
    def test_an_interval_is_as_wide_as_theory_has_it(self):
        noise = LOTS.normal(size=900)
        (found,) = estimates([mean_of(np.zeros(900), noise)], np.ones(900))

        assert found.candidate == pytest.approx(noise.mean())
        expected = 1.96 * noise.std() / 30
        assert found.high - found.candidate == pytest.approx(expected, rel=0.15)
        assert found.candidate - found.low == pytest.approx(expected, rel=0.15)

    def test_what_moves_both_models_alike_moves_no_difference(self):
        hard = LOTS.normal(size=300) * 100
        (found,) = estimates([mean_of(hard, hard + 1)], np.ones(300))

        assert (found.low, found.high) == pytest.approx((1, 1))

    def test_the_lots_are_the_same_each_time_and_for_every_figure(self):
        noise = LOTS.normal(size=50)
        both = mean_of(np.zeros(50), noise)

        first, second = estimates([both, both], np.ones(50))
        assert first == second == estimates([both], np.ones(50))[0]

    def test_many_comments_are_drawn_in_parts(self, monkeypatch):
        noise = LOTS.normal(size=200)
        weights = np.ones(200)
        at_once = estimates([mean_of(np.zeros(200), noise)], weights)[0]
        monkeypatch.setattr("moderation.classifier.gate.intervals._AT_ONCE", 7 * 200)
        in_parts = estimates([mean_of(np.zeros(200), noise)], weights)[0]

        assert in_parts == pytest.approx(at_once)

    def test_of_nothing_there_is_no_estimate(self):
        nothing = np.array([])

        assert estimates([mean_of(nothing, nothing)], nothing) == [None]

    def test_a_draw_without_one_kind_is_passed_over(self):
        # One bad comment of five: every third draw misses it.
        bad = np.array([True, False, False, False, False])
        said = Said.of(np.array([1.0, 0.0, 0.5, 2.0, -1.0]), THRESHOLDS)

        def both(weights):
            found = figures.auc(said, bad, weights)
            return found, found

        (found,) = estimates([both], np.ones(5))
        assert (found.serving, found.low, found.high) == (0.75, 0, 0)
