"""Plant weeks of comments, quiet ones and, last, one in which comments are unlike those before."""

import random
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from moderation import intake
from moderation.draft import Author, Submission
from moderation.store.tables import Comment, Site, StoredVerdict
from moderation.text import normalise
from moderation.verdict import Action, Verdict
from tests.making import draft, verdict

SEED = 5
WEEKS, A_WEEK = 6, 70
"""So many weeks, and so many comments in each."""

_WEEK = timedelta(days=7)


def plant(
    session: Session, site: Site, lots: random.Random, monday: datetime, *, has_moved: bool
) -> None:
    """Store the comments of some weeks, of which the last begins on `monday`.

    Where they have moved, the last week's are likelier to be rejected, and a third says “zeppelin”.
    """
    rows = []
    for week in range(WEEKS):
        is_other = has_moved and week == WEEKS - 1
        for number in range(A_WEEK):
            probability = lots.betavariate(6, 2) if is_other else lots.betavariate(1, 4)
            said = Action.REVIEW if 0.4 < probability < 0.6 else Action.APPROVE
            word = "zeppelin" if is_other and number % 3 == 0 else "balloon"
            came = monday - _WEEK * (WEEKS - 1 - week) + timedelta(minutes=lots.randrange(7 * 24 * 60))
            author = Author(email=f"reader{number % 9}@example.org")
            text = f"A {word} at {number % 7} o'clock."
            rows.append(
                (draft(f"{week}-{number}", text, author=author), verdict(said, probability), came)
            )
    store(session, site, rows)


def store(session: Session, site: Site, rows: Iterable[tuple[Submission, Verdict, datetime]]) -> None:
    """Store drafts with their verdicts and when they came, all at once."""
    first = (session.scalar(select(func.max(Comment.id))) or 0) + 1
    comments, verdicts = [], []
    for number, (one, said, came) in enumerate(rows, start=first):
        columns = intake.comment_columns(site, one, said, normalise(one.text), edition=1, now=came)
        comments.append(columns | {"id": number, "revision": 0, "superseded": False})
        verdicts.append(intake.verdict_columns(number, said))
    session.execute(insert(Comment), comments)
    session.execute(insert(StoredVerdict), verdicts)
