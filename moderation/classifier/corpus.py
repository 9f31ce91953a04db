"""Read the public texts that the shipped model is made from, and those that it is tested on.

Knows the files, their columns and their licences; knows nothing of how a model is fitted.
"""

import csv
import gzip
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from moderation.classifier.counting import Progress, silence
from moderation.refusal import Refusal
from moderation.text import normalise, words

# The data sets' names for what they label, and ours.
_JIGSAW = {
    "toxic": "toxicity",
    "severe_toxic": "severe_toxicity",
    "obscene": "obscene",
    "threat": "threat",
    "insult": "insult",
    "identity_hate": "identity_attack",
}
_TOXIC = {"toxic": "toxicity"}
# News comments that were chosen for being heated: what few raters said of them weighs less, and
# those that no rater minded teach that war, faith and politics may be spoken of.
_CIVIL_WEIGHT = 0.3
_MINDED_BY_MANY = 0.5
# Longer texts that begin alike are taken for copies of one another: some sets hold cut-off copies.
_FINGERPRINT = 200


class CorpusUnusable(Refusal):
    """The folder does not hold the texts as they are expected."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text, what is known of it for each head, and how much that counts."""

    text: str
    fingerprint: str
    labels: Mapping[str, bool]
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class TextFile:
    """One file of the corpus: where it is, where it came from, and how a row becomes labels."""

    path: str
    columns: tuple[str, ...]
    origin: str
    licence: str
    # None for a row that says too little to learn from.
    labels: Callable[[Mapping[str, str]], Mapping[str, bool] | None]
    weight: float = 1.0


def _flags(row: Mapping[str, str], names: Mapping[str, str]) -> dict[str, bool]:
    return {ours: _flag(row, theirs) for theirs, ours in names.items()}


def _flag(row: Mapping[str, str], column: str) -> bool:
    if row[column] not in ("0", "1"):
        raise ValueError(f"{column} is {row[column]!r} where 0 or 1 is expected")
    return row[column] == "1"


def _abuse(row: Mapping[str, str]) -> Mapping[str, bool]:
    labels = _flags(row, _JIGSAW)
    return _with_rejection(labels)


def _toxic_only(row: Mapping[str, str]) -> Mapping[str, bool]:
    return _with_rejection(_flags(row, _TOXIC))


def _with_rejection(labels: dict[str, bool]) -> dict[str, bool]:
    rejection = any(labels.values())
    # Of an abusive comment nobody said whether it is spam too.
    return {**labels, "rejection": rejection} | ({} if rejection else {"spam": False})


def _spam(row: Mapping[str, str]) -> Mapping[str, bool]:
    spam = _flag(row, "spam")
    return {"spam": spam, "rejection": spam}


def _rated(row: Mapping[str, str]) -> Mapping[str, bool] | None:
    minded = int(row["raters_toxic"]) / int(row["raters"])
    if 0 < minded < _MINDED_BY_MANY:
        return None
    return {"toxicity": minded > 0, "rejection": minded > 0}


_WIKIPEDIA = "Jigsaw Toxic Comment Classification (Kaggle, 2018): comments of Wikipedia's talk pages"
_WIKIPEDIA_LICENCE = "labels CC0, Wikipedia text CC BY-SA 3.0"

