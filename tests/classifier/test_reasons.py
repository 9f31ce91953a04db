"""Learning from a site's decisions for what reason its moderators reject."""

import dataclasses
import hashlib
import io
import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import joblib
import msgspec
import numpy as np
import pytest

from moderation.classifier.card import LearntReasons
from moderation.classifier.decisions import read
from moderation.classifier.examples import Example
from moderation.classifier.learning_reasons import with_reasons
from moderation.classifier.model import HEADS, Classifier
from moderation.classifier.reasons import NO_REASONS, Reasons
from moderation.classifier.retraining import Retrained, retrain
from moderation.classifier.storage import ModelDamaged, load, read_card, save
from moderation.classifier.training import Trained
from moderation.text import normalise
from tests.classifier.making import NOW, card_for, decisions, made_by_hand, sentence

LATER = NOW + timedelta(days=30)
NUMBER = 660

# What this site rejects, and why: words that the base knows nothing of.
WHY = {"spam": "compost", "abuse": "brambles", "off-topic": "zeppelin"}


def why_rejected(
    rejection: int, *reasons: str, lots: random.Random, of_old: bool = True
) -> tuple[str, str]:
    """The reason of a rejection, by its number, and the word that it is given for."""
    reason = reasons[rejection % len(reasons)]
    told = reason if of_old else reasons[(rejection + 1) % len(reasons)]
    return told, sentence(lots, WHY[reason])


def of_a_site(*reasons: str, number: int = NUMBER, turned_from: int | None = None) -> list[Example]:
    """Decisions of a site whose moderators give these reasons in turn."""
    lots = random.Random(4)
    found, rejections = [], 0
    for place, one in enumerate(decisions(number)):
        if not one.rejected:
            found.append(one)
            continue
        of_old = turned_from is None or place < turned_from
        reason, text = why_rejected(rejections, *reasons, lots=lots, of_old=of_old)
        found.append(dataclasses.replace(one, reason=reason, text=text))
        rejections += 1
    return found


@pytest.fixture(scope="module")
def base(trained: Trained) -> Classifier:
    return trained.classifier


class Site(NamedTuple):
    """What was learnt, as retraining learns it, without what retraining does besides."""

    classifier: Classifier
    learnt: LearntReasons | None


def learn(base: Classifier, examples: list[Example]) -> Site:
    read_ones = read(base, examples)
    old = np.arange(len(examples)) < round(len(examples) * 0.8)
    weights, reasons, learnt = with_reasons(
        base.weights, base.weights, learnt_from=read_ones.of(old), held_out=read_ones.of(~old)
    )
    return Site(dataclasses.replace(base, weights=weights, reasons=reasons), learnt)


@pytest.fixture(scope="module")
def made(base: Classifier) -> Retrained:
    """A model of a site that gives spam twice as often as abuse."""
    return retrain(base, of_a_site("spam", "abuse", "spam"), name="site-1", now=LATER)


def foretold(model: Classifier, text: str, *circumstances: str) -> dict[str, float]:
    return {one.reason: one.share for one in model.foretell(normalise(text), circumstances)}


def test_a_reason_is_foretold_by_the_words_that_it_was_given_for(made: Retrained) -> None:
    spam = foretold(made.classifier, "river compost garden morning")
    abuse = foretold(made.classifier, "river brambles garden morning")

    assert list(spam) == ["spam", "abuse"]
    assert list(abuse) == ["abuse", "spam"]
    assert min(spam["spam"], abuse["abuse"]) > 0.9
    assert sum(spam.values()) == pytest.approx(1)


def test_what_says_nothing_gets_the_shares_of_the_decisions(made: Retrained) -> None:
    assert foretold(made.classifier, "")["spam"] == pytest.approx(2 / 3, abs=0.15)


