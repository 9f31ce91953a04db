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

from moderation.classifier.corpus import JIGSAW, CorpusUnusable, fingerprint

_SEED = 23
# Of each file but that of spam, which is small: all of it is kept apart.
_KEPT_PERCENT = 25
# Of those who rated a news comment. What is between is a matter of taste, and she has one of her own,
# which cannot be read off a vote: it is left out.
_MINDED_BY_FEW, _MINDED_BY_ALL = 0.34, 0.9

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
    Kind("civil, on Wikipedia's talk pages", TALK, is_bad=False, share=0.62),
    Kind(
        "heated, but minded by a third of its raters at most, on news sites",
        NEWS,
        is_bad=False,
        share=0.08,
    ),
    Kind("no spam, under videos", VIDEOS, is_bad=False, share=0.07),
    Kind("toxic, on Wikipedia's talk pages", TALK, is_bad=True, share=0.08),
    Kind("toxic to nine of ten raters, on news sites", NEWS, is_bad=True, share=0.08),
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

    What there is to measure on stands under other videos than what is decided on, and no text is a
    copy of another.
    """
    pools: dict[tuple[str, bool], list[_Kept]] = {}
    seen: set[str] = set()
    for one in _kept(corpus):
        mark = fingerprint(one.text)
        if mark not in seen and one.wrongs is not None:
            pools.setdefault((one.origin, bool(one.wrongs)), []).append(one)
        seen.add(mark)
    lots = random.Random(_SEED)
    first: list[Comment] = []
    last: list[Comment] = []
    for kind in KINDS:
        pool = pools.get((kind.origin, kind.is_bad), [])
        lots.shuffle(pool)
        taken: set[str] = set()
        for into, count, other in ((first, decided, "last"), (last, held_out, "first")):
            wanted = round(kind.share * count)
            some = [one for one in pool if one.part != other and one.text not in taken][:wanted]
            if len(some) < wanted:
                raise CorpusUnusable(
                    f"of comments that are {kind.name}, {wanted} are needed and {len(some)} are there"
                )
            taken.update(one.text for one in some)
            into.extend(Comment(one.text, one.origin, one.wrongs or frozenset()) for one in some)
    for chosen in (first, last):
        lots.shuffle(chosen)
    return Comments(first, last, frozenset(seen))


@dataclass(frozen=True, slots=True)
class _Kept:
    """A text that is kept apart, and what is known of it."""

    text: str
    origin: str
    # None where nobody can say.
    wrongs: frozenset[str] | None
    # Whether it may be decided on only (first) or measured on only (last).
    part: str = ""


def _kept(corpus: Path) -> Iterator[_Kept]:
    for name, columns, origin, wrongs in (
        ("civil_comments", ("raters", "raters_toxic", "spans"), NEWS, _wrongs_of_news),
        ("jigsaw_six_labels", tuple(JIGSAW), TALK, _wrongs_of_talk),
        ("jigsaw_toxic_only", ("toxic",), TALK, _wrongs_of_talk),
    ):
        for row in _rows(corpus / f"toxicity/{name}.csv.gz", "text", *columns):
            if _is_kept(row["text"]):
                yield _Kept(row["text"], origin, wrongs(row))
    rows = list(_rows(corpus / "spam/youtube.csv.gz", "video", "text", "spam"))
    videos = sorted({row["video"] for row in rows})
    late = videos[len(videos) // 2 :]
    for row in rows:
        spam = frozenset({"spam"} if row["spam"] == "1" else ())
        yield _Kept(row["text"], VIDEOS, spam, "last" if row["video"] in late else "first")


def _rows(path: Path, *columns: str) -> Iterator[Mapping[str, str]]:
    # Some comments are longer than the csv module's own limit.
    csv.field_size_limit(10_000_000)
    try:
        with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
            reader = csv.DictReader(lines)
            missing = [name for name in columns if name not in (reader.fieldnames or ())]
            if missing:
                raise CorpusUnusable(f"{path} has no column {', '.join(missing)}")
            yield from reader
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise CorpusUnusable(f"{path} cannot be read: {error}") from error


def _is_kept(text: str) -> bool:
    lot = hashlib.blake2b(text.encode(errors="replace"), key=b"owner").digest()
    return int.from_bytes(lot[:8]) % 100 < _KEPT_PERCENT


def _wrongs_of_talk(row: Mapping[str, str]) -> frozenset[str]:
    return frozenset(ours for theirs, ours in JIGSAW.items() if row.get(theirs) == "1")


def _wrongs_of_news(row: Mapping[str, str]) -> frozenset[str] | None:
    minded = int(row["raters_toxic"]) / int(row["raters"])
    if minded <= _MINDED_BY_FEW:
        return frozenset()
    if minded < _MINDED_BY_ALL:
        return None
    return frozenset({"toxicity", *(ours for theirs, ours in _NEWS.items() if theirs in row["spans"])})
