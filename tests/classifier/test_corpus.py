"""Reading the public texts."""

import gzip
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from moderation.classifier.corpus import TESTS, TRAINING, Corpus, CorpusUnusable, Labelled, fingerprint
from tests.classifier.making import SIX, write

FIRST = "toxicity/jigsaw_six_labels.csv.gz"


@pytest.fixture
def copy(corpus: Corpus, tmp_path: Path) -> Corpus:
    """A corpus that a test may spoil."""
    return Corpus(Path(shutil.copytree(corpus.folder, tmp_path / "corpus")))


def training(corpus: Corpus) -> dict[str, list[Labelled]]:
    return {file.path: rows for file, rows in corpus.training()}


def test_labels_get_our_names_and_rejection_is_any_of_them(copy: Corpus) -> None:
    rows = [("quite civil", 0, 0, 0, 0, 0, 0), ("an insult", 1, 0, 0, 0, 1, 0)]
    write(copy.folder / FIRST, ("text", *SIX), list(rows))

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
    path = "toxicity/civil_comments.csv.gz"
    rows = [("none minded", 10, 0), ("some minded", 10, 4), ("half minded", 10, 5)]
    write(copy.folder / path, ("text", "raters", "raters_toxic"), list(rows))

    none, half = training(copy)[path]

    assert (none.labels["rejection"], half.labels["rejection"]) == (False, True)
    assert none.weight < 1


def test_a_text_of_an_open_test_is_never_learnt_from(copy: Corpus) -> None:
    """Not in another case or punctuation either."""
    row = ("This very text, is in the TEST!", *[0] * 6)
    write(copy.folder / TESTS[0].path, ("text", *SIX), [row])
    write(copy.folder / FIRST, ("text", *SIX), [("this very text is in the test", *[0] * 6)])

    assert training(copy)[FIRST] == []


def test_a_text_is_learnt_from_once(copy: Corpus) -> None:
    row = ("Twice.", *[0] * 6)
    write(copy.folder / FIRST, ("text", *SIX), [row, row])
    write(copy.folder / "spam/sms.csv.gz", ("text", "spam"), [("twice", 1), ("once", 1)])

    texts = [row.text for rows in training(copy).values() for row in rows]

    assert [text for text in texts if "ice" in text] == ["Twice."]


def test_texts_without_words_are_told_apart() -> None:
    assert fingerprint("???") != fingerprint("!!!")


@pytest.mark.parametrize("file", [*TRAINING, *TESTS], ids=lambda file: file.path)
def test_a_missing_file_is_named(copy: Corpus, file: object) -> None:
    path = file.path
    (copy.folder / path).unlink()

    with pytest.raises(CorpusUnusable, match=f"{path} is missing"):
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

    assert len(training(copy)["spam/chat.csv.gz"][0].text) == 500_000
