"""What decisions are good for: the site hears of them, and the next model learns from them."""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec
from sqlalchemy import ColumnElement, and_, exists, func, or_, select, true
from sqlalchemy.orm import Session, aliased, joinedload

from moderation import labels
from moderation.circumstances import of_draft
from moderation.classifier.examples import Example
from moderation.labels import Decider, Label, Weighed
from moderation.store.tables import Comment, Decision, RejectionReason, Site, StoredVerdict
from moderation.verdict import Action

_READ_AT_ONCE = 1_000
# What stands among the reasons of a verdict and was found by no rule.
_NO_RULES = frozenset({"classifier", "import"})


class PersonsDecision(msgspec.Struct, frozen=True, kw_only=True):
    """What a moderator decided, and why."""

    action: Annotated[
        Action,
        msgspec.Meta(description="`review` when a decision was undone and the comment waits again."),
    ]
    reason: RejectionReason | None
    decided_at: datetime

    @classmethod
    def of(cls, decision: Decision) -> "PersonsDecision":
        """Make it from what is stored."""
        return cls(action=decision.action, reason=decision.reason, decided_at=decision.decided_at)


class FeedEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One decision in the feed."""

    id: Annotated[str, msgspec.Meta(description="The comment's id, as the site sent it.")]
    edition: Annotated[
        int,
        msgspec.Meta(description="What was decided on. Pass it over if you sent a newer edition."),
    ]
    decision: PersonsDecision

    @classmethod
    def of(cls, decision: Decision) -> "FeedEntry":
        """Make it from what is stored; the comment must be loaded."""
        return cls(
            id=decision.comment.external_id,
            edition=decision.comment.edition,
            decision=PersonsDecision.of(decision),
        )


def decisions_since(session: Session, site: Site, position: int, *, limit: int) -> list[Decision]:
    """Return the site's decisions after `position`, in the order in which they were made."""
    return list(
        session.scalars(
            select(Decision)
            .where(Decision.site_id == site.id, Decision.position > position)
            .order_by(Decision.position)
            .limit(limit)
            .options(joinedload(Decision.comment), joinedload(Decision.moderator))
        )
    )


def weigh(session: Session, sites: Collection[int] | None = None) -> Weighed:
    """Say how much each decision teaches that `examples` yields, and what became of the others.

    With `sites`, by their numbers, only what was decided there counts.
    """
    rows = session.execute(
        select(
            Decision.id,
            Decision.comment_id,
            Decision.action,
            Decision.moderator_id,
            Decision.site_id,
            Decision.reporter,
            Decision.position,
            Decision.is_forgotten,
            Comment.text_hash,
            Comment.wave_id,
            Comment.author_key,
            Comment.erased_at,
            Comment.kept_days,
        )
        .join(Comment, Comment.id == Decision.comment_id)
        .where(or_(Decision.is_forgotten, _teaches()), _on(sites))
        .order_by(Decision.id)
        .execution_options(yield_per=_READ_AT_ONCE)
    )
    return labels.weigh(
        Label(
            decision=row.id,
            comment=row.comment_id,
            rejected=row.action is Action.REJECT,
            # What came with a site's history has no place in its feed.
            by=None if row.position is None else decider(row.moderator_id, row.site_id, row.reporter),
            text_hash=row.text_hash,
            wave=row.wave_id,
            author=row.author_key,
            is_forgotten=row.is_forgotten,
            is_erased=row.erased_at is not None and row.kept_days is None,
            is_pruned=row.kept_days is not None,
        )
        for row in rows
    )


def decider(moderator_id: int | None, site_id: int, reporter: str | None) -> Decider:
    """Say who decided: a moderator is the same person on every site, and a name at a site is not."""
    return Decider(moderator=moderator_id) if moderator_id else Decider(site=site_id, reporter=reporter)


def examples(
    session: Session, weighed: Weighed | None = None, sites: Collection[int] | None = None
) -> Iterator[Example]:
    """Yield what people decided as labelled texts, the oldest decision first; with `sites`, there alone.

    `weighed` is what `weigh` says, for who has asked it already; what has no weight is left out.
    Only the decision that holds counts. An undo is no label, whatever it restored: it says “I was
    wrong”, not “this is good”. Nor is what somebody let be forgotten: what held before it does. What an
    author had erased, or was kept only for a time, teaches nothing.
    """
    weights = (weighed or weigh(session, sites)).weights
    rows = (
        select(
            Decision.id,
            Decision.action,
            Decision.reason,
            Decision.position,
            Decision.decided_at,
            Comment.id.label("comment"),
            Comment.text,
            Comment.audit_share,
            Comment.parent_id.is_not(None).label("is_reply"),
            Comment.author_id.is_not(None).label("is_signed_in"),
            (func.coalesce(Comment.author_url, "") != "").label("has_address"),
            StoredVerdict.reasons,
        )
        .join(Comment, Comment.id == Decision.comment_id)
        .join(StoredVerdict, StoredVerdict.comment_id == Comment.id)
        .where(_teaches(), _on(sites), Comment.erased_at.is_(None))
        .order_by(Decision.decided_at, Decision.id)
        .execution_options(yield_per=_READ_AT_ONCE)
    )
    for row in session.execute(rows):
        weight = weights.get(row.id)
        if weight is None:
            continue
        yield Example(
            text=row.text,
            rejected=row.action is Action.REJECT,
            decided_at=row.decided_at,
            weight=weight,
            share=1.0 if row.audit_share is None else row.audit_share,
            reason=_told(row.reason, is_past=row.position is None),
            circumstances=of_draft(
                is_reply=row.is_reply,
                is_signed_in=row.is_signed_in,
                has_address=row.has_address,
                codes=(one["code"] for one in row.reasons if one["source"] not in _NO_RULES),
            ),
            rules=_of_rules(row.reasons),
            comment=row.comment,
        )


def _told(reason: RejectionReason | None, *, is_past: bool) -> RejectionReason | None:
    """Say why somebody rejected, where they said so: what a site's history has as other is not told."""
    return None if is_past and reason is RejectionReason.OTHER else reason


def _on(sites: Collection[int] | None) -> ColumnElement[bool]:
    return true() if sites is None else Decision.site_id.in_(sites)


def _teaches() -> ColumnElement[bool]:
    """A decision is the last on its comment of those that are not forgotten, and no undo."""
    later = aliased(Decision)
    return and_(
        Decision.is_forgotten.is_(False),
        Decision.undoes_id.is_(None),
        ~exists().where(
            later.comment_id == Decision.comment_id,
            later.revision > Decision.revision,
            later.is_forgotten.is_(False),
        ),
    )


def _of_rules(reasons: Sequence[Mapping[str, Any]]) -> float:
    """Add up what the rules of a stored verdict added to the classifier's log-odds."""
    return math.fsum(
        one["weight"] for one in reasons if one["source"] not in _NO_RULES and not one["log_only"]
    )
