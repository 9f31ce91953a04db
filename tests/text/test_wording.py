"""Cutting texts into words, and telling copies."""

from itertools import pairwise

import pytest
from hypothesis import given

from moderation.text import fingerprint, normalise, word_list, word_places
from tests.text.making import texts


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        (["what", "a", "day", "!!!"], "what a day!!!"),
        # An apostrophe inside a word is a part of it; around a word it is not.
        (["don't", "o’clock"], "don't o’clock"),
        (["'", "quoted", "'"], "'quoted'"),
        (["rock", "'", "n", "'", "roll"], "rock 'n' roll"),
        # Signs between words are words of their own, and a run of them is one.
        (["a", "-", "b"], "a-b"),
        (["f", "*@#!", "off"], "f*@#! off"),
        (["спасибо", ",", "друзья"], "спасибо, друзья"),
        (["谢谢你的文章"], "谢谢你的文章"),
        # Vowel signs and accents belong to the letter before them.
        (["हिन्दी", "में", "धन्यवाद"], "हिन्दी में धन्यवाद"),
        (["ขอบคุณสำหรับบทความ"], "ขอบคุณสำหรับบทความ"),
        (["நன்றி", "!"], "நன்றி!"),
        (["שָׁלוֹם"], "שָׁלוֹם"),
        (["x\u0302y"], "x\u0302y"),
        (["don’t", "𑄌𑄋𑄴𑄟𑄳𑄦"], "don’t 𑄌𑄋𑄴𑄟𑄳𑄦"),
        (["2", "😀😀", "x_y"], "2 😀😀 x_y"),
        ([], " \n\t"),
        ([], ""),
    ],
)
def test_a_text_is_cut_into_words_and_runs_of_signs(expected: list[str], text: str) -> None:
    assert word_list(text) == expected


@given(texts)
def test_words_stand_where_they_say_and_only_spaces_are_left(text: str) -> None:
    found = word_places(text)

    assert [text[start:end] for start, end in found] == word_list(text)
    rest = list(text)
    for start, end in found:
        rest[start:end] = " " * (end - start)
    assert "".join(rest).isspace() or not rest
    assert all(before[1] <= after[0] for before, after in pairwise(found))


@pytest.mark.parametrize(
    "copy",
    [
        "What a day.",
        "  what   a\n\nDAY.  ",
        "What\u00a0a day.",
        "What a d\u200bay.",
        "Ｗｈａｔ ａ ｄａｙ．",
    ],
)
def test_copies_share_a_fingerprint(copy: str) -> None:
    assert fingerprint(normalise(copy)) == fingerprint(normalise("What a day."))


@pytest.mark.parametrize("other", ["What a day!", "What aday.", "What a day. Really.", ""])
def test_other_texts_have_other_fingerprints(other: str) -> None:
    assert fingerprint(normalise(other)) != fingerprint(normalise("What a day."))
