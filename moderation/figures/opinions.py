"""Where two moderators gave their opinions on one comment, and how often they said the same."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import groupby, pairwise

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from moderation.figures.estimates import Agreement, agreement
from moderation.store.tables import Decision, WaitsFor, standing
from moderation.verdict import Action


def opinions(session: Session, *conditions: ColumnElement[bool]) -> Iterator[tuple[Decision, Decision]]:
    """Yield pairs of a first and a second opinion; the second one meets the conditions."""
    asked = select(Decision.comment_id).where(
        *conditions, Decision.waited_for == WaitsFor.SECOND_OPINION
    )
    rows = session.scalars(
        select(Decision)
        .where(Decision.comment_id.in_(asked))
        .order_by(Decision.comment_id, Decision.revision)
    )
    for _, decisions in groupby(rows, key=lambda one: one.comment_id):
        for first, second in pairwise(standing(list(decisions))):
            # Whoever changed his own mind gave no second opinion.
            if (
                second.waited_for is WaitsFor.SECOND_OPINION
                and first.moderator_id != second.moderator_id
            ):
                yield first, second


def agreements(session: Session) -> dict[int, Agreement]:
    """Say how often each moderator, by number, and another one decided alike on one comment."""
    pairs: defaultdict[int, Counter[tuple[Action, Action]]] = defaultdict(Counter)
    for first, second in opinions(session):
        for moderator_id in (first.moderator_id, second.moderator_id):
            if moderator_id is not None:
                pairs[moderator_id][first.action, second.action] += 1
    return {moderator_id: agreement(counted) for moderator_id, counted in pairs.items()}
