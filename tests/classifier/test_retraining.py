"""Learning from a site's decisions."""

import contextlib
import dataclasses
import random
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from moderation.chance import falls
from moderation.classifier.card import Tally
from moderation.classifier.decisions import read
from moderation.classifier.evaluation import evaluate_decisions
from moderation.classifier.examples import Example
from moderation.classifier.learning import learn
from moderation.classifier.model import Classifier
from moderation.classifier.retraining import (
    CandidateIsWorse,
    OneSidedDecisions,
    Retrained,
    TooFewDecisions,
    retrain,
)
from moderation.classifier.storage import BadModelName, load, save
from moderation.classifier.thresholds import Budgets
from moderation.classifier.training import Trained
from moderation.text import normalise
from moderation.verdict import Accepted, Action, sigmoid
from tests.classifier.making import NOW, decisions, sentence
from tests.journeys.test_learning import comments

LATER = NOW + timedelta(days=30)

pytestmark = pytest.mark.usefixtures("few_fixed_texts")


@pytest.fixture(scope="module")
def base(trained: Trained) -> Classifier:
    return trained.classifier


@pytest.fixture(scope="module")
def retrained(base: Classifier, few_fixed_texts: None) -> Retrained:
    return retrain(base, decisions(1500), name="site-1", now=LATER)


def test_a_site_teaches_its_own_words(base: Classifier, retrained: Retrained) -> None:
    """Nothing in the public texts is against compost; this site is."""
    compost = normalise("river compost garden morning")
    plain = normalise("river bread garden morning")

    def difference(classifier: Classifier) -> float:
        return classifier.score(compost).rejection - classifier.score(plain).rejection

    assert difference(retrained.classifier) > difference(base) + 2
    assert "\tcompost" in retrained.classifier.weights.vocabulary
    assert "\tcompost" not in base.weights.vocabulary


def test_attributes_keep_their_meaning(base: Classifier, retrained: Retrained) -> None:
    text = normalise("you filthy blockhead, river compost and casino")

    assert retrained.classifier.score(text).attributes == pytest.approx(base.score(text).attributes)


def test_what_the_site_never_decided_on_is_still_judged_by_the_base(retrained: Retrained) -> None:
    def rejection(text: str) -> float:
        return retrained.classifier.score(normalise(text)).rejection

    assert rejection("compost") > rejection("river")
    assert rejection("rotten blockhead vilest casino") > rejection("river garden window coffee")


def test_explanations_still_add_up(retrained: Retrained) -> None:
    text = normalise("river compost, you blockhead!")

    shares = sum(word.weight for word in retrained.classifier.explain(text))

    assert shares + retrained.classifier.intercept == pytest.approx(
        retrained.classifier.score(text).rejection
    )


def test_the_newest_decisions_are_held_out_and_both_models_measured_on_them(
    base: Classifier, retrained: Retrained
) -> None:
    newest = decisions(1500)[1200:]
    candidate, serving = (test.measures["rejection"] for test in retrained.card.tests)

    assert candidate == evaluate_decisions(retrained.classifier, newest)
    asked = evaluate_decisions(base, newest)
    # Asked another way, but for the last digits.
    assert serving == msgspec.structs.replace(asked, log_loss=pytest.approx(asked.log_loss))
    assert (candidate.rows, candidate.positives) == (300, 100)
    assert retrained.report.newest == Tally(positives=100, negatives=200)
    assert candidate.auc is not None
    assert serving.auc is not None
    assert candidate.auc > serving.auc
    assert retrained.report.is_better


def test_some_old_decisions_are_set_apart_for_good(base: Classifier, retrained: Retrained) -> None:
    """They are the same ones however many come after, so that no model ever learns from them."""
    more = retrain(base, decisions(1700), name="site-2", now=LATER)
    before, after = (sum(msgspec.structs.astuple(made.report.frozen)) for made in (retrained, more))

    assert 0 < before < after < 0.1 * 1700
    assert before + retrained.card.sources[0].rows == 1200


def test_decisions_of_one_kind_are_counted_and_not_measured(base: Classifier) -> None:
    approved = [example for example in decisions(30) if not example.rejected]

    measured = evaluate_decisions(base, approved)

    assert (measured.rows, measured.positives, measured.auc, measured.log_loss) == (20, 0, None, None)


def test_thresholds_keep_the_budgets_on_the_held_out_decisions(retrained: Retrained) -> None:
    newest = decisions(1500)[1200:]

    def share(action: Action, *, rejected: bool) -> float:
        actions = [
            retrained.classifier.thresholds.action(
                sigmoid(retrained.classifier.score(normalise(example.text)).rejection)
            )
            for example in newest
            if example.rejected is rejected
        ]
        return actions.count(action) / len(actions)

    assert share(Action.REJECT, rejected=False) <= Budgets().good_lost
    assert share(Action.APPROVE, rejected=True) <= Budgets().bad_published


