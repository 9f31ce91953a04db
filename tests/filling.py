"""Fill a service with strings: each into every field of all that is kept."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from moderation import callbacks, delivery, intake, policies, review
from moderation.access import of
from moderation.backtests import Trial
from moderation.draft import Submission
from moderation.moderators import log_in
from moderation.policies import Change, KeptList
from moderation.review import acts
from moderation.rules import ListKind, Mode, Scope
from moderation.store import Database
from moderation.store.tables import (
    AuditEntry,
    Backtest,
    BacktestState,
    Claim,
    Comment,
    Hold,
    Moderator,
    Note,
    PolicyChange,
    Role,
    Site,
    SiteList,
)
from moderation.store.tables.base import Base
from moderation.verdict import Action, Signal, Thresholds, Verdict
from tests.web.pages import Examples

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def fill(
    database: Database, ana: Moderator, bundles: Iterable[Sequence[str]]
) -> tuple[Mapping[int, str], Examples]:
    """Put each bundle into every field of a comment and what belongs to it, and return the comments.

    What has a name of its own is there for each string. Examples are of the last bundle.
    """
    now = datetime.now(UTC)
    comments: dict[int, str] = {}
    examples: Examples = {}
    for number, bundle in enumerate(bundles):
        word = "\n".join(bundle)
        with database.writing() as session:
            site = Site(
                name=f"{word[:90]} {number}",
                url="https://blog.example.org/",
                key_hash=str(number),
                created_at=now,
                policy_revision=2,
            )
            by = Moderator(name=f"{word[:90]} {number}", role=Role.MODERATOR, created_at=now)
            session.add_all([site, by])
            session.flush()
            callbacks.register(session, site, "https://blog.example.org/heard")
            comment, _ = intake.record(session, site, _draft(str(number), word), _verdict(word), now=now)
            decision = review.report(session, comment.id, word[:200], Action.REVIEW, now=now)
            review.decide(session, comment.id, by, Action.REVIEW, seen=1, now=now)
            claimed = delivery.claim(session, site.id, now=now)
            assert decision
            assert claimed
            delivery.failed(session, claimed, word, most_attempts=number % 2 + 1, now=now)
            comment.wave_id = comment.id
            session.add_all(_beside(comment.id, site.id, by, word, now))
            for place, one in enumerate(bundle):
                session.add_all(_named(comment, by, one, f"{number}-{place}", now))
            log_in(session, ana, hours=1, browser=word, address=word[:100], now=now)
            tried = Backtest(
                site_id=site.id,
                moderator_id=by.id,
                started_at=now,
                change=_change(f"{bundle[-1][:90]} {number}-{len(bundle) - 1}", word),
                noted_at=now,
                state=BacktestState.FAILED,
                problem=word,
            )
            act = acts.plan(
                session, ana, {comment.id: comment.revision}, access=of(session, ana), now=now
            )
            session.add(tried)
            session.commit()
            comments[comment.id] = word
            examples = {
                "act_id": [act.id],
                "backtest_id": [tried.id],
                "comment_id": [comment.id],
                "decision_id": [decision.id],
                "delivery_id": [claimed.id],
                "draft_of_list": [tried.id],
                "draft_of_rule": [tried.id],
                "list_name": [f"{bundle[-1][:90]} {number}-{len(bundle) - 1}"],
                "person_id": [by.id, ana.id],
                "site_id": [site.id],
                "wave_id": [comment.id],
                "model_name": ["site-blog"],
                "name": ["flood"],
            }
    return comments, examples


def _draft(number: str, word: str) -> Submission:
    """Make a comment with `word` in every field; an id takes a line."""
    author = dict.fromkeys(("name", "email", "url", "ip", "user_agent"), word[:500])
    line = _CONTROL.sub(" ", word)[:200]
    draft = {
        "id": f"{line} {number}",
        "text": word,
        "author": {**author, "id": line},
        "page": {"url": word[:2_000], "title": word[:2_000]},
        "parent_id": line,
    }
    return msgspec.convert(draft, Submission)


def _verdict(word: str) -> Verdict:
    # Messages quote what readers wrote and what owners listed.
    reason = Signal(
        source=f"list:{word[:80]}",
        code=word[:60],
        message=word,
        action=Action.REVIEW,
        weight=1.0,
        spans=((0, max(len(word) // 2, 1)),),
    )
    return Verdict(
        action=Action.REVIEW,
        probability=0.5,
        scores={"spam": 0.5},
        reasons=(reason,),
        model=word[:100],
        policy=word[:100],
        thresholds=Thresholds(review_at=0.2, reject_at=0.8),
    )


def _beside(comment_id: int, site_id: int, by: Moderator, word: str, now: datetime) -> list[Base]:
    return [
        Claim(comment_id=comment_id, moderator_id=by.id, until=now + timedelta(hours=1)),
        Hold(comment_id=comment_id, held_by_id=by.id, held_at=now, for_id=by.id),
        PolicyChange(
            site_id=site_id,
            revision=2,
            changed_at=now,
            changed_by=word[:100],
            subject=policies.of_list(word[:100]),
            before=None,
            after=policies.write_kept(_kept(word)),
        ),
        AuditEntry(
            done_at=now,
            moderator_id=by.id,
            done_by=by.name,
            act=word[:50],
            site_id=site_id,
            subject=word[:255],
            details=word,
        ),
    ]


def _named(comment: Comment, by: Moderator, word: str, number: str, now: datetime) -> list[Base]:
    name = f"{word[:90]} {number}"
    return [
        Note(comment_id=comment.id, moderator_id=by.id, written_at=now, text=word),
        Site(name=name, url="https://blog.example.org/", key_hash=number, created_at=now),
        Moderator(name=name, role=Role.READER, created_at=now),
        SiteList(
            site_id=comment.site_id,
            name=name,
            kind=ListKind.TERMS,
            action=Action.REVIEW,
            scopes=(Scope.TEXT,),
            mode=Mode.LIVE,
            entries=word,
            updated_at=now,
        ),
    ]


def _kept(word: str) -> KeptList:
    return KeptList(
        kind=ListKind.TERMS, action=Action.REVIEW, scopes=(Scope.TEXT,), mode=Mode.LIVE, entries=word
    )


def _change(name: str, word: str) -> str:
    change = Change(subject=policies.of_list(name), after=_kept(word))
    return msgspec.json.encode(Trial(change=change, most=1_000)).decode()
