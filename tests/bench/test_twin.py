"""The same model through scikit-learn."""

import numpy as np
import pytest

from bench.twin import Twin, difference
from moderation.classifier.features import SHOUTING, SOMEONE
from moderation.text import normalise
from tests.classifier.making import heeding, made_by_hand

BY_HAND = made_by_hand("by-hand")
TWIN = Twin(BY_HAND.weights)

# One that has a weight for a manner, and for what is said of whomever.
MINDFUL = heeding(SHOUTING, f"bad {SOMEONE}")


@pytest.mark.parametrize(
    "text",
    [
        "Very BAD",
        "good, very bad and wholly unknown words",
        "",
        "   ",
        "!!!",
        "bad\nbad\tbad",
        "É é e\u0301",
        "b\u200bad",
        "unknown",
        "bad " * 500,
        "x" * 2_000,
        "THIS IS SO VERY BAD",
        "bad good " * 8,
        "BAD GOOD, " * 8,
        "Polish Jews' bad: BAD; the Polish' good",
    ],
    ids=lambda text: f"{text[:12]!r} of {len(text)}",
)
def test_the_twin_gives_the_same_log_odds_for_every_head(text: str) -> None:
    expected = BY_HAND.logits([normalise(text)])[0]

    assert TWIN.logits([text])[0] == pytest.approx(expected, abs=1e-9)
    assert difference(MINDFUL, [text], lambda _: None) < 1e-9


def test_a_batch_gives_what_its_texts_give_alone() -> None:
    texts = ["Very BAD", "", "good unknown", "bad"]

    together = TWIN.probabilities(texts)

    assert together == pytest.approx(np.vstack([TWIN.probabilities([text]) for text in texts]))


def test_unknown_words_count_for_the_length() -> None:
    short, long = TWIN.logits(["bad", "bad unknown words dilute it"])[:, 0]

    assert short > long > BY_HAND.intercept
