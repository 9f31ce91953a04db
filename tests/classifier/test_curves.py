"""What is drawn of a model is what a recount by hand finds."""

import msgspec
import numpy as np
import pytest

from moderation.classifier.card import render
from moderation.classifier.curves import curves, identities
from moderation.classifier.storage import describe, load, read_card
from moderation.classifier.thresholds import Kept
from moderation.classifier.training import Trained
from tests.classifier.making import card_for, made_by_hand
from tests.conftest import SHIPPED_MODELS

LIKELY = np.array([0.95, 0.9, 0.9, 0.4, 0.35, 0.05, 0.0, 1.0])
BAD = np.array([True, True, False, True, False, False, False, True])


@pytest.fixture(scope="module")
def drawn():
    lots = np.random.default_rng(5)
    likely = lots.random(900).round(2)
    bad = lots.random(900) < likely
    return likely, bad, curves(likely, bad)


def test_each_point_is_what_rejecting_from_its_threshold_on_does(drawn):
    likely, bad, found = drawn

    for point in found.precision_recall:
        taken = likely >= point.threshold
        assert point.precision == pytest.approx(bad[taken].mean(), abs=1e-4)
        assert point.recall == pytest.approx(bad[taken].sum() / bad.sum(), abs=1e-4)


def test_points_go_from_few_bad_ones_found_to_all(drawn):
    _, _, found = drawn
    recalls = [point.recall for point in found.precision_recall]

    assert recalls == sorted(recalls)
    assert recalls[-1] == 1
    assert 10 < len(recalls) <= 40


def test_texts_of_one_probability_are_taken_together():
    thresholds = [point.threshold for point in curves(LIKELY, BAD).precision_recall]

    assert thresholds == [1.0, 0.95, 0.9, 0.4]


def test_calibration_compares_what_was_said_with_what_is_so():
    found = [(one.texts, one.said, one.found) for one in curves(LIKELY, BAD).calibration]

    assert found == [(2, 0.025, 0.0), (1, 0.35, 0.0), (1, 0.4, 1.0), (4, 0.9375, 0.75)]


def test_weights_count():
    weights = np.where(BAD, 3.0, 1.0)

    assert curves(LIKELY, BAD, weights).calibration[-1].found == 0.9


@pytest.mark.parametrize("bad", [True, False])
def test_a_test_of_one_kind_can_be_drawn(bad):
    found = curves(LIKELY, np.full(len(LIKELY), bad))

    assert [point.precision for point in found.precision_recall] == [1.0] * len(found.precision_recall)
    assert bool(found.precision_recall) is bad


def test_people_are_listed_with_the_most_blamed_first():
    found = identities(made_by_hand("by-hand"))

    assert len(found) > 50
    assert [one.mean for one in found] == sorted((one.mean for one in found), reverse=True)


def test_the_card_of_the_shipped_model_holds_what_is_drawn():
    folder = max(SHIPPED_MODELS.glob("base-*"))
    card = read_card(folder)

    assert all(test.curves for test in card.tests)
    found = {one.people: one.mean for one in identities(load(folder))}
    assert {one.people: one.mean for one in card.identities} == pytest.approx(found, abs=1e-3)


def test_training_puts_them_on_the_card(trained: Trained):
    assert all(test.curves for test in trained.card.tests)
    assert trained.card.identities
    assert "How honest its probabilities are" in render(trained.card)


class TestDescribing:
    def test_the_card_says_more_and_the_model_stays(self, make):
        folder = make("site-1")
        before = (folder / "model.joblib").read_bytes()
        found = identities(load(folder))
        describe(folder, msgspec.structs.replace(read_card(folder), identities=found))

        assert read_card(folder).identities == found
        assert "civil sentences about people" in (folder / "card.md").read_text()
        assert (folder / "model.joblib").read_bytes() == before
        assert sorted(path.name for path in folder.iterdir()) == ["card.json", "card.md", "model.joblib"]

    def test_the_card_of_another_model_is_refused(self, make):
        folder = make("site-1")

        with pytest.raises(ValueError, match="other"):
            describe(folder, card_for(made_by_hand("other")))

    def test_a_card_of_before_can_be_read(self, make):
        """It has neither curves nor people, and no confidence: so it promises nothing."""
        folder = make("site-1")
        path = folder / "card.json"
        facts = msgspec.json.decode(path.read_bytes())
        del facts["identities"], facts["budgets"]["confidence"]
        path.write_bytes(msgspec.json.encode(facts))
        card = read_card(folder)

        assert card.identities == ()
        assert card.budgets == Kept(good_lost=0.005, bad_published=0.2, confidence=None)
        assert "none of them is a promise" in render(card)

    def test_a_card_keeps_the_confidence(self, make):
        card = read_card(make("site-1"))

        assert card.budgets.confidence == 0.95
        assert "none of them is a promise" not in render(card)
