"""Make up a tiny public corpus, models whose sums can be done by hand, and a site's decisions."""

import csv
import gzip
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import numpy as np

from moderation.classifier.card import Card
from moderation.classifier.examples import Example
from moderation.classifier.folder import POINTER, Pointer
from moderation.classifier.model import HEADS, Classifier, Weights
from moderation.classifier.storage import installed_versions, save
from moderation.classifier.thresholds import Budgets, Kept, Trades
from moderation.verdict import Thresholds

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)

SIX = ("toxic", "severe_toxic", "obscene", "threat", "insult", "identity_hate")
PLAIN = (
    *("river", "garden", "window", "morning", "coffee", "bread", "market", "letter"),
    *("music", "summer", "village", "station", "mountain", "teacher", "library", "kitchen"),
    *("picture", "question", "answer", "harbour", "meadow", "lantern", "orchard", "bridge"),
)
NASTY = {
    "toxic": "rotten",
    "severe_toxic": "vilest",
    "obscene": "filthy",
    "threat": "hurting",
    "insult": "blockhead",
    "identity_hate": "foreigners",
}


def sentence(lots: random.Random, *also: str) -> str:
    """Make up a comment of twelve everyday words, some of them replaced."""
    chosen = [*lots.choices(PLAIN, k=12 - len(also)), *also]
    lots.shuffle(chosen)
    return " ".join(chosen) + "."


def write(path: Path, columns: tuple[str, ...], rows: Sequence[tuple[object, ...]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(path, "wt", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)


def write_corpus(folder: Path) -> Path:
    """Write every file that a corpus must hold."""
    lots = random.Random(7)

    def one_in_ten() -> bool:
        return lots.random() < 0.1

    def abuse(rows: int) -> list[tuple[object, ...]]:
        found: list[tuple[object, ...]] = []
        for _ in range(rows):
            labels = [int(lots.random() < 0.25) for _ in SIX]
            labels[0] = max(labels)
            # People do not agree: now and then a nasty word is not minded.
            nasty = [
                NASTY[name] for name, label in zip(SIX, labels, strict=True) if label or one_in_ten()
            ]
            found.append((sentence(lots, *nasty), *labels))
        return found

    def toxic(rows: int) -> list[tuple[object, ...]]:
        return [row[:2] for row in abuse(rows)]

    def spam(rows: int) -> list[tuple[str, int]]:
        return one_in_two(rows, "jackpot", "casino")

    def hate(rows: int) -> list[tuple[str, int]]:
        return one_in_two(rows, "foreigners")

    def one_in_two(rows: int, *words: str) -> list[tuple[str, int]]:
        kinds = [index % 2 for index in range(rows)]
        return [(sentence(lots, *(words if kind or one_in_ten() else ())), kind) for kind in kinds]

    write(folder / "toxicity/jigsaw_six_labels.csv.gz", ("text", *SIX), abuse(200))
    write(folder / "toxicity/jigsaw_six_labels_normalised.csv.gz", ("text", *SIX), abuse(60))
    write(folder / "toxicity/jigsaw_toxic_only.csv.gz", ("text", "toxic"), toxic(60))
    rated = [(sentence(lots, *(["rotten"] * (minded > 0))), 10, minded) for minded in [0, 2, 8] * 20]
    write(folder / "toxicity/civil_comments.csv.gz", ("text", "raters", "raters_toxic"), list(rated))
    write(
        folder / "toxicity/tweets_hate_offensive.csv.gz",
        ("text", "raters", "hate_votes", "neither_votes"),
        [(text, 3, 3 * kind, 3 - 3 * kind) for text, kind in hate(60)],
    )
    write(folder / "toxicity/forum_hate.csv.gz", ("text", "hate"), hate(60))
    write(folder / "toxicity/edos_sexism.csv.gz", ("text", "sexist"), hate(30))
    for name in ("youtube", "sms", "chat"):
        write(folder / f"spam/{name}.csv.gz", ("text", "spam"), spam(60))
    write(folder / "open-tests/jigsaw_official_subset.csv.gz", ("text", *SIX), abuse(60))
    for name in ("fuzzed", "nonfuzzed"):
        write(folder / f"open-tests/wikipedia_{name}.csv.gz", ("text", "toxic"), toxic(60))
    return folder


def made_by_hand(name: str, *, bad: float = 3.0) -> Classifier:
    vocabulary = ("\tbad", " bad", "bad ", "very bad", "\tgood", "é ")
    grams = np.zeros((len(vocabulary), len(HEADS)), np.float32)
    grams[:, 0] = (bad, 0.5, 0.25, 2.0, -1.0, 0.125)
    grams[0, HEADS.index("insult")] = 4.0
    intercepts = np.full(len(HEADS), -1.0)
    return Classifier(
        name, Thresholds(review_at=0.3, reject_at=0.7), Weights(vocabulary, grams, intercepts, 2.0)
    )


def heeding(*names: str, weight: float = 2.0) -> Classifier:
    """The model made by hand, with a weight for these grams besides."""
    model = made_by_hand("heeding")
    more = np.zeros((len(names), len(HEADS)), np.float32)
    more[:, 0] = weight
    weights = Weights(
        (*model.weights.vocabulary, *names),
        np.vstack([model.weights.grams, more]),
        model.weights.intercepts,
        model.weights.length_offset,
    )
    return Classifier(model.version, model.thresholds, weights)


def card_for(classifier: Classifier) -> Card:
    """A card that says just enough for the model to be saved."""
    return Card(
        name=classifier.version,
        created_at=NOW,
        versions=installed_versions(),
        sources=(),
        labels={},
        grams=len(classifier.weights.vocabulary),
        budgets=Kept.of(Budgets()),
        thresholds=classifier.thresholds,
        trades=Trades(good_lost=(), bad_published=()),
        thresholds_in_words="",
        tests=(),
        known_failures=(),
    )


def keep(models: Path, name: str, *, bad: float = 3.0) -> Path:
    """Save a small model under a name."""
    classifier = made_by_hand(name, bad=bad)
    save(models / name, classifier, card_for(classifier))
    return models / name


def point(models: Path, *names: str, since: datetime | None = None) -> None:
    """Let the first of the models serve, and the others have served before, as earlier versions did."""
    pointer = Pointer(model=names[0], previous=names[1:], since=since)
    (models / POINTER).write_bytes(msgspec.json.encode(pointer))


def decisions(number: int, *, learnable: bool = True, seed: int = 3) -> list[Example]:
    """Decisions of a site that cannot stand gardening tips, every third of them a rejection."""
    lots = random.Random(seed)
    return [
        Example(
            text=sentence(lots, *(["compost"] * (rejected if learnable else lots.random() < 0.5))),
            rejected=rejected,
            weight=1.0,
            decided_at=NOW + timedelta(minutes=index),
        )
        for index in range(number)
        for rejected in [index % 3 == 0]
    ]