def test_nothing_else_changes(made: Retrained) -> None:
    """Neither a score nor an explanation differs from those of the same model without reasons."""
    without = dataclasses.replace(made.classifier, reasons=NO_REASONS)
    texts = [normalise(one.text) for one in of_a_site("spam", "abuse")[:50]]

    assert np.array_equal(made.classifier.logits(texts), without.logits(texts))
    assert [made.classifier.explain(one) for one in texts] == [without.explain(one) for one in texts]
    assert foretold(without, "river compost") == {}


def test_the_card_says_how_well_and_that_is_what_is_served(made: Retrained) -> None:
    newest = [one for one in of_a_site("spam", "abuse", "spam")[round(NUMBER * 0.8) :] if one.rejected]
    likeliest = [next(iter(foretold(made.classifier, one.text))) for one in newest]
    right = sum(one.reason == said for one, said in zip(newest, likeliest, strict=True))

    told = made.card.reasons
    assert told is not None
    assert told.test is not None
    assert sum(told.decisions.values()) <= made.card.labels["rejection"].positives
    assert told.decisions["spam"] == pytest.approx(2 * told.decisions["abuse"], rel=0.1)
    assert (told.test.rejections, told.test.commonest) == (44, "spam")
    assert told.test.right == pytest.approx(right / 44)
    assert told.test.by_commonest == pytest.approx(Counter(one.reason for one in newest)["spam"] / 44)
    assert told.test.low <= told.test.right - told.test.by_commonest <= told.test.high
    assert told.test.low > 0


@pytest.mark.parametrize(
    "reasons",
    [
        # One alone tells nothing.
        ("spam",),
        # Of the second there are 25 among those learnt from.
        ("spam", *["spam"] * 5, "abuse"),
    ],
)
def test_with_fewer_than_two_reasons_that_were_given_often_there_are_none(
    base: Classifier, reasons: tuple[str, ...]
) -> None:
    site = learn(base, of_a_site(*reasons))

    assert site.learnt is None
    assert foretold(site.classifier, "river compost") == {}


def test_near_copies_do_not_make_a_reason_common(base: Classifier) -> None:
    """A hundred that count as ten together are ten."""
    some = [
        dataclasses.replace(one, weight=0.1) if one.reason == "abuse" else one
        for one in of_a_site("spam", "abuse")
    ]

    assert learn(base, some).learnt is None


def test_a_rare_reason_is_left_out_and_counts_as_not_foretold(base: Classifier) -> None:
    often = ("spam", "abuse") * 5
    site = learn(base, of_a_site(*often, "off-topic"))

    told = site.learnt
    assert told is not None
    assert told.test is not None
    assert sorted(foretold(site.classifier, "zeppelin")) == sorted(told.decisions) == ["abuse", "spam"]
    assert told.test.right == pytest.approx(40 / 44)


def test_where_saying_the_commonest_does_better_nothing_is_foretold(base: Classifier) -> None:
    """The moderators changed their minds about which word stands for what."""
    reasons = ("spam", "spam", "abuse")
    some = of_a_site(*reasons, turned_from=round(NUMBER * 0.8))
    site = learn(base, some)

    told = site.learnt
    assert told is not None
    assert told.test is not None
    assert told.test.right < told.test.by_commonest
    assert foretold(site.classifier, "river compost") == {}


def test_few_newest_rejections_are_not_measured_on(base: Classifier) -> None:
    site = learn(base, of_a_site("spam", "abuse", number=400))

    assert site.learnt is not None
    assert site.learnt.test is None
    assert foretold(site.classifier, "river compost")["spam"] > 0.8


def test_circumstances_tell_reasons_apart(base: Classifier) -> None:
    """Of texts that are alike, this site calls those spam that come with a selling name."""
    lots = random.Random(9)
    some = [
        dataclasses.replace(
            one,
            text=sentence(lots, *(["compost"] if one.rejected else [])),
            circumstances=("selling_name",) if one.reason == "spam" else (),
        )
        for one in of_a_site("spam", "abuse")
    ]
    site = learn(base, some).classifier

    assert foretold(site, "river compost", "selling_name", "never_met")["spam"] > 0.8
    assert foretold(site, "river compost")["abuse"] > 0.8


