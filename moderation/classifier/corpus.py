"""Read the texts that the shipped model is made from, our own beside public ones, and the open tests.

Knows the files, their columns and their licences, and what each row says of which head; knows nothing
of how a model is fitted.
"""

import csv
import gzip
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from moderation.classifier import own_texts
from moderation.classifier.counting import Progress, silence
from moderation.refusal import Refusal
from moderation.text import normalise, word_list

# The data sets' names for what they label, and ours.
JIGSAW = {
    "toxic": "toxicity",
    "severe_toxic": "severe_toxicity",
    "obscene": "obscene",
    "threat": "threat",
    "insult": "insult",
    "identity_hate": "identity_attack",
}
_TOXIC = {"toxic": "toxicity"}
# Texts of other places than the open tests' weigh less: they are shorter, rougher, or were chosen for
# being heated. Without them nothing would be known of such places.
_ELSEWHERE = 0.3
# Written by one hand for this project; few, and the closest to what blogs get.
_OWN_WEIGHT = 1.5
_BY_MANY = 0.5
_ENDINGS = ("com", "net", "org", "info", "co.uk", "shop", "online")
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
    # Whether it can serve to set thresholds: what nobody minded for one reason may be bad for another.
    is_settled: bool = True


@dataclass(frozen=True, slots=True)
class TextSet:
    """Texts that belong together, and where they came from."""

    name: str
    origin: str
    licence: str


@dataclass(frozen=True, slots=True)
class TextFile(TextSet):
    """One file of the corpus, and how a row becomes labels."""

    columns: tuple[str, ...]
    # None for a row that says too little to learn from.
    labels: Callable[[Mapping[str, str]], Mapping[str, bool] | None]
    weight: float = 1.0
    # Whether it was looked through for all that moderators mind, or for one thing only.
    is_thorough: bool = True

    @property
    def path(self) -> str:
        """Where it is in the folder of the corpus."""
        return f"{self.name}.csv.gz"


@dataclass(frozen=True, slots=True)
class OwnSet(TextSet):
    """A set of our own texts, and how to read it."""

    read: Callable[[], Iterable[tuple[str, Mapping[str, bool]]]]


def _flags(row: Mapping[str, str], names: Mapping[str, str]) -> dict[str, bool]:
    return {ours: _flag(row, theirs) for theirs, ours in names.items()}


def _flag(row: Mapping[str, str], column: str) -> bool:
    if row[column] not in ("0", "1"):
        raise ValueError(f"{column} is {row[column]!r} where 0 or 1 is expected")
    return row[column] == "1"


def _abuse(row: Mapping[str, str]) -> Mapping[str, bool]:
    labels = _flags(row, JIGSAW)
    return _with_rejection(labels)


def _toxic_only(row: Mapping[str, str]) -> Mapping[str, bool]:
    return _with_rejection(_flags(row, _TOXIC))


def _with_rejection(labels: dict[str, bool]) -> dict[str, bool]:
    rejection = any(labels.values())
    # Of an abusive comment nobody said whether it is spam too.
    return {**labels, "rejection": rejection} | ({} if rejection else {"spam": False})


def _spam(row: Mapping[str, str]) -> Mapping[str, bool]:
    return _spam_or_not(spam=_flag(row, "spam"))


def _spam_or_not(*, spam: bool) -> Mapping[str, bool]:
    # Nobody said whether the spam is abusive too; what is not spam there was not minded.
    return {"spam": spam, "rejection": spam} | ({} if spam else {"toxicity": False})


def _rated(row: Mapping[str, str]) -> Mapping[str, bool] | None:
    minded = int(row["raters_toxic"]) / int(row["raters"])
    if 0 < minded < _BY_MANY:
        return None
    return dict.fromkeys(("toxicity", "rejection"), minded > 0)


def _voted(row: Mapping[str, str]) -> Mapping[str, bool] | None:
    hate, neither = (int(row[votes]) / int(row["raters"]) for votes in ("hate_votes", "neither_votes"))
    if max(hate, neither) < _BY_MANY:
        # Mostly swearing, which would teach that swearing is abuse.
        return None
    return dict.fromkeys(("identity_attack", "toxicity", "rejection"), hate >= _BY_MANY)


def _hateful(row: Mapping[str, str]) -> Mapping[str, bool]:
    return dict.fromkeys(("identity_attack", "toxicity", "rejection"), _flag(row, "hate"))


def _sexist(row: Mapping[str, str]) -> Mapping[str, bool]:
    return {"identity_attack": _flag(row, "sexist")}


_WIKIPEDIA = "Jigsaw Toxic Comment Classification (Kaggle, 2018): comments of Wikipedia's talk pages"
_WIKIPEDIA_LICENCE = "labels CC0, Wikipedia text CC BY-SA 3.0"
_HATE_VOTES = ("hate_votes", "neither_votes")

