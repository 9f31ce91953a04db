"""What decisions are good for: the site hears of them, and the next model learns from them."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from moderation.classifier.examples import Example
from moderation.store.tables import Comment, Decision, RejectionReason, Site
from moderation.verdict import Action

_READ_AT_ONCE = 1_000


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


def examples(session: Session) -> Iterator[Example]:
    """Yield what people decided as labelled texts, the oldest decision first.

    Only the decision that holds counts. An undo is no label, whatever it restored: it says “I was
    wrong”, not “this is good”.
    """
    rows = (
        select(Comment.text, Decision.action, Decision.decided_at)
        .join(Decision, Decision.comment_id == Comment.id)
        .where(Decision.revision == Comment.revision, Decision.undoes_id.is_(None))
        .order_by(Decision.decided_at, Decision.id)
        .execution_options(yield_per=_READ_AT_ONCE)
    )
    for text, action, decided_at in session.execute(rows):
        yield Example(text=text, rejected=action is Action.REJECT, weight=1.0, decided_at=decided_at)
