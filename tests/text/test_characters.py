"""The classes of characters that are written out must agree with Unicode."""

import re
import unicodedata

from moderation.text.characters import MARK, UNSEEN
from moderation.text.folding import fold
from tests.text.making import ASSIGNED


def test_marks_are_what_unicode_calls_marks() -> None:
    mark = re.compile(MARK)

    wrong = [
        character
        for character in ASSIGNED
        if (mark.match(character) is None) is unicodedata.category(character).startswith("M")
    ]

    assert wrong == []


def test_no_format_character_is_seen() -> None:
    unseen = re.compile(f"[{UNSEEN}]")

    seen = [
        character
        for character in ASSIGNED
        if unicodedata.category(character) == "Cf" and not unseen.match(character)
    ]

    assert seen == []


def test_no_character_grows_beyond_what_can_be_read_in_time() -> None:
    assert max(len(fold(character)) for character in ASSIGNED) <= 4
