"""Fill a database with stored comments, the same ones each time, of which some wait."""

import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from bench.texts import comments
from moderation import intake, sites
from moderation.draft import Author, Page, Submission
from moderation.store import Database
from moderation.store.tables import Comment, Facet, Site, StoredVerdict
from moderation.text import normalise
from moderation.verdict import ATTRIBUTES, Action, Signal, Thresholds, Verdict

COMMON = "griffin"
"""A word that a third of the comments say,"""
RARE = "hippogriff"
"""and one that 25 do, however many there are."""
COMMON_REASON = "insult"
"""A reason that was given for every comment that waits,"""
RARE_REASON = "first_time_author"
"""and one for 25 of them."""

_SEED = 7
_SITES = 4
_ROWS_AT_ONCE = 2_000
_SAID_ONCE_IN = 3
_RARE = 25
_FRONT_PAGE_IN = 5
_MINUTES_APART = 3
_CODES = ("obscene", "spam", "too_many_links", "other_language", "known_author")


def fill(
    database: Database,
    count: int,
    waiting: int,
    *,
    now: datetime,
    tell: Callable[[str, int, int], None],
) -> None:
    """Store `count` comments on four sites, of which `waiting` wait."""
    with database.writing() as session:
        added = [
            sites.add(session, f"site-{place}", f"https://{place}.example.org/", now=now)[0]
            for place in range(_SITES)
        ]
        rows: list[tuple[dict[str, Any], Verdict]] = []
        for done, row in enumerate(_comments(added, count, waiting, now), start=1):
            rows.append(row)
            if len(rows) == _ROWS_AT_ONCE or done == count:
                _store(session, rows, first=done - len(rows) + 1)
                rows.clear()
                tell(f"{count:,} comments", done, count)
        session.commit()


def _comments(
    on: list[Site], count: int, waiting: int, now: datetime
) -> Iterator[tuple[dict[str, Any], Verdict]]:
    lots = random.Random(_SEED)
    # What a text says is worked out once for each text, however often it is stored.
    texts = [(text, normalise(text)) for text in comments(None)[0]]
    open_ones = set(lots.sample(range(count), waiting))
    rare_ones = set(lots.sample(sorted(open_ones), _RARE))
    for place in range(count):
        text, normalised = texts[place % len(texts)]
        site = lots.choice(on)
        verdict = _verdict(lots, is_open=place in open_ones, is_rare=place in rare_ones)
        draft = Submission(
            id=str(place),
            text=text,
            author=Author(name=f"reader {place % 997}", email=f"reader-{place % 997}@example.org"),
            page=Page(
                url=site.url if place % _FRONT_PAGE_IN == 0 else f"{site.url}{place}",
                title="On page one",
            ),
        )
        received = now - timedelta(minutes=_MINUTES_APART * (count - place))
        columns = intake.comment_columns(site, draft, verdict, normalised, edition=1, now=received)
        extra = (
            COMMON if place % _SAID_ONCE_IN == 0 else "",
            RARE if place in rare_ones else "",
        )
        yield (
            columns | {"text": " ".join((text, *extra)).strip(), "revision": 0, "superseded": False},
            verdict,
        )


def _verdict(lots: random.Random, *, is_open: bool, is_rare: bool) -> Verdict:
    probability = lots.uniform(0.3, 0.8) if is_open else lots.choice((0.05, 0.95))
    action = Action.REVIEW if is_open else Action.REJECT if probability > 1 / 2 else Action.APPROVE
    codes = [COMMON_REASON] * is_open + [RARE_REASON] * is_rare + lots.sample(_CODES, 2)
    return Verdict(
        action=action,
        probability=probability,
        scores={attribute: lots.random() * probability for attribute in ATTRIBUTES},
        reasons=tuple(
            Signal(source="bench", code=code, message=f"Says {code}.", action=action) for code in codes
        ),
        model="bench",
        policy="bench",
        thresholds=Thresholds(review_at=0.2, reject_at=0.9),
    )


def _store(session: Session, rows: list[tuple[dict[str, Any], Verdict]], *, first: int) -> None:
    numbered = [
        (columns | {"id": number}, verdict)
        for number, (columns, verdict) in enumerate(rows, start=first)
    ]
    session.execute(insert(Comment), [columns for columns, _ in numbered])
    session.execute(
        insert(StoredVerdict),
        [intake.verdict_columns(columns["id"], verdict) for columns, verdict in numbered],
    )
    session.execute(
        insert(Facet),
        [
            facet
            for columns, verdict in numbered
            for facet in intake.facet_columns(columns["id"], columns["language"], verdict)
        ],
    )
