"""A contestant in a process of its own."""

import pytest

from bench.contestants import OURS, Setting, by_name
from bench.running import CannotTakePart, Running

TEXTS = ["Thank you, that was a pleasure to read.", "You are a stupid idiot.", "See you at the market."]


@pytest.fixture(scope="module")
def ours():
    with Running(by_name(OURS), TEXTS, Setting()) as running:
        yield running


def test_ours_says_how_bad_texts_are_and_what_becomes_of_them(ours):
    kind, insulting = ours.opinions(0, 2)

    assert kind[0]["toxicity"] < 0.1 < insulting[0]["toxicity"]
    assert (kind[1], insulting[1] == "approve") == ("approve", False)


def test_a_list_of_terms_is_asked_too(tmp_path):
    file = tmp_path / "terms.txt"
    file.write_text("market\n")

    with Running(by_name(OURS), TEXTS, Setting(terms=file)) as running:
        actions = [action for _, action in running.opinions(0, 3)]

    assert actions[0] == "approve"
    assert actions[2] == "review"


def test_each_comment_is_timed_and_the_texts_go_round(ours):
    each = ours.one(1, 7, seconds=60)

    assert len(each) == 7
    assert all(nanoseconds > 0 for nanoseconds in each)


def test_the_time_bounds_a_round(ours):
    assert len(ours.one(0, 1_000, seconds=0)) == 1


def test_who_cannot_start_says_why():
    with pytest.raises(CannotTakePart, match="no-such-model"):
        Running(by_name(OURS), TEXTS, Setting(model="no-such-model"))
