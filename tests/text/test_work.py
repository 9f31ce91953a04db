"""How much work a hostile text can make."""

import sys
from types import FrameType

import pytest

from moderation.text import fingerprint, host, links, normalise, word_list
from moderation.text.language import detect
from moderation.text.spacing import segmented

LONGEST = 65_536


@pytest.mark.parametrize(
    "piece",
    [
        *["a", ".", "a.", "a-", "a_", "-.", "a.a-", "x.com.", "x.com/", "x.com ", "bit.ly/a"],
        *["@", "a@", "a@a.", "a+", "a@b.com", "http://", "http://a@", "https:/", "www.", "www.a "],
        *["'", "a'", "’", "%", "\\", " ", "\n", "\t \n"],
        *["e\u0301", "\u0301", "a\u0338", "\u200b", "\ufe0f", "ﷺ", "ß", "İ", "ｶﾞ", "\u1100\u1161\u11a8"],
        *["👩\u200d💻", "中", "中.com"],
        *[
            "i.",
            "i ",
            "1l",
            "k1ll ",
            "f*",
            "$",
            "!a",
            "aaab",
            "a5 ",
            "fu.",
            "ѕ",
            "ѕh1t ",
            "ü",
            "üd ",
            "🅸",
            "🇫",
        ],
    ],
)
def test_no_text_takes_long(piece: str) -> None:
    """A step that takes the square of a text's length would take minutes here."""
    for text in ((piece * LONGEST)[:LONGEST], ("http://" + piece * LONGEST)[:LONGEST]):
        normalised = normalise(text)
        word_list(normalised.text)
        links(normalised)
        host(text)
        fingerprint(normalised)
        normalised.origin((0, len(normalised.text)))
        detect(normalised)


PIECES = [
    *[
        "i.",
        "i d i o t ",
        "a$$ ",
        "k1ll ",
        "1l1l1l1l ",
        "f*ck ",
        "id.iot ",
        "aaab",
        "ѕhit ",
        "ïdïöt ",
        "a.a.b.c ",
    ],
    *[
        "x",
        "1a",
        "@",
        "!",
        "_a",
        "'a",
        "\u0301",
        "e\u0301",
        "👩\u200d💻",
        "中",
        "good people come here ",
        "ﷺ",
    ],
]


def steps(text: str) -> int:
    """Count the calls, of Python and of C, that reading a text takes."""
    count = 0

    def counted(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    # What is remembered of other texts would count as no work.
    segmented.cache_clear()
    sys.setprofile(counted)
    try:
        normalised = normalise(text)
        normalised.origin((0, len(normalised.text)))
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("piece", PIECES)
def test_twice_the_text_is_twice_the_work(piece: str) -> None:
    # Once first, so that what is read once and kept does not count.
    normalise("k1ll qa$$ pf*ck ѕhit i d i o t " + piece)

    assert steps(piece * 2_000) <= 2.5 * steps(piece * 1_000) + 100
