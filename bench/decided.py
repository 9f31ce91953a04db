"""Fill a database with comments that people decided on, the same ones each time, as many as wanted."""

import bisect
import csv
import gzip
import hashlib
import itertools
import random
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from bench.texts import comments
from moderation import intake, moderators, sites
from moderation.draft import Author, Page, Submission
from moderation.store import Database
from moderation.store.copying import count_on
from moderation.store.tables import Base, Comment, Decision, StoredVerdict
from moderation.text import normalise
from moderation.verdict import ATTRIBUTES, Action, Signal, Thresholds, Verdict

_SEED = 11
_ROWS_AT_ONCE = 2_000
_MODERATORS = 6
_PASSWORD = "correct horse battery"  # noqa: S105  Of a database that is gone a minute later.
# Comments without a corpus: words as common as those of a language are, and new ones without end.
_INVENTED_WORDS = 200_000
_SHORTEST, _LONGEST = 20, 70
_REJECTED_IN = 7
_SLIPS = 0.02
_LONGEST_TEXT = 1_500
# Files with a label for each text, and the column of it.
_FILES = (
    ("toxicity/jigsaw_six_labels.csv.gz", "toxic"),
    ("toxicity/jigsaw_toxic_only.csv.gz", "toxic"),
    ("toxicity/civil_comments.csv.gz", ""),
    ("toxicity/forum_hate.csv.gz", "hate"),
    ("spam/youtube.csv.gz", "spam"),
)
_MINDED = 0.5
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")

Text = tuple[str, bool]


def fill(
    database: Database,
    count: int,
    *,
    texts: Iterable[Text],
    now: datetime,
    tell: Callable[[str, int, int], None],
) -> str:
    """Store the first `count` of these comments, decided on, on one site; return the site's key."""
    with database.writing() as session:
        site, key = sites.add(session, "blog", "https://blog.example.org/", now=now)
        deciders = [
            moderators.add(session, f"moderator-{place}", _PASSWORD, now=now).id
            for place in range(_MODERATORS)
        ]
        draft = Submission(
            id="1",
            text="",
            author=Author(name="reader", email="reader@example.org"),
            page=Page(url="https://blog.example.org/1", title="On page one"),
        )
        sample = _verdict(0.5)
        same = intake.comment_columns(site, draft, sample, normalise(""), edition=1, now=now)
        same |= {"waits_for": None, "revision": 1, "superseded": False, "audit_share": None}
        lots = random.Random(_SEED)
        numbered = enumerate(itertools.islice(texts, count), start=1)
        while some := list(itertools.islice(numbered, _ROWS_AT_ONCE)):
            moments = [now - timedelta(seconds=30 * (count - number)) for number, _ in some]
            session.execute(
                insert(Comment),
                [same | _comment(*one, at) for one, at in zip(some, moments, strict=True)],
            )
            session.execute(
                insert(StoredVerdict),
                [intake.verdict_columns(number, _verdict(lots.random())) for number, _ in some],
            )
            session.execute(
                insert(Decision),
                [
                    {
                        "comment_id": number,
                        "site_id": site.id,
                        "revision": 1,
                        "position": number,
                        "action": Action.REJECT if rejected else Action.APPROVE,
                        "reason": None,
                        "decided_at": at,
                        "moderator_id": lots.choice(deciders),
                    }
                    for (number, (_, rejected)), at in zip(some, moments, strict=True)
                ],
            )
            tell(f"{count:,} decided comments", some[-1][0], count)
        count_on(session.connection(), Base.metadata.sorted_tables)
        session.commit()
    return key


def texts_of(corpus: Path | None) -> Iterator[Text]:
    """Give comments without end, no two of them alike, and whether they are rejected."""
    found = _labelled(corpus) if corpus else _invented()
    seen: set[int] = set()
    for text, rejected in found:
        mark = hash(text)
        if text.strip() and mark not in seen:
            seen.add(mark)
            yield text[:_LONGEST_TEXT], rejected


def _comment(number: int, labelled: Text, at: datetime) -> dict[str, Any]:
    text, rejected = labelled
    mark = hashlib.sha256(text.encode(errors="replace")).hexdigest()
    return {
        "id": number,
        "external_id": str(number),
        "text": text,
        "content_hash": mark,
        "text_hash": mark,
        "author_key": mark[:8],
        "received_at": at,
        "due_at": at,
        "outcome": Action.REJECT if rejected else Action.APPROVE,
    }


def _verdict(probability: float) -> Verdict:
    return Verdict(
        action=Action.REVIEW,
        probability=probability,
        scores=dict.fromkeys(ATTRIBUTES, probability),
        reasons=(
            Signal(source="bench", code="spam", message="Says spam.", action=Action.REVIEW, weight=0.5),
        ),
        model="bench",
        policy="bench",
        thresholds=Thresholds(review_at=0.2, reject_at=0.9),
    )


def _labelled(corpus: Path) -> Iterator[Text]:
    """Give each text of the files once, and then sentences of two that have the same label."""
    csv.field_size_limit(10_000_000)
    every = list(dict(one for path, column in _FILES for one in _rows(corpus / path, column)).items())
    lots = random.Random(_SEED)
    lots.shuffle(every)
    yield from every
    kinds = [[text for text, rejected in every if rejected is kind] for kind in (False, True)]
    share = len(kinds[True]) / len(every)
    while True:
        rejected = lots.random() < share
        first, second = (_sentences(lots, lots.choice(kinds[rejected])) for _ in range(2))
        yield f"{first} {second}", rejected


def _rows(path: Path, column: str) -> Iterator[Text]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            minded = float(row[column] if column else int(row["raters_toxic"]) / int(row["raters"]))
            yield row["text"], minded >= _MINDED


def _sentences(lots: random.Random, text: str) -> str:
    """Give about half of a text, whole sentences of it."""
    found = _SENTENCE_END.split(text)
    begin = lots.randrange(len(found))
    return " ".join(found[begin : begin + max(1, len(found) // 2)])


def _invented() -> Iterator[Text]:
    """Make comments of the example blog's words and many invented ones, the rarer the more there are."""
    lots = random.Random(_SEED)
    plain = sorted({word for text in comments(None)[0] for word in text.split()})
    lots.shuffle(plain)
    words = plain + [_word(lots) for _ in range(_INVENTED_WORDS)]
    # As Zipf found: the second is half as common as the first, the third a third.
    shares = list(itertools.accumulate(1 / place for place in range(1, len(words) + 1)))
    minded = words[50:1_000:50]
    while True:
        number = lots.randint(_SHORTEST, _LONGEST)
        chosen = [words[_place(lots, shares)] for _ in range(number)]
        rejected = lots.randrange(_REJECTED_IN) == 0
        if rejected:
            chosen[: lots.randint(1, 4)] = lots.choices(minded, k=2)
        yield " ".join(chosen), rejected is not (lots.random() < _SLIPS)


def _place(lots: random.Random, shares: Sequence[float]) -> int:
    return bisect.bisect_left(shares, lots.random() * shares[-1])


def _word(lots: random.Random) -> str:
    return "".join(
        lots.choice("bcdfghjklmnprstvwz") + lots.choice(("a", "e", "i", "o", "u", "ar", "en", "ou"))
        for _ in range(lots.randint(1, 4))
    )
