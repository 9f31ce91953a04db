"""What a text is made of for the classifier."""

from moderation.classifier.counting import count
from moderation.classifier.features import LONGEST_WORD, grams, pair, places
from moderation.text import normalise


def test_a_word_gives_itself_and_its_pieces() -> None:
    expected = ["\tcat", " c", "ca", "at", "t ", " ca", "cat", "at ", " cat", "cat ", " cat "]

    assert grams("cat") == expected


def test_a_short_word_gives_its_longest_piece_once() -> None:
    assert grams("a") == ["\ta", " a", "a ", " a "]


def test_words_pieces_and_pairs_never_share_a_name() -> None:
    """`art` as a word and as a part of `party` are two things."""
    assert "\tart" in grams("art")
    assert "art" in grams("party")
    assert pair("w", "art") not in grams("w") + grams("art")


def test_a_word_without_end_is_cut_into_pieces_that_cover_it() -> None:
    text = normalise("x" * (3 * LONGEST_WORD + 1))

    spans = places(text)

    assert "".join(text.text[start:end] for start, end in spans) == text.text
    assert all(end - start <= LONGEST_WORD for start, end in spans)


def test_counts_hold_each_text_in_its_row() -> None:
    counts = count(["ha ha ha ho", "", "ho"])

    names = [counts.names[index] for index in counts.columns[counts.starts[0] : counts.starts[1]]]
    first = dict(zip(names, counts.counts[: counts.starts[1]].tolist(), strict=True))
    # Each word and each pair counts once, however often it is said.
    assert (first["\tha"], first["ha ha"], first["ha ho"]) == (1, 1, 1)
    assert counts.totals.tolist() == [len(grams("ha")) + len(grams("ho")) + 2, 0, len(grams("ho"))]


def test_rare_grams_are_dropped_and_the_rest_keep_their_counts() -> None:
    counts = count(["red apple", "red pear", "red red"]).seen_in(2)

    assert "\tred" in counts.names
    assert "\tapple" not in counts.names
    assert counts.frequencies()[counts.names.index("\tred")] == 3
    # The length of a text does not depend on which grams are kept.
    assert counts.totals[2] == len(grams("red")) + 1
