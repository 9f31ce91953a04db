"""How a comment is cut into what is marked, what is veiled, what cannot be seen, and what differs."""

import pytest

from moderation.verdict import Action, Contribution, Signal
from moderation.web.console.differing import differences
from moderation.web.console.marking import Piece, marked, veiled, words
from moderation.web.console.unseen import legend, readable, unseen

MARKS = {
    (None, 0): "{}",
    ("against", 3): "[{}]",
    ("against", 2): "[{}]2",
    ("against", 1): "[{}]1",
    ("for", 3): "<{}>",
    ("for", 1): "<{}>1",
}


def pointing(*spans, weights=(), code="x", action=Action.REVIEW, weight=0.0):
    told = tuple(Contribution(span, weight) for span, weight in zip(spans, weights, strict=False))
    pointed = tuple(span for span in spans if span not in {one.span for one in told if one.weight < 0})
    return Signal(
        source="x", code=code, message="X.", action=action, weight=weight, spans=pointed, words=told
    )


@pytest.mark.parametrize(
    ("shown", "signals"),
    [
        ("abcdef", []),
        ("a[bc]def", [pointing((1, 3))]),
        ("[abcdef]", [pointing((0, 6))]),
        # What overlaps is marked once, whichever signal points there.
        ("a[bcd]ef", [pointing((2, 4)), pointing((1, 3))]),
        ("a[bcd]ef", [pointing((1, 4)), pointing((2, 3))]),
        # Words that moved the score less are marked less.
        ("[ab][cd]1[ef]2", [pointing((0, 2), (2, 4), (4, 6), weights=(2.0, 0.5, 1.0))]),
        # A place that has no weight is as good as any.
        ("[ab][cd]1[ef]", [pointing((0, 2), (2, 4), weights=(2.0, 0.5)), pointing((4, 6))]),
        # What speaks for the text is marked as well, unless something speaks against the same.
        ("[ab]<cd>ef", [pointing((0, 2), (2, 4), weights=(1.0, -0.9))]),
        ("[abcd]ef", [pointing((0, 2), (2, 4), weights=(1.0, -0.9)), pointing((2, 4))]),
        ("<ab>cdef", [pointing((0, 2), action=Action.APPROVE, weight=-1.0)]),
    ],
)
def test_signals_mark_what_they_point_to(shown, signals):
    pieces = marked("abcdef", signals)

    assert "".join(MARKS[one.side, one.strength].format(one.text) for one in pieces) == shown
    assert "".join(one.text for one in pieces) == "abcdef"


def test_the_words_are_listed_with_the_weightiest_first():
    found = words("abcdef", [pointing((0, 2), (2, 4), weights=(0.5, -2.0)), pointing((4, 6))])

    assert [(one.text, one.side, one.strength) for one in found] == [
        ("cd", "for", 3),
        ("ab", "against", 1),
    ]


@pytest.mark.parametrize(
    ("code", "weights", "hidden"),
    [
        ("threat", (1.0, -1.0), ["ab"]),
        ("listed_term", (), ["ab", "cd"]),
        ("spam", (1.0, 1.0), []),
        ("near_copy", (), []),
    ],
)
def test_slurs_and_threats_can_be_veiled(code, weights, hidden):
    pieces = marked("ab cd", [pointing((0, 2), (3, 5), weights=weights, code=code)])

    assert [one.text for one in pieces if one.is_veiled] == hidden


def test_the_same_words_are_veiled_in_other_texts_and_in_what_a_list_says():
    def shown(text, hidden, **how):
        return "".join(
            f"[{one.text}]" if one.is_veiled else one.text for one in veiled(text, hidden, **how)
        )

    assert shown("Ab and cab", {"ab"}) == "[Ab] and c[ab]"
    assert shown("On the list x: “Ab”.", {"cd"}, quotes=True) == "On the list x: [“Ab”]."
    assert shown("a.b", {"."}) == "a[.]b"
    assert shown("text", {""}) == "text"


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("plain text\nin two\tlines", ""),
        ("k\u200bi\u200b\u200bll", "ZWSP ZWSP×2"),
        ("wr\u00adite \u202egnp\u202c", "SHY RLO PDF"),
        ("\u2066a\u2069 \ufeff \x07 \U000e0061", "LRI PDI BOM U+0007 TAG a"),
        ("a\ufe0f \u2800\u3164", "U+FE0F BLANK HF"),
        # Honest: emoji and their families, a keycap, a flag, Persian, Mongolian, a Japanese name.
        ("❤\ufe0f 👩\u200d🚀 👩🏽\u200d🚀 1\ufe0f\u20e3", ""),
        ("🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", ""),
        ("می\u200cخواهم", ""),
        ("葛\U000e0100城", ""),
        # The same between letters that need none of it.
        ("sl\u200dur sl\u200cur a\U000e0100", "ZWJ ZWNJ U+E0100"),
    ],
)
def test_what_cannot_be_seen_is_found_where_it_is_not_honest_writing(text, marks):
    found = unseen(text)
    shown = [what.mark + (f"×{end - start}" if end - start > 1 else "") for (start, end), what in found]

    assert " ".join(shown) == marks
    assert "".join(piece.text for piece in marked(text, [])) == text
    assert len(readable(text)) == len(text) - sum(end - start for (start, end), _ in found)


def test_a_mark_and_an_unseen_character_in_it_are_both_shown():
    pieces = marked("ki\u200bll", [pointing((0, 5))])

    assert [(one.text, one.side, one.unseen is not None) for one in pieces] == [
        ("ki", "against", False),
        ("\u200b", None, True),
        ("ll", "against", False),
    ]


def test_a_text_full_of_unseen_characters_makes_no_endless_page():
    text = "a\u200b" * 30_000
    pieces = marked(text, [])

    assert len(pieces) < 40_000
    assert sum(one.unseen is not None for one in pieces) == 300
    assert [(what.mark, number) for what, number in legend(text)] == [("ZWSP", 30_000)]


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ("He is a good man.", "He is a bad man.", "He is a -good+bad man."),
        ("One", "One two", "One+ two"),
        ("One two", "One", "One- two"),
        ("", "New", "+New"),
        ("Same", "Same", "Same"),
        ("x " * 2_000, "y " * 2_000, "+" + "y " * 2_000),
        ("x " * 2_000, "x " * 2_000, "x " * 2_000),
    ],
)
def test_what_differs_is_said_word_by_word(old, new, shown):
    signs = {"same": "", "removed": "-", "added": "+"}

    assert "".join(signs[change] + text for text, change in differences(old, new)) == shown


def test_a_piece_without_marks_is_plain():
    assert marked("abc", []) == [Piece("abc")]
