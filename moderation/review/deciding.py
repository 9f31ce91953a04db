"""Decide, undo, look back. Decisions are appended, never edited."""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, joinedload, selectinload

from moderation import audit, delivery
from moderation.access import Access
from moderation.refusal import Refusal
from moderation.review.sampling import due_after, waits_after
from moderation.store.tables import Claim, Comment, Decision, Hold, Moderator, RejectionReason, Site
from moderation.verdict import Action


class UnknownComment(Refusal):
    """There is no comment of that number."""


class UnknownDecision(Refusal):
    """There is no decision of that number."""


class Conflict(Refusal):
    """What the moderator saw is no longer so; nothing was changed."""

    def __init__(self, comment: Comment, message: str) -> None:
        self.comment = comment
        super().__init__(message)


class AlreadyDecided(Conflict):
    """Someone decided on this comment since the page was loaded."""

    def __init__(self, comment: Comment, decision: Decision) -> None:
        self.decision = decision
        super().__init__(comment, f"{decision.decided_by} chose to {decision.action}")


class Edited(Conflict):
    """The author edited this comment since the page was loaded."""

    def __init__(self, comment: Comment, latest: Comment) -> None:
        self.latest = latest
        super().__init__(comment, "the author edited this comment")


def comment(session: Session, comment_id: int) -> Comment:
    """Return a comment with its site, verdict and decisions, or raise UnknownComment."""
    found = session.scalar(
        select(Comment)
        .where(Comment.id == comment_id)
        .options(
            joinedload(Comment.verdict),
            joinedload(Comment.site),
            selectinload(Comment.decisions).joinedload(Decision.moderator),
        )
        # A conflict must show what is there now, not what this session read before.
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise UnknownComment(f"There is no comment {comment_id}.")
    return found


def decide(
    session: Session,
    comment_id: int,
    by: Moderator,
    action: Action,
    reason: RejectionReason | None = None,
    *,
    seen: int,
    now: datetime,
) -> Decision:
    """Append a decision on a comment of which the moderator saw revision `seen`.

    Raises AlreadyDecided or Edited when the comment has changed since, and changes nothing then.
    """
    decided = comment(session, comment_id)
    decision = _append(session, decided, by, action, reason, seen=seen, now=now)
    details = f"As {reason}." if decision.reason else ""
    audit.note(
        session,
        by,
        f"comment.{action}",
        f"comment {comment_id}",
        site_id=decided.site_id,
        details=details,
        now=now,
    )
    return decision


def undo(session: Session, decision_id: int, by: Moderator, *, now: datetime) -> Decision:
    """Take back a decision with one more, which restores what held before it.

    Raises AlreadyDecided or Edited when something has happened to the comment since.
    """
    undone = session.get(Decision, decision_id)
    if undone is None:
        raise UnknownDecision(f"There is no decision {decision_id}.")
    decided = comment(session, undone.comment_id)
    before = next((d for d in decided.decisions if d.revision == undone.revision - 1), None)
    decision = _append(
        session,
        decided,
        by,
        before.action if before else decided.verdict.action,
        before.reason if before else None,
        seen=undone.revision,
        undoes=undone,
        now=now,
    )
    audit.note(session, by, "comment.undo", f"comment {decided.id}", site_id=decided.site_id, now=now)
    return decision


def report(
    session: Session,
    comment_id: int,
    reporter: str,
    action: Action,
    reason: RejectionReason | None = None,
    *,
    now: datetime,
) -> Decision | None:
    """Append what somebody decided at the site itself, whatever holds here.

    None where the last decision says so already: sites report again and again.
    """
    decided = comment(session, comment_id)
    last = decided.decisions[-1] if decided.decisions else None
    if last and last.action is action and not last.undoes_id:
        return None
    return _append(session, decided, reporter, action, reason, seen=decided.revision, now=now)


def decisions(
    session: Session, *, access: Access | None = None, limit: int, before: int | None = None
) -> list[Decision]:
    """Who decided what, the latest first; `before` is the number of the last one shown.

    Without what was decided before the site came to us: thousands of old decisions at once.
    """
    rows = (
        select(Decision)
        .where(Decision.position.is_not(None))
        .options(joinedload(Decision.moderator), joinedload(Decision.comment).joinedload(Comment.site))
        .order_by(Decision.id.desc())
        .limit(limit)
    )
    if access is not None:
        rows = rows.where(access.to(Decision.site_id))
    return list(session.scalars(rows if before is None else rows.where(Decision.id < before)))


def last_by(session: Session, by: Moderator) -> Decision | None:
    """Return the moderator's latest decision, if it still holds and can be undone."""
    latest = session.scalar(
        select(Decision).where(Decision.moderator_id == by.id).order_by(Decision.id.desc()).limit(1)
    )
    if latest is None or latest.undoes_id:
        return None
    still_holds = select(Comment.id).where(
        Comment.id == latest.comment_id,
        Comment.revision == latest.revision,
        Comment.superseded.is_(False),
    )
    return latest if session.scalar(still_holds) else None


def latest_edition(session: Session, older: Comment) -> Comment:
    """Return the edition that holds now of the comment that `older` is an edition of."""
    return session.scalars(
        select(Comment)
        .where(Comment.site_id == older.site_id, Comment.external_id == older.external_id)
        .order_by(Comment.edition.desc())
        .limit(1)
    ).one()


def _append(
    session: Session,
    decided: Comment,
    by: Moderator | str,
    action: Action,
    reason: RejectionReason | None,
    *,
    seen: int,
    undoes: Decision | None = None,
    now: datetime,
) -> Decision:
    waited_for = decided.waits_for
    waits_for = waits_after(session, decided, by, action, undoes=undoes)
    due_at = due_after(decided, waits_for, now=now)
    # The condition and the change are one statement: of two moderators, one changes no row.
    changed = session.execute(
        update(Comment)
        .where(Comment.id == decided.id, Comment.revision == seen, Comment.superseded.is_(False))
        .values(revision=seen + 1, outcome=action, waits_for=waits_for, due_at=due_at)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount == 0:  # type: ignore[attr-defined]  # An UPDATE's result counts rows.
        raise _conflict(session, decided.id)
    # The row of the site is locked until the commit, so that positions become visible in order.
    position = session.scalar(
        update(Site)
        .where(Site.id == decided.site_id)
        .values(decision_count=Site.decision_count + 1)
        .returning(Site.decision_count)
        .execution_options(synchronize_session=False)
    )
    if position is None:
        raise LookupError(f"the site of comment {decided.id} is gone")
    decision = Decision(
        comment_id=decided.id,
        site_id=decided.site_id,
        moderator_id=None if isinstance(by, str) else by.id,
        reporter=by if isinstance(by, str) else None,
        revision=seen + 1,
        position=position,
        action=action,
        reason=reason if action is Action.REJECT else None,
        undoes_id=undoes.id if undoes else None,
        waited_for=waited_for,
        decided_at=now,
    )
    session.add(decision)
    session.flush()
    for aside in (Claim, Hold):
        session.execute(
            delete(aside)
            .where(aside.comment_id == decided.id)
            .execution_options(synchronize_session=False)
        )
    delivery.announce(session, decided, decision, now=now)
    return decision


def _conflict(session: Session, comment_id: int) -> Conflict:
    current = comment(session, comment_id)
    if current.superseded:
        return Edited(current, latest_edition(session, current))
    if not current.decisions:
        return Conflict(current, "the page was out of date")
    return AlreadyDecided(current, current.decisions[-1])
