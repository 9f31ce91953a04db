"""Reading a text as a person would, and finding the way back to it."""

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from moderation.text import Normalised, normalise
from moderation.text.folding import fold
from tests.text.making import ASSIGNED, texts


@pytest.mark.parametrize(
    ("folded", "written"),
    [
        # Case, also where one letter becomes two.
        ("what a day.", "What a DAY."),
        ("strasse", "Straße"),
        ("σίσυφοσ", "ΣΊΣΥΦΟΣ"),
        ("σίσυφοσ", "Σίσυφος"),
        # Letters that look alike by standard: full width, mathematical, circled, joined.
        ("casino", "ｃａｓｉｎｏ"),
        ("casino", "𝐂𝐚𝐬𝐢𝐧𝐨"),
        ("casino", "ⓒⓐⓢⓘⓝⓞ"),
        ("find", "ﬁnd"),
        ("ガ", "ｶﾞ"),
        # Composed or not, it is the same letter.
        ("café", "cafe\u0301"),
        ("ậ", "a\u0302\u0323"),
        ("ậ", "a\u0323\u0302"),
        ("한글", "\u1112\u1161\u11ab\u1100\u1173\u11af"),
        ("கொ", "\u0b95\u0bc6\u0bbe"),
        # What is not shown: zero width, soft hyphen, byte order, variation selectors, fillers.
        ("casino", "ca\u200bsi\u200cno"),
        ("casino", "ca\u00adsi\u2060no"),
        ("casino", "\ufeffcasino"),
        ("casino", "c\ufe0fa\u034fs\U000e0100i\u115fn\u3164o\uffa0"),
        # Writing directions: an override would show this text backwards.
        ("casino", "\u202ecasino\u202c"),
        ("casino", "\u2067casino\u2069\u200f"),
        # A mark after what is not shown belongs to the letter before it.
        ("é", "e\u200b\u0301"),
        # A line stays a line.
        ("one\n\ttwo", "One\n\tTwo"),
        ("", ""),
    ],
)
def test_what_looks_the_same_has_one_spelling(folded: str, written: str) -> None:
    assert normalise(written).text == folded


@pytest.mark.parametrize(
    "honest",
    [
        "شكرا على المقال المفيد",
        "תודה על המאמר",
        "спасибо за статью",
        "ευχαριστώ για το άρθρο",
        "हिन्दी में धन्यवाद",
        "ขอบคุณสำหรับบทความ",
        "谢谢你的文章",
        "記事をありがとう",
        "기사 감사합니다",
        "cảm ơn bạn vì bài viết",
    ],
)
def test_every_script_keeps_its_letters(honest: str) -> None:
    expected = [letter for letter in unicodedata.normalize("NFKC", honest) if letter.isalnum()]

    normalised = normalise(honest).text

    kept = [letter for letter in normalised if letter.isalnum()]
    # The final sigma is the one letter here that case folding spells otherwise.
    assert kept == [letter.replace("ς", "σ") for letter in expected]
    assert len(normalised.split()) == len(honest.split())


@pytest.mark.parametrize(
    ("kept", "written"),
    [
        # A joined emoji falls apart into the emoji it is made of.
        ("👩💻", "👩\u200d💻"),
        ("❤", "❤\ufe0f"),
        ("👍🏽", "👍🏽"),
        # Persian puts a joiner between the parts of a word; all letters of it stay.
        ("میخواهم", "می\u200cخواهم"),
    ],
)
def test_joiners_go_and_what_they_joined_stays(kept: str, written: str) -> None:
    assert normalise(written).text == kept


@settings(deadline=None)
@given(texts)
def test_normalising_twice_changes_nothing(original: str) -> None:
    once = normalise(original).text

    assert normalise(once).text == once


def test_every_assigned_character_is_settled_at_once() -> None:
    unsettled = [
        character
        for character in ASSIGNED
        if normalise(normalise(character).text).text != normalise(character).text
    ]

    assert unsettled == []


def test_every_assigned_character_reads_like_the_characters_it_is_composed_of() -> None:
    different = [
        character
        for character in ASSIGNED
        for form in ("NFD", "NFKD")
        # The signs that stand for whole words stay as they are.
        if len(unicodedata.normalize("NFKC", character)) <= 4
        and normalise(unicodedata.normalize(form, character)).text != normalise(character).text
    ]

    assert different == []


