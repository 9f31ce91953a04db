"""Reading the public texts, and our own."""

import gzip
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from moderation.classifier.corpus import (
    OWN,
    TESTS,
    TRAINING,
    Corpus,
    CorpusUnusable,
    Labelled,
    OwnSet,
    TextFile,
    fingerprint,
)
from tests.classifier.making import SIX, write

FIRST = "toxicity/jigsaw_six_labels"


@pytest.fixture
def copy(corpus: Corpus, tmp_path: Path) -> Corpus:
    """A corpus that a test may spoil."""
    return Corpus(Path(shutil.copytree(corpus.folder, tmp_path / "corpus")), own=())


def training(corpus: Corpus) -> dict[str, list[Labelled]]:
    return {texts.name: rows for texts, rows in corpus.training()}


def test_labels_get_our_names_and_rejection_is_any_of_them(copy: Corpus) -> None:
    rows = [("quite civil", 0, 0, 0, 0, 0, 0), ("an insult", 1, 0, 0, 0, 1, 0)]
    write(copy.folder / f"{FIRST}.csv.gz", ("text", *SIX), list(rows))

    civil, insult = training(copy)[FIRST]

    assert civil.labels == dict.fromkeys(civil.labels, False)
    assert civil.labels["spam"] is False
    assert [name for name, is_so in insult.labels.items() if is_so] == [
        "toxicity",
        "insult",
        "rejection",
    ]
    # Nobody said whether an insult is spam as well.
    assert "spam" not in insult.labels


def test_comments_that_few_raters_minded_are_left_out(copy: Corpus) -> None:
    name = "toxicity/civil_comments"
    rows = [("none minded", 10, 0), ("some minded", 10, 4), ("half minded", 10, 5)]
    write(copy.folder / f"{name}.csv.gz", ("text", "raters", "raters_toxic"), list(rows))

    none, half = training(copy)[name]

    assert (none.labels["rejection"], half.labels["rejection"]) == (False, True)
    assert none.weight < 1


def test_a_text_of_an_open_test_is_never_learnt_from(copy: Corpus) -> None:
    """Not in another case or punctuation either."""
    row = ("This very text, is in the TEST!", *[0] * 6)
    write(copy.folder / TESTS[0].path, ("text", *SIX), [row])
    write(copy.folder / f"{FIRST}.csv.gz", ("text", *SIX), [("this very text is in the test", *[0] * 6)])

    assert training(copy)[FIRST] == []


def test_a_text_that_is_left_out_is_never_learnt_from(copy: Corpus) -> None:
    rows = [("This very text, is KEPT!", *[0] * 6), ("this one is not", *[0] * 6)]
    write(copy.folder / f"{FIRST}.csv.gz", ("text", *SIX), rows)
    left_out = frozenset({fingerprint("this very text is kept")})

    kept = training(replace(copy, left_out=left_out))[FIRST]

    assert [row.text for row in kept] == ["this one is not"]


def test_a_text_is_learnt_from_once(copy: Corpus) -> None:
    row = ("Twice.", *[0] * 6)
    write(copy.folder / f"{FIRST}.csv.gz", ("text", *SIX), [row, row])
    write(copy.folder / "spam/sms.csv.gz", ("text", "spam"), [("twice", 1), ("once", 1)])

    texts = [row.text for rows in training(copy).values() for row in rows]

    assert [text for text in texts if "ice" in text] == ["Twice."]


def test_texts_without_words_are_told_apart() -> None:
    assert fingerprint("???") != fingerprint("!!!")


@pytest.mark.parametrize("file", [*TRAINING, *TESTS], ids=lambda file: file.path)
def test_a_missing_file_is_named(copy: Corpus, file: TextFile) -> None:
    (copy.folder / file.path).unlink()

    with pytest.raises(CorpusUnusable, match=f"{file.path} is missing"):
        training(copy)


def test_a_missing_column_is_named(copy: Corpus) -> None:
    write(copy.folder / "spam/chat.csv.gz", ("text", "label"), [("hello", 0)])

    with pytest.raises(CorpusUnusable, match=r"chat\.csv\.gz has no column spam"):
        training(copy)


@pytest.mark.parametrize(
    ("path", "columns", "row", "problem"),
    [
        ("spam/chat.csv.gz", ("text", "spam"), ("hello", "maybe"), "line 2: spam is 'maybe'"),
        ("spam/chat.csv.gz", ("text", "spam"), ("hello",), "line 2: spam is None"),
        (
            "toxicity/civil_comments.csv.gz",
            ("text", "raters", "raters_toxic"),
            ("hello", 0, 0),
            "line 2: division by zero",
        ),
    ],
)
def test_a_wrong_value_is_named_with_its_line(
    copy: Corpus, path: str, columns: tuple[str, ...], row: tuple[object, ...], problem: str
) -> None:
    write(copy.folder / path, columns, [row])

    with pytest.raises(CorpusUnusable, match=problem):
        training(copy)


