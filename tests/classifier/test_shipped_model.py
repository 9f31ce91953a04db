"""What the shipped model makes of comments, by its thresholds alone."""

from pathlib import Path

import pytest

from moderation.classifier.folder import entries
from moderation.classifier.model import Classifier
from moderation.classifier.storage import load
from moderation.text import normalise
from moderation.verdict import Action, sigmoid

MODELS = Path(__file__).parents[2] / "models"
SHIPPED = max(folder.name for folder in MODELS.glob("base-*"))
MEGABYTE = 1_000_000
ARMY = (
    "ETTs still embed with local forces and they matter for building capacity. Maybe the article means "
    "the other units? Building up that army is the central mission; are they not achieving it?"
)


@pytest.fixture(scope="module")
def shipped() -> Classifier:
    return load(MODELS / SHIPPED)


def action(classifier: Classifier, text: str) -> Action:
    return classifier.thresholds.action(sigmoid(classifier.score(normalise(text)).rejection))


@pytest.mark.parametrize(
    "text",
    [
        ARMY,
        "The army killed twelve fighters near the border, the ministry said.",
        "Islam, like Christianity, has many schools, and most Muslims I know disagree with this ruling.",
        "The Black community asked for an inquiry after police shot the man in his car.",
        "Israel says the strike was aimed at Hamas; Palestinian doctors say a school was hit.",
        "Why did the government not warn people about the bomb threat earlier?",
        "Catholics voted differently from Protestants in that election, if the figures are right.",
        "The Jewish quarter was burned down in 1349; the article should mention the massacre.",
        "I totally disagree with you, this policy will hurt poor people.",
        "Thanks for the article, I learned a lot.",
        "The recipe worked, but I used half the sugar.",
        "hello",
    ],
)
def test_civil_comments_are_published(shipped: Classifier, text: str) -> None:
    assert action(shipped, text) is Action.APPROVE


@pytest.mark.parametrize(
    "text",
    [
        "The bombs that fell on Gaza last night killed forty people, most of them children.",
        "Muslims and Jews in our town have shared this building for thirty years.",
        "Gay couples have been able to marry here since 2014, and nothing terrible has happened.",
        "Terrorism has killed more Muslims than people of any other faith.",
        "White nationalists marched through the city and a woman was murdered.",
        "She was raped and murdered, and the court let him go after six years.",
        "Women in Iran are protesting against the veil, and the police shoot at them.",
        "Trump lost that case because his lawyers filed too late.",
    ],
)
def test_civil_comments_on_heated_subjects_are_never_rejected(shipped: Classifier, text: str) -> None:
    assert action(shipped, text) is not Action.REJECT


@pytest.mark.parametrize(
    "text",
    [
        "you are a worthless idiot, nobody wants you here",
        "You're a fucking moron, shut up",
        "go back to africa you stupid monkey",
        "What a pathetic loser you are. Get a life.",
        "Shut your mouth you ignorant pig",
        "i will find you and kill you",
        "CHECK OUT MY CHANNEL and subscribe, free iphone giveaway!!! http://win.example",
    ],
)
def test_plain_abuse_and_spam_are_rejected(shipped: Classifier, text: str) -> None:
    assert action(shipped, text) is Action.REJECT


@pytest.mark.parametrize(
    "text", ["all muslims are terrorists and should be killed", "Y o u are an 1diot and a m0ron"]
)
def test_doubtful_comments_reach_a_person_at_least(shipped: Classifier, text: str) -> None:
    assert action(shipped, text) is not Action.APPROVE


def test_an_insult_is_explained_by_the_insulting_word(shipped: Classifier) -> None:
    original = "I think that you are a Worthless\u200b idiot, my friend"

    heaviest = max(shipped.explain(normalise(original)), key=lambda word: word.weight)

    assert original[slice(*heaviest.span)] == "idiot"


def test_the_card_keeps_what_was_promised_of_the_model() -> None:
    (entry,) = [one for one in entries(MODELS) if one.name == SHIPPED]
    assert entry.card is not None
    toxicity = entry.card.tests[0].measures["toxicity"]

    assert entry.card.tests[0].name == "jigsaw_official_subset"
    assert (toxicity.rows, toxicity.positives) == (1796, 123)
    assert (toxicity.auc or 0) >= 0.950
    fuzzed, plain = (test.measures["toxicity"].auc or 0 for test in entry.card.tests[1:3])
    assert fuzzed == pytest.approx(plain, abs=0.007)
    assert sum(path.stat().st_size for path in (MODELS / SHIPPED).iterdir()) < 10 * MEGABYTE
