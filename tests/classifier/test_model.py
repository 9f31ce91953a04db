"""Scores and explanations of one model."""

import math
import threading
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.classifier.features import REPEATING, SHOUTING, SOMEONE, grams
from moderation.classifier.model import HEADS, Classifier, Weights
from moderation.classifier.training import Trained
from moderation.text import Normalised, normalise
from moderation.verdict import ATTRIBUTES
from tests.classifier.making import heeding, made_by_hand

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


def test_many_texts_score_to_the_last_bit_as_each_alone() -> None:
    originals = [
        "very bad",
        "",
        "BAD " * 40,
        "nothing of it, friends",
        "bad, very bad",
        " ",
        "v-e-r-y bad",
        "bad " * 40,
        "VERY BAD FRIENDS OF IT",
    ]
    texts = [normalise(f"{original} {number}") for number in range(100) for original in originals]
    names = (SHOUTING, REPEATING, "bad bad", "bad 7")

    together = heeding(*names).logits(texts).tolist()

    alone = heeding(*names)
    assert together == [alone.logits([text])[0].tolist() for text in texts]
    assert len(set(map(tuple, together))) > len(originals)
    assert BY_HAND.logits([]).shape == (0, len(HEADS))


@pytest.mark.parametrize("times", [0.0, 1e-44, 1e-30, 1e30])
def test_weights_of_any_size_add_up(times: float) -> None:
    model = made_by_hand("m")
    weights = replace(model.weights, grams=model.weights.grams * np.float32(times))
    scaled = replace(model, weights=weights).logits([normalise("very bad, friends")])[0]

    plain = BY_HAND.logits([normalise("very bad, friends")])[0]

    assert scaled + 1 == pytest.approx((plain + 1) * times, rel=1e-6, abs=1e-6)


def test_a_text_without_words_has_the_intercepts_and_cannot_change_them() -> None:
    logits = BY_HAND.logits([normalise("  ")])
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


class TestNames:
    """Names of groups carry no blame and no praise."""

    BLAMING = heeding(*grams("jew")[1:], "\tjew", "\tjews", "\tjew's", "jews", "jew jew")

    @pytest.mark.parametrize("name", ["Jew", "Jews", "JEWS", "Jew's", "Jew’s", "Jews, Jews"])
    def test_a_name_weighs_nothing_by_itself(self, name: str) -> None:
        text = normalise(name)

        assert self.BLAMING.score(text).rejection == self.BLAMING.intercept
        assert not any(one.weight for one in self.BLAMING.explain(text))

    @pytest.mark.parametrize(
        "comment",
        [
            "{} are bad",
            "I hate {}, and {} hate me",
            "the rotten {} by the river, you blockhead",
            "{} {} {} {} {} {} {} {}",
            "CASINO FOR ALL {} OF THE VILLAGE",
        ],
    )
    @pytest.mark.parametrize("others", ["Poles", "women", "Muslims", "Jew's", "gays", "bridges"])
    def test_one_name_is_as_good_as_another(self, trained: Trained, comment: str, others: str) -> None:
        score = trained.classifier.score

        scores = [score(normalise(comment.replace("{}", name))) for name in ("Jews", others)]

        # Exactly, and of every attribute; but what is no name makes a difference.
        assert (scores[0] == scores[1]) is (others != "bridges")

    def test_what_is_said_of_someone_is_learnt_whoever_it_is(self) -> None:
        heeding_hate = heeding(f"hate {SOMEONE}")

        def rejection(text: str) -> float:
            return heeding_hate.score(normalise(text)).rejection

        assert rejection("hate Jews") == rejection("hate Poles") > rejection("hate rain")


class TestRepeating:
    @pytest.mark.parametrize("times", [3, 4, 7])
    def test_who_says_a_word_again_says_no_more(self, times: int) -> None:
        twice = BY_HAND.score(normalise("bad bad"))

        assert BY_HAND.score(normalise("bad " * times)) == twice
        # The pair of the word with itself counts for the length, once.
        expected = -1 + 3.75 / math.sqrt(len(grams("bad")) + 1 + 2)
        assert twice.rejection == pytest.approx(expected)

    def test_punctuation_stands_between_no_words(self) -> None:
        assert BY_HAND.score(normalise("very, bad")).rejection > (
            BY_HAND.score(normalise("bad, very")).rejection
        )


