"""What people decided otherwise than the service had: where to look when it goes wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from moderation.access import Access
from moderation.store.tables import Comment, Decision, Site, StoredVerdict
from moderation.verdict import Action


@dataclass(frozen=True, slots=True)
class Overturned:
    """How many verdicts people overturned, and the latest of these decisions with their comments."""

    total: int
    latest: Sequence[Decision]


def overturned(
    session: Session,
    *,
    access: Access,
    site: Site | None = None,
    model: str | None = None,
    limit: int,
    since: datetime,
) -> Overturned:
    """Find the decisions that hold and reverse what the service decided, the latest first.

    `model` leaves out what other models had said. Their sites, verdicts and moderators are loaded.
    """
    conditions = [
        Decision.decided_at >= since,
        Decision.undoes_id.is_(None),
        Decision.action != Action.REVIEW,
        StoredVerdict.action != Action.REVIEW,
        StoredVerdict.action != Decision.action,
        access.to(Decision.site_id),
    ]
    if site is not None:
        conditions.append(Decision.site_id == site.id)
    if model is not None:
        conditions.append(StoredVerdict.model == model)
    rows = session.execute(
        select(Decision, func.count().over())
        .join(
            Comment,
            and_(Comment.id == Decision.comment_id, Comment.revision == Decision.revision),
        )
        .join(StoredVerdict, StoredVerdict.comment_id == Comment.id)
        .where(*conditions)
        .order_by(Decision.decided_at.desc(), Decision.id.desc())
        .limit(limit)
        .options(
            joinedload(Decision.moderator),
            contains_eager(Decision.comment).options(
                contains_eager(Comment.verdict), joinedload(Comment.site)
            ),
        )
    ).all()
    return Overturned(rows[0][1] if rows else 0, [decision for decision, _ in rows])