def test_it_is_saved_and_loaded_and_its_card_tells_people(made: Retrained, tmp_path: Path) -> None:
    save(tmp_path / "site-1", made.classifier, made.card)

    loaded = load(tmp_path / "site-1")

    for text in ("river compost", "brambles and a window", ""):
        assert foretold(loaded, text) == foretold(made.classifier, text)
    assert read_card(tmp_path / "site-1").reasons == made.card.reasons
    card = (tmp_path / "site-1" / "card.md").read_text()
    assert "## For what reason your moderators reject" in card
    assert "Of the newest 44 rejections with a reason, the likeliest was right in" in card
    assert "So it foretells no reason" not in card


def test_the_same_decisions_give_the_same_bytes_in_whatever_order(
    base: Classifier, made: Retrained, tmp_path: Path
) -> None:
    shuffled = of_a_site("spam", "abuse", "spam")
    random.Random(5).shuffle(shuffled)
    again = retrain(base, shuffled, name="site-1", now=LATER)

    save(tmp_path / "first" / "site-1", made.classifier, made.card)
    save(tmp_path / "again" / "site-1", again.classifier, again.card)

    for part in ("model.joblib", "card.json"):
        first, second = (tmp_path / one / "site-1" / part for one in ("first", "again"))
        assert first.read_bytes() == second.read_bytes(), part


def test_a_model_without_reasons_is_kept_as_before_there_were_any(
    make: Callable[..., Path],
) -> None:
    """So folders of before are loaded, and what reads folders of before can load new ones."""
    folder = make("base-1")
    held = joblib.load(io.BytesIO((folder / "model.joblib").read_bytes()))
    facts = msgspec.json.decode((folder / "card.json").read_bytes())
    facts.pop("reasons")
    (folder / "card.json").write_bytes(msgspec.json.encode(facts))

    assert [name for name in held if name.startswith("reason")] == []
    assert foretold(load(folder), "very bad") == {}


@pytest.mark.parametrize(
    "spoilt",
    [
        {"reasons": "spam"},
        {"reason_grams": np.zeros((2, 2), np.float32)},
        {"reason_intercepts": np.array([np.nan, 0])},
        {"reason_circumstances": "link\nreply"},
        {"reason_habits": np.array([[np.inf, 0]])},
    ],
)
def test_reasons_that_cannot_be_right_are_refused(tmp_path: Path, spoilt: dict[str, object]) -> None:
    plain = made_by_hand("site-1")
    reasons = Reasons(
        names=("abuse", "spam"),
        grams=np.zeros((len(plain.weights.vocabulary), 2), np.float32),
        intercepts=np.array([0.5, 0]),
        habits={"link": np.array([0, 2.0])},
    )
    folder = tmp_path / "site-1"
    save(folder, dataclasses.replace(plain, reasons=reasons), card_for(plain))
    assert foretold(load(folder), "good", "link")["spam"] > 0.5

    held = joblib.load(io.BytesIO((folder / "model.joblib").read_bytes()))
    joblib.dump(held | spoilt, folder / "model.joblib")
    card = msgspec.json.decode((folder / "card.json").read_bytes())
    card["sha256"] = hashlib.sha256((folder / "model.joblib").read_bytes()).hexdigest()
    (folder / "card.json").write_bytes(msgspec.json.encode(card))

    with pytest.raises(ModelDamaged, match="does not hold a model"):
        load(folder)


def test_an_attribute_keeps_its_meaning_beside_reasons(base: Classifier, made: Retrained) -> None:
    text = normalise("you filthy blockhead, river compost and casino")

    assert made.classifier.score(text).attributes == pytest.approx(base.score(text).attributes)
    assert made.classifier.weights.grams.shape[1] == len(HEADS)
