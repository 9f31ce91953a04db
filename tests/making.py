"""Make what tests need: drafts and stored comments with few words."""

from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from moderation import intake, registry, review
from moderation.access import Access
from moderation.draft import Author, Page, Submission
from moderation.review import Wanted
from moderation.store import Database
from moderation.store.tables import Comment, Moderator, Role, Site
from moderation.verdict import Action, Opinion, Signal, Thresholds, Verdict
from tests.conftest import START


def draft(identifier: str = "1", text: str = "What a day.", **fields: object) -> Submission:
    """A draft of ana's on one page."""
    return Submission(
        **{
            "id": identifier,
            "text": text,
            "author": Author(name="ana", email="ana@example.org"),
            "page": Page(url="https://blog.example.org/war", title="On war"),
            **fields,
        }
    )


def verdict(action: Action = Action.REVIEW, probability: float | None = 0.5) -> Verdict:
    """A verdict with one reason."""
    reason = Signal(source="classifier", code="insult", message="Reads like an insult.", action=action)
    return Verdict(
        action=action,
        probability=probability,
        scores={"insult": 0.5},
        reasons=(reason,),
        model="base",
        policy="policy",
        thresholds=Thresholds(review_at=0.2, reject_at=0.8),
    )


def stored(
    session: Session,
    site: Site,
    identifier: str = "1",
    *,
    action: Action = Action.REVIEW,
    probability: float | None = 0.5,
    opinion: Opinion | None = None,
    now: datetime = START,
    **fields: object,
) -> Comment:
    """Store a comment that was judged so, and of which a model on trial had this opinion."""
    intake.record(
        session,
        site,
        draft(identifier, **fields),
        verdict(action, probability),
        opinion=opinion,
        now=now,
    )
    return intake.latest(session, site, identifier)


def opinion(action: Action, probability: float | None = 0.5, *, model: str = "site-1") -> Opinion:
    """What a model on trial says."""
    return Opinion(model=model, action=action, probability=probability)


def in_the_queue(session: Session, access: Access | None = None) -> list[Comment]:
    """What waits, in the order in which it should be seen."""
    wanted = Wanted(outcome=Action.REVIEW)
    return list(session.scalars(review.rows(session, wanted, access=access, now=START)))


def decider(database: Database, name: str = "ana") -> Moderator:
    """A moderator who never logs in, because hashing a password takes longer than most tests."""
    with database.writing() as session:
        added = Moderator(name=name, role=Role.MODERATOR, created_at=START, password_hash="none")
        session.add(added)
        session.commit()
    return added


def promoted(
    database: Database, models: Path, name: str, *, group: str = registry.DEFAULT, now: datetime = START
) -> None:
    """Let the model of a machine's folder serve a group on every machine."""
    with database.reading() as session:
        proved = registry.prove(session, models, name)
    with database.writing() as session:
        registry.promote(session, models, proved, group=group, by="ana", now=now)
        session.commit()


def rolled_back(
    database: Database, models: Path, *, group: str = registry.DEFAULT, now: datetime = START
) -> None:
    """Let the model before serve a group again."""
    with database.reading() as session:
        name = registry.before(registry.choice(session, models, group))
        proved = registry.prove(session, models, name) if name else None
    with database.writing() as session:
        registry.rollback(session, models, proved, group=group, by="ana", now=now)
        session.commit()


def put_on_trial(
    database: Database, models: Path, name: str, *, group: str = registry.DEFAULT, now: datetime = START
) -> None:
    """Let the model of a machine's folder judge beside what serves a group."""
    with database.reading() as session:
        proved = registry.prove(session, models, name)
    with database.writing() as session:
        registry.put_on_trial(session, models, proved, group=group, by="ana", now=now)
        session.commit()