def test_the_card_tells_of_the_decisions(retrained: Retrained) -> None:
    card = retrained.card

    assert card.base == "base-2026-01"
    learnt = card.labels["rejection"]
    assert card.sources[0].rows == learnt.positives + learnt.negatives == 1119
    assert card.period is not None
    assert (card.period.first, card.period.last) == (NOW, NOW + timedelta(minutes=1499))
    assert [test.name for test in card.tests] == [
        "newest decisions",
        "newest decisions, by base-2026-01",
    ]


def test_a_site_model_is_saved_and_loaded_like_any_other(retrained: Retrained, tmp_path: Path) -> None:
    save(tmp_path / "site-1", retrained.classifier, retrained.card)

    loaded = load(tmp_path / "site-1")

    text = normalise("river compost")
    assert loaded.score(text) == retrained.classifier.score(text)
    card = (tmp_path / "site-1" / "card.md").read_text()
    assert "on top of base-2026-01" in card
    assert "Decisions from 01 November 2026 to 02 November 2026." in card


def test_the_same_decisions_give_the_same_bytes_in_whatever_order(
    base: Classifier, retrained: Retrained, tmp_path: Path
) -> None:
    shuffled = decisions(1500)
    random.Random(5).shuffle(shuffled)
    again = retrain(base, shuffled, name="site-1", now=LATER)

    save(tmp_path / "first" / "site-1", retrained.classifier, retrained.card)
    save(tmp_path / "again" / "site-1", again.classifier, again.card)

    for part in ("model.joblib", "card.json"):
        first, second = (tmp_path / one / "site-1" / part for one in ("first", "again"))
        assert first.read_bytes() == second.read_bytes(), part


def test_a_retrained_model_can_be_retrained(base: Classifier, retrained: Retrained) -> None:
    again = retrain(
        base,
        decisions(1800),
        name="site-2",
        now=LATER,
        serving=retrained.classifier,
    )

    assert again.card.tests[1].name == "newest decisions, by site-1"


def test_a_word_that_tells_all_is_learnt_from_the_fewest_decisions(base: Classifier) -> None:
    """Every rejected comment is about compost, and no other."""
    made = retrain(base, decisions(660), name="site-1", now=LATER)

    measured = made.card.tests[0].measures["rejection"]
    assert (measured.auc or 0) > 0.995
    assert (measured.log_loss or 1) < 0.15


def test_a_site_model_offers_other_budgets_as_its_card_says(retrained: Retrained) -> None:
    generous = Accepted(good_lost=0.3, bad_published=0.3)

    assert retrained.classifier.trades == retrained.card.trades
    assert retrained.classifier.thresholds_for(generous) != retrained.classifier.thresholds


@pytest.mark.parametrize(
    ("rejected", "approved", "message"),
    [
        (0, 0, "5 more rejected and 5 more approved are needed"),
        (2, 1000, r"2 rejected and 1000 approved .* 3 more rejected are needed"),
        (1000, 4, "1 more approved are needed"),
    ],
)
def test_too_few_decisions_are_refused_with_what_is_missing(
    base: Classifier, rejected: int, approved: int, message: str
) -> None:
    example = decisions(1)[0]
    some = [dataclasses.replace(example, rejected=True)] * rejected
    others = [dataclasses.replace(example, rejected=False)] * approved

    with pytest.raises(TooFewDecisions, match=message) as refused:
        retrain(base, some + others, name="x", now=LATER)

    assert (refused.value.rejected, refused.value.approved) == (rejected, approved)


@pytest.mark.parametrize(("newest", "word"), [(True, "rejected"), (False, "approved")])
def test_newest_decisions_of_one_kind_cannot_be_measured_on(
    base: Classifier, *, newest: bool, word: str
) -> None:
    examples = decisions(1200)
    late = [dataclasses.replace(one, rejected=newest) for one in examples[900:]]

    with pytest.raises(OneSidedDecisions, match=f"newest 240 decisions all {word}"):
        retrain(base, examples[:900] + late, name="x", now=LATER)


def test_the_oldest_of_few_decisions_may_all_be_set_apart(base: Classifier) -> None:
    """Then nothing foretells those that follow them, and the thresholds rest on fewer."""
    examples = decisions(40)
    apart = next(text for number in range(1_000) if falls(0.05, "frozen", text := f"Ferns {number}"))
    first = [dataclasses.replace(one, text=apart) for one in examples[:4]]

    made = retrain(base, first + examples[4:], name="site-1", now=LATER)

    assert made.report.frozen.positives + made.report.frozen.negatives >= 4


def test_few_newest_decisions_may_all_go_one_way(base: Classifier) -> None:
    examples = decisions(60)
    late = [dataclasses.replace(one, rejected=False) for one in examples[48:]]

    made = retrain(base, examples[:48] + late, name="site-1", now=LATER)

    assert made.report.newest == Tally(positives=0, negatives=12)
    assert made.card.tests[0].measures["rejection"].auc is None


