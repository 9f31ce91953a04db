"""Disguises hide words from a machine; people still read them, and so can a rule made for each."""

import re
import unicodedata
from collections.abc import Callable
from random import Random

import pytest

from moderation.classifier.safety.disguises import DISGUISES, PAIRS, Disguise
from moderation.classifier.safety.evasion import Abuse, abuses

BY_NAME = {disguise.name: disguise for disguise in DISGUISES}
WORDS = sorted({piece for comment in abuses() for piece, offends in comment.pieces if offends})
SHORT = Abuse("insult", (("You ", False), ("idiot", True), (", Ben.", False)))


def without_marks(text: str) -> str:
    """Take off what Unicode calls an accent or invisible, and all fancy forms."""
    taken_apart = unicodedata.normalize("NFKD", text)
    return "".join(one for one in taken_apart if unicodedata.category(one) not in {"Mn", "Cf"})


def translated(written: str, read: str) -> Callable[[str], str]:
    return lambda text: text.replace("()", "o").translate(str.maketrans(written, read))


def without(pattern: str) -> Callable[[str], str]:
    return lambda text: re.sub(pattern, "", text)


# How a person who knows the trick reads each.
READ: dict[str, Callable[[str], str]] = {
    "leet digits": translated("0123456789", "oizeasgtbg"),
    "leet signs": translated("@€!$(|+#", "aeisclth"),
    "accents": without_marks,
    "confusables": translated("аеорсухіѕјһυνոԁκ", "aeopcyxisjhuvndk"),
    "fullwidth": without_marks,
    "mathematical letters": without_marks,
    "zero-width marks": without_marks,
    "bidi marks": without_marks,
    "soft hyphens": without_marks,
    "combining piles": without_marks,
    "stretched letter": lambda text: re.sub(r"(.)\1+", r"\1", text),
    "doubled letters": lambda text: re.sub(r"(.)\1", r"\1", text),
    "shouted marks": without(r"[!?.1]+$"),
    "mixed case": str.lower,
    "spaced words": without(" "),
    "spaced text": without(" "),
    "dotted letters": without(r"\."),
    "dashed letters": without("-"),
    "underscored letters": without("_"),
    "split by a mark": without(r"[.,\-'/|_~]"),
}


def skeleton(text: str) -> str:
    """What is left of a word for a reader who does not look closely."""
    look_alikes = text.lower().replace("l", "i").replace("-", "").replace("'", "")
    return re.sub(r"(.)\1+", r"\1", look_alikes)


def test_there_are_as_many_disguises_as_promised_and_every_one_has_a_name():
    assert len(DISGUISES) == len(BY_NAME) >= 14
    assert {*READ, "masked letter"} == set(BY_NAME)


@pytest.mark.parametrize("name", READ)
def test_a_reader_who_knows_the_trick_reads_every_word(name):
    misread = {
        word: hidden
        for word in WORDS
        for hidden in [BY_NAME[name].hide(word, Random(word))]
        if skeleton(READ[name](hidden)) != skeleton(word)
    }

    assert misread == {}


def test_a_masked_word_misses_one_letter_inside():
    for word in WORDS:
        hidden = BY_NAME["masked letter"].hide(word, Random(word))

        assert hidden.count("*") == 1
        assert not hidden.startswith("*")
        assert re.fullmatch(re.escape(hidden).replace(r"\*", "."), word)


@pytest.mark.parametrize("disguise", DISGUISES, ids=lambda disguise: disguise.name)
def test_no_comment_comes_out_as_it_went_in(disguise: Disguise):
    assert [one.text for one in abuses() if one.hidden_by([disguise]) == one.text] == []


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("leet digits", "You 1d1ot, Ben."),
        ("leet signs", "You id!()t, Ben."),
        ("masked letter", "You id*ot, Ben."),
        ("fullwidth", "Ｙｏｕ ｉｄｉｏｔ， Ｂｅｎ．"),
        ("doubled letters", "You iiddiioott, Ben."),
        ("spaced words", "You i d i o t, Ben."),
        ("spaced text", "Y o u   i d i o t,   B e n ."),
        ("dotted letters", "You i.d.i.o.t, Ben."),
        ("dashed letters", "You i-d-i-o-t, Ben."),
        ("underscored letters", "You i_d_i_o_t, Ben."),
    ],
)
def test_the_offending_word_is_hidden_and_the_comment_stays(name, expected):
    assert SHORT.hidden_by([BY_NAME[name]]) == expected


@pytest.mark.parametrize("disguise", DISGUISES, ids=lambda disguise: disguise.name)
def test_the_same_comment_is_always_hidden_the_same_way(disguise: Disguise):
    comments = abuses()[::20]

    assert [one.hidden_by([disguise]) for one in comments] == [
        one.hidden_by([disguise]) for one in reversed(comments)
    ][::-1]


def test_of_two_disguises_the_second_goes_over_the_first():
    dotted, leet = BY_NAME["dotted letters"], BY_NAME["leet digits"]

    assert SHORT.hidden_by([dotted, leet]) == "You 1.d.1.o.t, Ben."


def test_letters_keep_their_accents_and_invisible_marks_when_a_word_is_taken_apart():
    piled = "i\u0301\u0302d\u200bi"

    assert BY_NAME["dashed letters"].hide(piled, Random(0)) == "i\u0301\u0302-d\u200b-i"


@pytest.mark.parametrize(
    ("first", "second", "makes_sense"),
    [
        ("leet digits", "dotted letters", True),
        ("dotted letters", "leet digits", True),
        ("zero-width marks", "fullwidth", True),
        # There is no plain letter left for the second.
        ("fullwidth", "leet digits", False),
        ("mathematical letters", "accents", False),
        # The second would take the place of the first, or only repeat it.
        ("dotted letters", "dashed letters", False),
        ("fullwidth", "mathematical letters", False),
        ("leet digits", "leet digits", False),
    ],
)
def test_only_pairs_that_make_sense_are_tried(first, second, makes_sense):
    assert ((BY_NAME[first], BY_NAME[second]) in PAIRS) is makes_sense