@settings(deadline=None)
@given(texts)
@example("")
@example("\u200b")
@example("ﷺ")
@example("k\u0131 1 d 1 o t")
@example("a f.u.c.k k1ll!")
def test_every_character_knows_where_it_came_from(original: str) -> None:
    normalised = normalise(original)

    places = [normalised.origin((index, index + 1)) for index in range(len(normalised.text))]
    assert places == sorted(places)
    assert [end for _, end in places] == sorted(end for _, end in places)
    assert all(0 <= start < end <= len(original) for start, end in places)


@settings(deadline=None)
@given(texts, st.data())
def test_the_way_back_leads_to_what_reads_the_same(original: str, data: st.DataObject) -> None:
    """A slice may bring a neighbour along that folds into the same character, but loses nothing.

    What looks disguised by itself need not where it stands, so the slice is also read without undoing.
    """
    normalised = normalise(original)
    start = data.draw(st.integers(0, len(normalised.text)))
    end = data.draw(st.integers(start, len(normalised.text)))

    first, last = normalised.origin((start, end))

    assert 0 <= first <= last <= len(original)
    cut_out = original[first:last]
    assert any(normalised.text[start:end] in read for read in (normalise(cut_out).text, fold(cut_out)))


@settings(deadline=None)
@given(texts)
def test_the_whole_of_a_text_leads_back_to_all_that_is_shown(original: str) -> None:
    normalised = normalise(original)

    start, end = normalised.origin((0, len(normalised.text)))

    assert normalise(original[start:end]).text == normalised.text


@pytest.mark.parametrize(
    ("back", "original", "found"),
    [
        ("Casino", "A Casino!", "casino"),
        ("CASINO", "😀 é ﷺ CASINO", "casino"),
        ("ca\u200bsino", "a ca\u200bsino", "casino"),
        # What one character became leads back to all of it.
        ("ß", "Straße", "s"),
        ("ﬁ", "a ﬁnd", "i"),
        # A word in disguise is led back to as a whole, and its neighbours stay what they are.
        ("k1ll", "Go k1ll it", "kill"),
        ("K1LL", "Go K1LL it", "il"),
        (" it", "Go k1ll it", " it"),
        ("i d i o t", "An i d i o t!", "idiot"),
        ("y_o_u", "k_i_l_l y_o_u", "you"),
        ("y o u", "k i l l y o u", "you"),
        ("ïd\u200bïö\u0300\u0301\u0302t", "é ïd\u200bïö\u0300\u0301\u0302t", "idiot"),
        ("b", "f.u.c.k a b", "b"),
        # What several characters became, too.
        ("e\u0301", "cafe\u0301s", "é"),
        ("ｶﾞ", "ｺｶﾞ", "ガ"),
    ],
)
def test_a_span_leads_back_to_the_original(back: str, original: str, found: str) -> None:
    normalised = normalise(original)
    place = normalised.text.rindex(found)

    start, end = normalised.origin((place, place + len(found)))

    assert original[start:end] == back


def test_an_empty_span_leads_nowhere() -> None:
    assert normalise("What a day.").origin((3, 3)) == (0, 0)


@given(st.text(st.characters(max_codepoint=0x7F)))
def test_plain_text_is_read_alike_beside_other_scripts(plain: str) -> None:
    """ASCII takes a shorter way, which must lead to the same place."""
    short, long = normalise(plain), normalise(plain + "\n" * 5 + "中")

    assert short.text == long.text.removesuffix("\n" * 5 + "中")
    assert all(
        short.origin((index, index + 1)) == long.origin((index, index + 1))
        for index in range(len(short.text))
    )


@pytest.mark.parametrize(
    "word",
    [
        lambda number: f"k1ll{number}a",
        lambda number: f"f*ck{number}",
        lambda number: f"id{number}iot,",
        lambda _: "k.i.l.l then",
    ],
)
def test_a_text_that_is_disguised_throughout_is_left_as_it_is_written(
    word: Callable[[int], str],
) -> None:
    original = " ".join(word(number) for number in range(2_000))

    normalised = normalise(original)

    assert not normalised.is_read
    assert normalised.text == fold(original)
    assert normalise(normalised.text) == Normalised(
        normalised.text, normalised.text, normalised.chunks, is_read=False
    )


def test_a_long_text_with_some_disguises_is_read_to_its_end() -> None:
    plain = "One day the bridge was closed, and nobody knew why; ask the workers. "
    text = (plain * 300)[:19_900] + " k1ll y0urself"

    normalised = normalise(text)

    assert normalised.is_read
    assert normalised.text.endswith(" kill yourself")
