"""Scores and explanations of one model."""

import math
import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.classifier.features import grams
from moderation.classifier.model import HEADS, Classifier, Weights
from moderation.text import normalise
from moderation.verdict import ATTRIBUTES
from tests.classifier.making import made_by_hand

BY_HAND = made_by_hand("by-hand")


def test_a_score_is_the_intercept_and_the_grams_times_the_length_factor() -> None:
    total = len(grams("very")) + len(grams("bad")) + 1

    score = BY_HAND.score(normalise("Very BAD"))

    assert score.rejection == pytest.approx(-1 + (3 + 0.5 + 0.25 + 2) / math.sqrt(total + 2))


def test_each_attribute_has_a_probability() -> None:
    scores = BY_HAND.score(normalise("bad")).attributes

    assert tuple(scores) == ATTRIBUTES
    assert scores["insult"] > scores["threat"] == pytest.approx(1 / (1 + math.e))


@given(st.text(st.sampled_from("very bad good é!.\u200b ßﬃ"), max_size=60))
def test_an_explanation_adds_up_to_the_score(original: str) -> None:
    text = normalise(original)

    shares = sum(word.weight for word in BY_HAND.explain(text))

    assert shares + BY_HAND.intercept == pytest.approx(BY_HAND.score(text).rejection)


def test_a_pair_is_shared_equally_by_its_words() -> None:
    very, bad = BY_HAND.explain(normalise("very bad"))

    assert very.weight / bad.weight == pytest.approx(1 / (3 + 0.5 + 0.25 + 1))


@pytest.mark.parametrize(
    "original",
    [
        "you are BAD, friend",
        "b\u200bad",
        "𝐛𝐚𝐝 idea",
        "ﬃ bad",
        "İ İ bad",
        "e\u0301 bad e\u0301",
        "\ufeffbad",
    ],
)
def test_the_heaviest_word_is_cut_out_of_the_original(original: str) -> None:
    heaviest = max(BY_HAND.explain(normalise(original)), key=lambda word: word.weight)
    start, end = heaviest.span

    assert normalise(original[start:end]).text == "bad"


@pytest.mark.parametrize(
    "original",
    [
        "",
        " ",
        "x",
        "\x00",
        "!" * 65_536,
        "bad " * 16_384,
        "b" * 65_536,
        "\u200b",
        "\ud800",
        "é" * 65_536,
        "a!" * 32_768,
    ],
    ids=lambda text: f"{text[:4]!r} of {len(text)}",
)
def test_any_text_has_finite_scores_and_an_explanation_that_adds_up(original: str) -> None:
    text = normalise(original)

    scores = BY_HAND.score(text)

    assert math.isfinite(scores.rejection)
    assert all(0 <= share <= 1 for share in scores.attributes.values())
    explained = sum(word.weight for word in BY_HAND.explain(text)) + BY_HAND.intercept
    assert explained == pytest.approx(scores.rejection)


def test_a_text_without_words_has_the_intercepts_and_cannot_change_them() -> None:
    logits = BY_HAND.logits(normalise("  "))
    logits += 1

    assert BY_HAND.intercept == -1


def test_threads_get_the_same_scores_as_one_alone(classifier: Classifier) -> None:
    texts = [normalise(f"very bad number {number}") for number in range(50)]
    expected = [made_by_hand("alone").score(text).rejection for text in texts]
    found: list[list[float]] = []

    def score_all() -> None:
        found.append([classifier.score(text).rejection for text in texts])

    threads = [threading.Thread(target=score_all) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == [expected] * 4


@pytest.mark.parametrize(
    ("rows", "heads", "value", "offset"),
    [
        (2, len(HEADS), 0.0, 1.0),
        (1, 2, 0.0, 1.0),
        (1, len(HEADS), math.nan, 1.0),
        (1, len(HEADS), 0.0, 0.0),
    ],
)
def test_weights_that_make_no_sense_are_refused(
    rows: int, heads: int, value: float, offset: float
) -> None:
    with pytest.raises(ValueError, match=r"weights for|finite"):
        Weights(("\tbad",), np.full((rows, heads), value, np.float32), np.zeros(len(HEADS)), offset)


def test_intercepts_that_fit_no_head_are_refused() -> None:
    with pytest.raises(ValueError, match="intercepts"):
        Weights((), np.zeros((0, len(HEADS)), np.float32), np.zeros(2), 1.0)
