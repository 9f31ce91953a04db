"""Where sentences begin and end."""

from itertools import pairwise

import pytest
from hypothesis import given

from moderation.text import sentences
from tests.text.making import texts


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        (["You suck!!", "lol...", "ok?", "bye"], "You suck!! lol... ok?  bye "),
        # Commenters begin in small letters, so that only the marks tell.
        (["i like it.", "thanks"], "i like it. thanks"),
        (['"Really?"', "(Yes.)", "Good."], '"Really?" (Yes.) Good.'),
        # A new line ends what has no mark.
        (["First", "Second"], "First\r\n\nSecond"),
        # Points that end no sentence.
        (["Mr. Smith paid 3.50, e.g. to J. Doe."], "Mr. Smith paid 3.50, e.g. to J. Doe."),
        (["So do I.", "And you?"], "So do I. And you?"),
        (["これは本です。", "いいね！"], "これは本です。いいね！"),
        # What says nothing by itself goes with what is before it, or comes first of all.
        (["Good. 👍 !!!", "Bye"], "Good. 👍 !!! Bye"),
        (["... well.", "Yes"], "... well. Yes"),
        (["!?!"], "!?!"),
        (["  "], "  "),
    ],
)
def test_a_text_is_cut_into_sentences(expected, text):
    assert [text[start:end] for start, end in sentences(text)] == expected


@given(texts)
def test_only_white_space_is_left_out_and_nothing_comes_twice(text):
    spans = sentences(text)

    assert all(end <= start for (_, end), (start, _) in pairwise(spans))
    assert "".join("".join(text[start:end] for start, end in spans).split()) == "".join(text.split())