def spoil_by_cutting(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def spoil_by_unpacking(path: Path) -> None:
    path.write_bytes(gzip.decompress(path.read_bytes()))


def spoil_by_encoding(path: Path) -> None:
    path.write_bytes(gzip.compress(b"text,spam\n\xff\xfe,1\n"))


@pytest.mark.parametrize("spoil", [spoil_by_cutting, spoil_by_unpacking, spoil_by_encoding])
def test_a_damaged_file_is_named(copy: Corpus, spoil: Callable[[Path], None]) -> None:
    spoil(copy.folder / "spam/chat.csv.gz")

    with pytest.raises(CorpusUnusable, match=r"chat\.csv\.gz cannot be read"):
        training(copy)


def test_a_very_long_comment_is_read(copy: Corpus) -> None:
    write(copy.folder / "spam/chat.csv.gz", ("text", "spam"), [("long " * 100_000, 0)])

    assert len(training(copy)["spam/chat"][0].text) == 500_000


@pytest.mark.parametrize(
    ("name", "columns", "row", "labels"),
    [
        # Mostly swearing teaches nothing; hate and its absence do.
        ("toxicity/tweets_hate_offensive", ("raters", "hate_votes", "neither_votes"), (3, 1, 1), None),
        ("toxicity/tweets_hate_offensive", ("raters", "hate_votes", "neither_votes"), (3, 2, 0), True),
        ("toxicity/tweets_hate_offensive", ("raters", "hate_votes", "neither_votes"), (3, 0, 3), False),
        ("toxicity/forum_hate", ("hate",), (1,), True),
        ("toxicity/forum_hate", ("hate",), (0,), False),
    ],
)
def test_hate_is_an_attack_and_unwanted(
    copy: Corpus, name: str, columns: tuple[str, ...], row: tuple[int, ...], *, labels: bool | None
) -> None:
    write(copy.folder / f"{name}.csv.gz", ("text", *columns), [("some words", *row)])

    found = [one.labels for one in training(copy)[name]]

    names = ("identity_attack", "toxicity", "rejection")
    assert found == ([] if labels is None else [dict.fromkeys(names, labels)])


@pytest.mark.parametrize(
    ("name", "column", "flag", "is_settled"),
    [
        ("toxicity/jigsaw_toxic_only", "toxic", 0, True),
        ("toxicity/jigsaw_toxic_only", "toxic", 1, True),
        ("toxicity/forum_hate", "hate", 0, False),
        ("toxicity/forum_hate", "hate", 1, True),
        ("toxicity/edos_sexism", "sexist", 1, False),
        ("spam/sms", "spam", 0, False),
        ("spam/sms", "spam", 1, True),
    ],
)
def test_what_nobody_minded_for_one_reason_settles_nothing(
    copy: Corpus, name: str, column: str, flag: int, *, is_settled: bool
) -> None:
    write(copy.folder / f"{name}.csv.gz", ("text", column), [("some words", flag)])

    assert [row.is_settled for row in training(copy)[name]] == [is_settled]


def read_two() -> list[tuple[str, dict[str, bool]]]:
    return [("My own WORDS!", {"rejection": True}), ("my own words", {"rejection": False})]


def test_our_own_texts_come_first_weigh_more_and_are_learnt_from_once(copy: Corpus) -> None:
    own = OwnSet("own/two", "written for a test", "as this project", read_two)
    write(copy.folder / f"{FIRST}.csv.gz", ("text", *SIX), [("My own words?", *[0] * 6)])

    read = training(Corpus(copy.folder, own=(own,)))

    (row,) = read["own/two"]
    assert next(iter(read)) == "own/two"
    assert (row.text, row.labels, row.is_settled) == ("My own WORDS!", {"rejection": True}, True)
    assert row.weight > 1
    assert read[FIRST] == []


def test_our_own_texts_that_an_open_test_holds_are_left_out(copy: Corpus) -> None:
    own = OwnSet("own/two", "written for a test", "as this project", read_two)
    write(copy.folder / TESTS[0].path, ("text", *SIX), [("my OWN words", *[0] * 6)])

    assert training(Corpus(copy.folder, own=(own,)))["own/two"] == []


@pytest.mark.parametrize("own", OWN, ids=lambda own: own.name)
def test_each_of_our_own_sets_has_texts_that_are_known_to_be_wanted_or_not(own: OwnSet) -> None:
    rows = list(own.read())

    assert rows
    assert all("rejection" in labels for _, labels in rows)


def test_names_of_hosts_for_examples_are_not_learnt_as_such() -> None:
    texts = [text for own in OWN for text, _ in own.read()]

    assert not [text for text in texts if ".example" in text]