@pytest.mark.parametrize(
    ("manner", "original", "written_so"),
    [
        (SHOUTING, "the DOG RAN off FAST", ["DOG", "RAN", "FAST"]),
        (SHOUTING, "WHY ARE YOU SO BAD", ["WHY", "ARE", "YOU", "SO", "BAD"]),
        (REPEATING, "buy now " * 8 + "friend", ["buy", "now"] * 8),
        (REPEATING, "bad " * 8, ["bad"] * 8),
        # Neither of these is a manner.
        (SHOUTING, "The BBC and NASA agreed on this one after all", []),
        (SHOUTING, "quite calm and quiet here", []),
        (REPEATING, "no no no", []),
        (REPEATING, "every one of these many words is new here", []),
    ],
    ids=lambda value: value[:12] if isinstance(value, str) else "",
)
def test_a_manner_is_explained_by_the_words_written_so(
    manner: str, original: str, written_so: list[str]
) -> None:
    text, mindful = normalise(original), heeding(manner)

    told = mindful.explain(text)

    plain = BY_HAND.explain(text)
    moved = [
        original[slice(*one.span)]
        for one, before in zip(told, plain, strict=True)
        if one.weight != pytest.approx(before.weight)
    ]
    assert moved == written_so
    total = mindful.intercept + sum(one.weight for one in told)
    assert total == pytest.approx(mindful.score(text).rejection)


@given(st.lists(st.sampled_from(["BAD", "very", "Jews", "GOOD", "!", "NO", "é"]), max_size=24))
def test_explanations_add_up_in_every_manner(chosen: list[str]) -> None:
    mindful = heeding(SHOUTING, REPEATING, f"very {SOMEONE}", "bad bad")
    text = normalise(" ".join(chosen))

    shares = sum(word.weight for word in mindful.explain(text))

    assert shares + mindful.intercept == pytest.approx(mindful.score(text).rejection)


class TestMemory:
    """More words than the model remembers."""

    WORDS = tuple(f"{'bad' * (number % 3)}wort{number}" for number in range(40_000))

    def test_a_text_of_more_words_than_are_remembered(self) -> None:
        classifier = made_by_hand("m")
        text = Normalised(" ".join(self.WORDS), " ".join(self.WORDS), list(self.WORDS))

        expected = _by_the_book(classifier, text)

        assert classifier.logits([text])[0] == pytest.approx(expected)
        assert classifier.score(normalise("very bad")) == made_by_hand("fresh").score(
            normalise("very bad")
        )

    def test_texts_of_more_words_than_are_remembered_in_one_call(self) -> None:
        texts = [
            Normalised(" ".join(some), " ".join(some), list(some)) for some in _parts(self.WORDS, 50)
        ]

        together = made_by_hand("m").logits(texts).tolist()

        last = texts[-3:]
        assert together[-3:] == [made_by_hand("fresh").logits([text])[0].tolist() for text in last]

    def test_many_texts_in_many_threads_get_the_scores_of_each_alone(self) -> None:
        classifier = made_by_hand("m")
        texts = [
            Normalised(" ".join(some), " ".join(some), list(some)) for some in _parts(self.WORDS, 4_000)
        ]
        expected = [made_by_hand("fresh").logits([text]).tolist() for text in texts]
        found: list[list[list[list[float]]]] = []

        def score_all(first: int) -> None:
            order = [(first + number) % len(texts) for number in range(len(texts))]
            scores = {number: classifier.logits([texts[number]]).tolist() for number in order}
            found.append([scores[number] for number in range(len(texts))])

        threads = [threading.Thread(target=score_all, args=(first,)) for first in (0, 3, 6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert found == [expected] * len(threads)


def _parts(words: tuple[str, ...], size: int) -> list[tuple[str, ...]]:
    return [words[start : start + size] for start in range(0, len(words), size)]


def _by_the_book(classifier: Classifier, text: Normalised) -> list[float]:
    """Add up the grams one by one."""
    words = text.text.split()
    every = [gram for word in words for gram in grams(word)]
    every += [f"{first} {second}" for first, second in pairwise(words)]
    weights = dict(zip(classifier.weights.vocabulary, classifier.weights.grams, strict=True))
    summed = sum(
        (weights[gram].astype(float) for gram in every if gram in weights), np.zeros(len(HEADS))
    )
    found: list[float] = (
        classifier.weights.intercepts + summed / math.sqrt(len(every) + classifier.weights.length_offset)
    ).tolist()
    return found