TRAINING: tuple[TextFile, ...] = (
    TextFile("toxicity/jigsaw_six_labels", _WIKIPEDIA, _WIKIPEDIA_LICENCE, ("text", *JIGSAW), _abuse),
    TextFile(
        "toxicity/jigsaw_six_labels_normalised",
        f"{_WIKIPEDIA}, in lower case and without punctuation",
        _WIKIPEDIA_LICENCE,
        ("text", *JIGSAW),
        _abuse,
    ),
    TextFile(
        "toxicity/jigsaw_toxic_only", _WIKIPEDIA, _WIKIPEDIA_LICENCE, ("text", *_TOXIC), _toxic_only
    ),
    TextFile(
        "toxicity/civil_comments",
        "Civil Comments: comments of news sites, in the selection of SemEval-2021 task 5",
        "CC0",
        ("text", "raters", "raters_toxic"),
        _rated,
        _ELSEWHERE,
    ),
    TextFile(
        "toxicity/tweets_hate_offensive",
        "Davidson and others, 2017: tweets that hold words of hate speech",
        "MIT",
        ("text", "raters", *_HATE_VOTES),
        _voted,
        _ELSEWHERE,
    ),
    TextFile(
        "toxicity/forum_hate",
        "Vicomtech hate speech dataset: sentences of a white supremacists' forum",
        "CC BY-SA 3.0",
        ("text", "hate"),
        _hateful,
        _ELSEWHERE,
        is_thorough=False,
    ),
    TextFile(
        "toxicity/edos_sexism",
        "EDOS (SemEval-2023 task 10): posts of Gab and Reddit",
        "CC0",
        ("text", "sexist"),
        _sexist,
        _ELSEWHERE,
        is_thorough=False,
    ),
    *(
        TextFile(f"spam/{name}", origin, licence, ("text", "spam"), _spam, is_thorough=False)
        for name, origin, licence in (
            ("youtube", "UCI YouTube Spam Collection", "CC BY 4.0"),
            ("sms", "UCI SMS Spam Collection", "CC BY 4.0"),
            ("chat", "samples of the tg-spam project", "MIT"),
        )
    ),
)

TESTS: tuple[TextFile, ...] = (
    TextFile(
        "open-tests/jigsaw_official_subset",
        "the test set of Jigsaw Toxic Comment Classification, a part of it",
        _WIKIPEDIA_LICENCE,
        ("text", *JIGSAW),
        _abuse,
    ),
    *(
        TextFile(
            f"open-tests/wikipedia_{name}",
            "Jigsaw, unintended bias in text classification",
            "CC BY 4.0",
            ("text", *_TOXIC),
            _toxic_only,
        )
        for name in ("fuzzed", "nonfuzzed")
    ),
)


def _blog_comments() -> Iterator[tuple[str, Mapping[str, bool]]]:
    for one in own_texts.blog_comments():
        yield _believable(one.text), _spam_or_not(spam=one.spam)


def _believable(text: str) -> str:
    """Put an ending that hosts really have for the one that is reserved for examples."""
    lots = zlib.crc32(text.encode())
    return re.sub(r"\.example\b", f".{_ENDINGS[lots % len(_ENDINGS)]}", text)


def _civil() -> Iterator[tuple[str, Mapping[str, bool]]]:
    for text in own_texts.civil():
        yield text, dict.fromkeys(("rejection", *JIGSAW.values(), "spam"), False)


def _uncivil() -> Iterator[tuple[str, Mapping[str, bool]]]:
    for one in own_texts.uncivil():
        yield one.text, {"rejection": True} | {name: name in one.labels for name in JIGSAW.values()}


OWN: tuple[OwnSet, ...] = tuple(
    OwnSet(f"own/{name}", "written for this project", "as this project", read)
    for name, read in (
        ("blog_comments", _blog_comments),
        ("civil_comments", _civil),
        ("uncivil_comments", _uncivil),
    )
)


@dataclass(frozen=True, slots=True)
class Corpus:
    """A folder of public texts, and our own beside it."""

    folder: Path
    own: tuple[OwnSet, ...] = OWN
    # Fingerprints of texts that are kept for something else.
    left_out: frozenset[str] = frozenset()

    def training(self, progress: Progress = silence) -> Iterator[tuple[TextSet, list[Labelled]]]:
        """Read our own texts and each training file, without what was read or an open test holds.

        Without what is to be left out, too.
        """
        seen = {*self.left_out, *(row.fingerprint for _, rows in self.tests() for row in rows)}
        for own in self.own:
            yield own, list(_unseen(map(_own, own.read()), seen))
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
    spoken = (word for word in word_list(normalise(text).text) if word[0].isalnum())
    # What has no words is its own fingerprint.
    return " ".join(spoken)[:_FINGERPRINT] or text


def _own(row: tuple[str, Mapping[str, bool]]) -> Labelled:
    text, labels = row
    return Labelled(text, fingerprint(text), labels, _OWN_WEIGHT)


def _labelled(path: Path, line: int, row: Mapping[str, str], file: TextFile) -> Labelled | None:
    try:
        labels = file.labels(row)
    except (ValueError, ZeroDivisionError, TypeError) as error:
        raise CorpusUnusable(f"{path}, line {line}: {error}") from error
    if labels is None:
        return None
    is_settled = file.is_thorough or labels.get("rejection", False)
    return Labelled(row["text"], fingerprint(row["text"]), labels, file.weight, is_settled)


def _unseen(rows: Iterable[Labelled], seen: set[str]) -> Iterator[Labelled]:
    for row in rows:
        if row.fingerprint not in seen:
            seen.add(row.fingerprint)
            yield row