TRAINING: tuple[TextFile, ...] = (
    TextFile(
        "toxicity/jigsaw_six_labels.csv.gz", ("text", *_JIGSAW), _WIKIPEDIA, _WIKIPEDIA_LICENCE, _abuse
    ),
    TextFile(
        "toxicity/jigsaw_six_labels_normalised.csv.gz",
        ("text", *_JIGSAW),
        f"{_WIKIPEDIA}, in lower case and without punctuation",
        _WIKIPEDIA_LICENCE,
        _abuse,
    ),
    TextFile(
        "toxicity/jigsaw_toxic_only.csv.gz",
        ("text", *_TOXIC),
        _WIKIPEDIA,
        _WIKIPEDIA_LICENCE,
        _toxic_only,
    ),
    TextFile(
        "toxicity/civil_comments.csv.gz",
        ("text", "raters", "raters_toxic"),
        "Civil Comments: comments of news sites, in the selection of SemEval-2021 task 5",
        "CC0",
        _rated,
        _CIVIL_WEIGHT,
    ),
    TextFile("spam/youtube.csv.gz", ("text", "spam"), "UCI YouTube Spam Collection", "CC BY 4.0", _spam),
    TextFile("spam/sms.csv.gz", ("text", "spam"), "UCI SMS Spam Collection", "CC BY 4.0", _spam),
    TextFile("spam/chat.csv.gz", ("text", "spam"), "samples of the tg-spam project", "MIT", _spam),
)

TESTS: tuple[TextFile, ...] = (
    TextFile(
        "open-tests/jigsaw_official_subset.csv.gz",
        ("text", *_JIGSAW),
        "the test set of Jigsaw Toxic Comment Classification, a part of it",
        _WIKIPEDIA_LICENCE,
        _abuse,
    ),
    *(
        TextFile(
            f"open-tests/wikipedia_{name}.csv.gz",
            ("text", *_TOXIC),
            "Jigsaw, unintended bias in text classification",
            "CC BY 4.0",
            _toxic_only,
        )
        for name in ("fuzzed", "nonfuzzed")
    ),
)


@dataclass(frozen=True, slots=True)
class Corpus:
    """A folder of public texts."""

    folder: Path

    def training(self, progress: Progress = silence) -> Iterator[tuple[TextFile, list[Labelled]]]:
        """Read each training file, without what an open test or an earlier file holds already."""
        seen = {row.fingerprint for _, rows in self.tests() for row in rows}
        for number, file in enumerate(TRAINING):
            progress("read the texts", number, len(TRAINING))
            yield file, list(_unseen(self._read(file), seen))
        progress("read the texts", len(TRAINING), len(TRAINING))

    def tests(self) -> Iterator[tuple[TextFile, list[Labelled]]]:
        """Read the open tests, which no model may learn from."""
        for file in TESTS:
            yield file, list(self._read(file))

    def _read(self, file: TextFile) -> Iterator[Labelled]:
        path = self.folder / file.path
        # Some comments are longer than the csv module's own limit.
        csv.field_size_limit(10_000_000)
        try:
            with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
                reader = csv.DictReader(lines)
                missing = [name for name in file.columns if name not in (reader.fieldnames or ())]
                if missing:
                    raise CorpusUnusable(f"{path} has no column {', '.join(missing)}")
                for row in reader:
                    labelled = _labelled(path, reader.line_num, row, file)
                    if labelled:
                        yield labelled
        except FileNotFoundError:
            raise CorpusUnusable(
                f"{path} is missing: models/README.md says which files a corpus holds, and from where"
            ) from None
        except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
            raise CorpusUnusable(f"{path} cannot be read: {error}") from error


def fingerprint(text: str) -> str:
    """Give what copies of a text share: the beginning of its words, without case and punctuation."""
    spoken = (word for word, _ in words(normalise(text).text) if word[0].isalnum())
    # What has no words is its own fingerprint.
    return " ".join(spoken)[:_FINGERPRINT] or text


def _labelled(path: Path, line: int, row: Mapping[str, str], file: TextFile) -> Labelled | None:
    try:
        labels = file.labels(row)
    except (ValueError, ZeroDivisionError, TypeError) as error:
        raise CorpusUnusable(f"{path}, line {line}: {error}") from error
    if labels is None:
        return None
    return Labelled(row["text"], fingerprint(row["text"]), labels, file.weight)


def _unseen(rows: Iterable[Labelled], seen: set[str]) -> Iterator[Labelled]:
    for row in rows:
        if row.fingerprint not in seen:
            seen.add(row.fingerprint)
            yield row