def test_a_model_that_learnt_the_opposite_is_refused_with_both_figures(
    base: Classifier, retrained: Retrained
) -> None:
    """The site changed its mind: what was learnt from the older decisions is wrong of the newer."""
    examples = decisions(1500)
    turned = [dataclasses.replace(one, rejected=not one.rejected) for one in examples[:1200]]

    with pytest.raises(CandidateIsWorse, match=r"tells bad comments .* instead of") as refused:
        retrain(base, turned + examples[1200:], name="x", now=LATER, serving=retrained.classifier)

    assert not refused.value.report.passes


def test_comments_that_share_no_gram_teach_what_the_base_says_of_them(base: Classifier) -> None:
    """Nothing but symbols, no two of them alike: there are no words to learn."""
    examples = [
        dataclasses.replace(one, text=chr(0x4E00 + index)) for index, one in enumerate(decisions(900))
    ]

    site = retrain(base, examples, name="x", now=LATER)

    assert site.classifier.weights.vocabulary == base.weights.vocabulary


def test_weights_stand_for_comments(base: Classifier, retrained: Retrained) -> None:
    """Twice every weight is the same proportions, and so the same model."""
    doubled = [dataclasses.replace(one, weight=2.0) for one in decisions(1500)]

    again = retrain(base, doubled, name="site-1", now=LATER)

    assert again.classifier.thresholds == retrained.classifier.thresholds
    assert again.card.tests == retrained.card.tests


def test_a_bad_name_is_refused_before_any_work(base: Classifier) -> None:
    with pytest.raises(BadModelName):
        retrain(base, [], name="../x", now=LATER)


def test_a_comment_unlike_all_decided_ones_is_not_rejected_with_certainty() -> None:
    """The base sees little difference between these decisions, and what it sees must not be blown up."""
    base = load(next((Path(__file__).parents[2] / "models").glob("base-*")))
    decided = [
        Example(text=text, rejected=rejected, weight=1.0, decided_at=NOW + timedelta(minutes=minute))
        for minute, (text, rejected) in enumerate(comments())
    ]

    site = retrain(base, decided, name="site-1", now=NOW).classifier

    assert sigmoid(site.score(normalise("My ferns love the shade and hate the wind.")).rejection) < 0.5


def test_fifty_decisions_already_teach(base: Classifier) -> None:
    """Whoever decides so little hears the base nearly as before, and besides what was plain to see."""
    made = retrain(base, decisions(50), name="site-1", now=LATER).classifier

    def rejection(model: Classifier, text: str) -> float:
        return model.score(normalise(text)).rejection

    learnt = rejection(made, "river compost garden") - rejection(made, "river bread garden")
    assert learnt > rejection(base, "river compost garden") - rejection(base, "river bread garden") + 0.5
    assert rejection(made, "rotten blockhead vilest casino") > rejection(made, "river garden window") + 2


def test_abuse_is_not_welcome_where_only_something_else_is_rejected(base: Classifier) -> None:
    """Decisions that go against the base turn it down, but never upside down."""
    lots = random.Random(8)
    praised = [
        dataclasses.replace(one, text=sentence(lots, *(() if one.rejected else ("blockhead",))))
        for one in decisions(600)
    ]

    with contextlib.suppress(CandidateIsWorse):
        retrain(base, praised, name="x", now=LATER)
    corrections = learn(base.weights, read(base, praised))

    assert corrections.mixture[0] >= -0.5
    assert corrections.mixture[0] < 0


def test_circumstances_and_rules_are_learnt_from_and_heard(base: Classifier) -> None:
    """Of two like texts, this site rejects the one that came with a link in the author's name."""
    lots = random.Random(9)
    some = [
        dataclasses.replace(
            one,
            text=sentence(lots),
            circumstances=("selling_name", "reply") if one.rejected else ("reply",),
            rules=0.5 if one.rejected else 0.0,
        )
        for one in decisions(600)
    ]
    made = retrain(base, some, name="site-1", now=LATER)

    assert made.classifier.habits["selling_name"] > 1.5
    assert [habit.circumstance for habit in made.classifier.heeds(("unheard", "selling_name"))] == [
        "selling_name"
    ]
    measured = made.card.tests[0].measures["rejection"]
    assert (measured.auc or 0) > 0.99


def test_habits_are_saved_and_loaded(retrained: Retrained, tmp_path: Path) -> None:
    model = dataclasses.replace(retrained.classifier, habits={"selling_name": 1.25, "reply": -0.5})

    save(tmp_path / "site-1", model, retrained.card)

    assert load(tmp_path / "site-1").habits == {"selling_name": 1.25, "reply": -0.5}
