"""Choose the comments that the simulation decides on, and say what public data know of each.

A part of some of the files that the shipped model learns from, chosen by a hash of each text. Whoever
trains a base for the simulation leaves these texts out, by their fingerprints.
"""

import csv
import gzip
import hashlib
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from moderation.classifier.corpus import CorpusUnusable, fingerprint

_SEED = 23
# Of each file but that of spam, which is small: all of it is kept apart.
_KEPT_PERCENT = 25
_BY_MANY = 0.5

_WIKIPEDIA = {
    "toxic": "toxicity",
    "severe_toxic": "severe_toxicity",
    "obscene": "obscene",
    "threat": "threat",
    "insult": "insult",
    "identity_hate": "identity_attack",
}
# The beginnings of how the raters of news comments named what they minded.
_NEWS = {
    "Insult": "insult",
    "Identity": "identity_attack",
    "Profane": "obscene",
    "Threat": "threat",
    "Sexually": "obscene",
}


@dataclass(frozen=True, slots=True)
class Comment:
    """A text, where it is from, and what the data say is wrong with it: nothing, of a civil one."""

    text: str
    origin: str
    wrongs: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Kind:
    """Comments of one origin that the data call good or bad, and their share in the stream."""

    name: str
    origin: str
    is_bad: bool
    share: float


NEWS, TALK, VIDEOS = "news sites", "talk pages", "videos"

KINDS = (
    Kind("civil, of Wikipedia's talk pages", TALK, is_bad=False, share=0.57),
    Kind("called civil by most raters, of news sites", NEWS, is_bad=False, share=0.12),
    Kind("no spam, under videos", VIDEOS, is_bad=False, share=0.07),
    Kind("toxic, of news sites", NEWS, is_bad=True, share=0.12),
    Kind("toxic, of Wikipedia's talk pages", TALK, is_bad=True, share=0.05),
    Kind("spam, under videos", VIDEOS, is_bad=True, share=0.07),
)
"""What the stream is made of: a blog's comments are mostly civil."""


@dataclass(frozen=True, slots=True)
class Comments:
    """What there is to decide on, what there is to measure on, and all that the base may not see."""

    decided: Sequence[Comment]
    held_out: Sequence[Comment]
    fingerprints: frozenset[str]


def comments(corpus: Path, *, decided: int, held_out: int) -> Comments:
    """Choose comments of all kinds in their shares: the same ones whenever it is asked.

    Spam to measure on stands under other videos than spam to decide on, and no text is a copy of
    another.
    """
    pools: dict[tuple[str, bool], list[Comment]] = {}
    videos: dict[str, str] = {}
    seen: set[str] = set()
    for comment, video in _kept(corpus):
        mark = fingerprint(comment.text)
        if mark not in seen:
            seen.add(mark)
            videos[comment.text] = video
            pools.setdefault((comment.origin, bool(comment.wrongs)), []).append(comment)
    lots = random.Random(_SEED)
    for pool in pools.values():
        lots.shuffle(pool)
    last_videos = set(sorted(set(videos.values()))[-2:])
    chosen: tuple[list[Comment], list[Comment]] = [], []
    for kind in KINDS:
        pool = pools.get((kind.origin, kind.is_bad), [])
        wanted = round(kind.share * decided), round(kind.share * held_out)
        if kind.origin == VIDEOS:
            parts = [
                [one for one in pool if (videos[one.text] in last_videos) is is_last][:count]
                for is_last, count in zip((False, True), wanted, strict=True)
            ]
        else:
            parts = [pool[: wanted[0]], pool[wanted[0] : sum(wanted)]]
        for part, count, into in zip(parts, wanted, chosen, strict=True):
            if len(part) < count:
                raise CorpusUnusable(
                    f"the corpus holds {len(part)} comments that are {kind.name}; {count} are needed"
                )
            into.extend(part)
    for some in chosen:
        lots.shuffle(some)
    return Comments(*chosen, frozenset(seen))


def _kept(corpus: Path) -> Iterator[tuple[Comment, str]]:
    """Read what is kept apart, with the video of what stands under one."""
    for name, read in (
        ("civil_comments", _news),
        ("jigsaw_six_labels", _talk),
        ("jigsaw_toxic_only", _talk),
    ):
        for row in _rows(corpus / f"toxicity/{name}.csv.gz"):
            if _is_kept(row["text"]):
                yield read(row), ""
    for row in _rows(corpus / "spam/youtube.csv.gz"):
        wrongs = frozenset({"spam"} if row["spam"] == "1" else ())
        yield Comment(row["text"], VIDEOS, wrongs), row["video"]


def _rows(path: Path) -> Iterator[Mapping[str, str]]:
    # Some comments are longer than the csv module's own limit.
    csv.field_size_limit(10_000_000)
    try:
        with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
            yield from csv.DictReader(lines)
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise CorpusUnusable(f"{path} cannot be read: {error}") from error


def _is_kept(text: str) -> bool:
    lot = hashlib.blake2b(text.encode(errors="replace"), key=b"owner").digest()
    return int.from_bytes(lot[:8]) % 100 < _KEPT_PERCENT


def _talk(row: Mapping[str, str]) -> Comment:
    return Comment(
        row["text"],
        TALK,
        frozenset(ours for theirs, ours in _WIKIPEDIA.items() if row.get(theirs) == "1"),
    )


def _news(row: Mapping[str, str]) -> Comment:
    if int(row["raters_toxic"]) / int(row["raters"]) < _BY_MANY:
        return Comment(row["text"], NEWS)
    named = (ours for theirs, ours in _NEWS.items() if theirs in row["spans"])
    return Comment(row["text"], NEWS, frozenset({"toxicity", *named}))
