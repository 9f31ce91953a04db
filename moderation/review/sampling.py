"""Which decisions are looked at twice, so that it can be said how good they are.

Chance picks: of what the service decided, comments for an audit (at intake), and of what moderators
decided, comments for another one's opinion (here).
"""

from datetime import datetime

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session, aliased

from moderation import chance, urgency
from moderation.store.plans import Unindexed
from moderation.store.tables import Comment, Decision, Moderator, Permission, Role, WaitsFor, standing
from moderation.verdict import Action


def waits_after(
    session: Session, decided: Comment, by: Moderator | str, action: Action, *, undoes: Decision | None
) -> WaitsFor | None:
    """Say what a comment waits for after a decision of `by`, or after an undo that left `action`.

    The comment's site and earlier decisions must be loaded.
    """
    if action is Action.REVIEW:
        return WaitsFor.DECISION
    if undoes is not None:
        return undoes.waited_for
    if isinstance(by, str):
        return None
    opinions = standing(decided.decisions)
    if decided.waits_for is WaitsFor.SECOND_OPINION:
        # Whoever changes his own mind has still given the first opinion only.
        is_own = any(one.moderator_id == by.id for one in opinions)
        return WaitsFor.SECOND_OPINION if is_own else None
    if opinions or not chance.falls(decided.site.second_share, "second opinion", decided.id):
        return None
    return WaitsFor.SECOND_OPINION if _another_decides(session, decided.site_id, by) else None


def due_after(decided: Comment, waits_for: WaitsFor | None, *, now: datetime) -> datetime:
    """Say when somebody should have looked at a comment that waits for this from now on.

    A second opinion must not stand before what nobody has looked at, and what an undo puts back is as
    urgent as it was. The comment's verdict must be loaded, with what a model on trial said.
    """
    if waits_for is WaitsFor.DECISION:
        return decided.received_at + urgency.patience(
            decided.verdict.value(), is_disputed=decided.is_disputed
        )
    if waits_for is WaitsFor.SECOND_OPINION:
        return now + urgency.FOR_A_CHECK
    return decided.due_at


def may_answer(moderator: Moderator) -> ColumnElement[bool]:
    """Return the condition that it is not this moderator's opinion for which a second one is wanted."""
    undo = aliased(Decision)
    own = exists().where(
        Decision.comment_id == Comment.id,
        # The comment's decisions are few, and the moderator's are many.
        Unindexed(Decision.moderator_id) == moderator.id,
        Decision.undoes_id.is_(None),
        ~exists().where(undo.comment_id == Comment.id, undo.undoes_id == Decision.id),
    )
    return or_(Comment.waits_for != WaitsFor.SECOND_OPINION, ~own)


def _another_decides(session: Session, site_id: int, by: Moderator) -> bool:
    permitted = exists().where(Permission.moderator_id == Moderator.id, Permission.site_id == site_id)
    others = select(Moderator.id).where(
        Moderator.id != by.id,
        Moderator.role != Role.READER,
        Moderator.left_at.is_(None),
        or_(Moderator.every_site, permitted),
    )
    return session.scalar(others.limit(1)) is not None
