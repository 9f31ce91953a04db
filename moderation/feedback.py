"""What decisions are good for: the site hears of them, and the next model learns from them."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from moderation.classifier.examples import Example
from moderation.store.tables import Comment, Decision, Site
from moderation.verdict import Action

_READ_AT_ONCE = 1_000


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
