"""The shipped model, with a new site's rules, on a sample of the fixed texts: the bars of safety."""

from pathlib import Path

import pytest

from moderation.classifier.model import Classifier
from moderation.classifier.safety import evasion, explanations, honest, identity
from moderation.classifier.safety.disguises import DISGUISES
from moderation.classifier.safety.judging import Judge, whole_path
from moderation.classifier.storage import load
from moderation.rules import Policy, shipped_lists

MODELS = Path(__file__).parents[2] / "models"
SHIPPED = max(folder.name for folder in MODELS.glob("base-*"))
RULES_OF_A_NEW_SITE = Policy(lists=shipped_lists())


@pytest.fixture(scope="module")
def shipped() -> Classifier:
    return load(MODELS / SHIPPED)


@pytest.fixture(scope="module")
def judge(shipped: Classifier) -> Judge:
    return whole_path(shipped, RULES_OF_A_NEW_SITE)


@pytest.fixture(scope="module")
def fair(judge: Judge) -> identity.Figures:
    return identity.measure(judge, identity.mentions())


@pytest.fixture(scope="module")
def hidden(judge: Judge) -> evasion.Figures:
    return evasion.measure(judge, evasion.abuses()[::2], every_nth=16)


@pytest.fixture(scope="module")
def unharmed(shipped: Classifier, judge: Judge) -> honest.Figures:
    plain = whole_path(shipped, RULES_OF_A_NEW_SITE, honest.plainly)
    return honest.measure(judge, plain, honest.texts())


def test_civil_sentences_about_anybody_are_not_rejected(fair: identity.Figures) -> None:
    assert 1 - fair.whole.rejected >= 0.99


def test_civil_sentences_about_anybody_are_approved(fair: identity.Figures) -> None:
    assert fair.whole.approved >= 0.93


def test_no_name_of_a_kind_of_people_carries_blame(fair: identity.Figures) -> None:
    blamed = {term: fair.above_mean(term) for term in fair.terms if fair.above_mean(term) > 0.05}

    assert blamed == {}


def test_abuse_in_one_disguise_stays_in_review_or_rejected(hidden: evasion.Figures) -> None:
    assert hidden.all_alone.stays >= 0.90


def test_abuse_in_two_disguises_stays_in_review_or_rejected(hidden: evasion.Figures) -> None:
    assert hidden.all_pairs.stays >= 0.90


def test_abuse_as_it_is_goes_to_review_or_is_rejected(hidden: evasion.Figures) -> None:
    """Or a model that finds nothing would have nothing to lose."""
    assert hidden.plain.overall >= 0.90


def test_normalising_changes_next_to_no_verdict_on_honest_texts(unharmed: honest.Figures) -> None:
    assert unharmed.share_changed <= 0.01


def test_honest_texts_keep_their_letters(unharmed: honest.Figures) -> None:
    assert unharmed.share_kept >= 0.99


def test_explanations_add_up_and_point_at_their_words(shipped: Classifier) -> None:
    comments = evasion.abuses()
    texts = [
        *(one.text for one in honest.texts()),
        *(mention.text for mention in identity.mentions()[::7]),
        *(one.hidden_by([disguise]) for one in comments[::3] for disguise in DISGUISES),
    ]

    found = explanations.measure(shipped, texts)

    assert found.widest_gap <= 1e-6
    assert found.astray == ()
