"""Which decisions are looked at twice, so that it can be said how good they are."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from moderation import chance
from moderation.store.tables import Comment, Decision, Moderator, Role, WaitsFor
from moderation.verdict import Action


def waits_after(
    session: Session, decided: Comment, by: Moderator | str, action: Action, *, is_undo: bool
) -> WaitsFor | None:
    """Say what a comment waits for after a decision of `by`, or after an undo that left `action`.

    The comment's site and earlier decisions must be loaded.
    """
    if action is Action.REVIEW:
        return WaitsFor.DECISION
    if is_undo:
        # One decision was there, and it was undone: chance had chosen the comment as it is again.
        was_first = len(decided.decisions) == 1
        return WaitsFor.AUDIT if was_first and decided.audit_share is not None else None
    if isinstance(by, str) or _people(decided.decisions):
        return None
    if not chance.falls(decided.site.second_share, "second opinion", decided.id):
        return None
    return WaitsFor.SECOND_OPINION if _others_decide(session, by) else None


def _people(decisions: list[Decision]) -> bool:
    return any(one.moderator_id is not None and one.undoes_id is None for one in decisions)


def _others_decide(session: Session, by: Moderator) -> bool:
    others = select(Moderator.id).where(
        Moderator.id != by.id, Moderator.role != Role.READER, Moderator.left_at.is_(None)
    )
    return session.scalar(others.limit(1)) is not None
