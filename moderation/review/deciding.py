"""Decide, undo, look back. Decisions are appended, never edited."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, select, update
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from moderation import audit, delivery
from moderation.access import Access
from moderation.refusal import Refusal
from moderation.review.sampling import due_after, waits_after
from moderation.store.tables import (
    Act,
    Claim,
    Comment,
    Decision,
    Hold,
    Moderator,
    RejectionReason,
    Role,
    Site,
    WaitsFor,
)
from moderation.verdict import Action

# What deciding looks at.
DECIDED = (
    joinedload(Comment.verdict),
    joinedload(Comment.shadow),
    joinedload(Comment.site),
    selectinload(Comment.decisions).joinedload(Decision.moderator),
)


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


class Erased(Conflict):
    """The author had this comment erased since the page was loaded, or its time was over."""

    def __init__(self, comment: Comment) -> None:
        was_asked_for = comment.kept_days is None
        super().__init__(
            comment,
            "the author had this comment erased"
            if was_asked_for
            else "the time for which this comment was kept is over",
        )


def comment(session: Session, comment_id: int) -> Comment:
    """Return a comment with its site, verdict and decisions, or raise UnknownComment."""
    found = session.scalar(
        select(Comment)
        .where(Comment.id == comment_id)
        .options(*DECIDED)
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
    decision = append(session, decided, by, action, reason, seen=seen, now=now)
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
    decision = take_back(session, decided, undone, by, now=now)
    audit.note(session, by, "comment.undo", f"comment {decided.id}", site_id=decided.site_id, now=now)
    return decision


def take_back(
    session: Session,
    decided: Comment,
    undone: Decision,
    by: Moderator,
    *,
    act: Act | None = None,
    now: datetime,
) -> Decision:
    """Append the undo of a decision on a comment as `comment` loads it, without noting the act."""
    before = next((d for d in decided.decisions if d.revision == undone.revision - 1), None)
    return append(
        session,
        decided,
        by,
        before.action if before else decided.verdict.action,
        before.reason if before else None,
        seen=undone.revision,
        undoes=undone,
        act=act,
        now=now,
    )


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

    None where the last decision says so already: sites report again and again. None as well where
    the author had the comment erased: there is nothing left to decide on.
    """
    decided = comment(session, comment_id)
    if decided.erased_at is not None:
        return None
    last = decided.decisions[-1] if decided.decisions else None
    if last and last.action is action and not last.undoes_id:
        return None
    return append(session, decided, reporter, action, reason, seen=decided.revision, now=now)


def append(
    session: Session,
    decided: Comment,
    by: Moderator | str,
    action: Action,
    reason: RejectionReason | None,
    *,
    seen: int,
    undoes: Decision | None = None,
    act: Act | None = None,
    now: datetime,
) -> Decision:
    """Append a decision on a comment as `comment` loads it, without noting the act.

    Raises AlreadyDecided or Edited when it is no longer at revision `seen`, and Erased.
    """
    waited_for = decided.waits_for
    waits_for = waits_after(session, decided, by, action, undoes=undoes)
    due_at = due_after(decided, waits_for, now=now)
    # The condition and the change are one statement: of two moderators, one changes no row.
    changed = session.execute(
        update(Comment)
        .where(
            Comment.id == decided.id,
            Comment.revision == seen,
            Comment.superseded.is_(False),
            Comment.erased_at.is_(None),
        )
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
        act_id=act.id if act else None,
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


def decisions(
    session: Session, *, access: Access | None = None, limit: int, before: int | None = None
) -> list[Decision]:
    """Who decided what, the latest first; `before` is the number of the last one shown.

    Of an act that decided on many, the last decision stands for all. Without what was decided
    before the site came to us: thousands of old decisions at once.
    """
    later = aliased(Decision)
    of_the_same_act = select(later.id).where(later.act_id == Decision.act_id, later.id > Decision.id)
    rows = (
        select(Decision)
        .where(Decision.position.is_not(None))
        .options(
            joinedload(Decision.moderator),
            joinedload(Decision.act),
            joinedload(Decision.comment).joinedload(Comment.site),
        )
        .order_by(Decision.id.desc())
        .limit(limit)
    )
    if access is not None:
        rows = rows.where(access.to(Decision.site_id))
        of_the_same_act = of_the_same_act.where(access.to(later.site_id))
    rows = rows.where(~of_the_same_act.exists())
    return list(session.scalars(rows if before is None else rows.where(Decision.id < before)))


def last_by(session: Session, by: Moderator) -> Decision | None:
    """Return the moderator's latest decision with its act, if it still holds and can be undone.

    Of an act, it is enough that one of its decisions holds.
    """
    found = session.execute(
        select(Decision, holds().label("holds"))
        .join(Comment, Comment.id == Decision.comment_id)
        .where(Decision.moderator_id == by.id)
        .order_by(Decision.id.desc())
        .limit(1)
        .options(joinedload(Decision.act))
    ).first()
    if found is None or found.Decision.undoes_id:
        return None
    latest: Decision = found.Decision
    if found.holds:
        return latest
    if latest.act_id is None:
        return None
    another = select(Decision.id).join(Comment, Comment.id == Decision.comment_id)
    another = another.where(Decision.act_id == latest.act_id, holds()).limit(1)
    return latest if session.scalar(another) else None


def act_of(session: Session, decision_id: int) -> int | None:
    """Return the number of the act that a decision is part of, if it is."""
    return session.scalar(select(Decision.act_id).where(Decision.id == decision_id))


def holds() -> ColumnElement[bool]:
    """Return the condition that a decision on a joined comment is what holds for it."""
    return and_(Decision.revision == Comment.revision, Comment.superseded.is_(False))


def hides_first_opinion(found: Comment, access: Access) -> bool:
    """Whether the moderator is to judge a comment without knowing what was decided on it first."""
    return (
        found.waits_for is WaitsFor.SECOND_OPINION
        and access.is_at_least(Role.MODERATOR)
        and all(one.moderator_id != access.moderator.id for one in found.decisions)
    )


def latest_edition(session: Session, older: Comment) -> Comment:
    """Return the edition that holds now of the comment that `older` is an edition of."""
    return session.scalars(
        select(Comment)
        .where(Comment.site_id == older.site_id, Comment.external_id == older.external_id)
        .order_by(Comment.edition.desc())
        .limit(1)
    ).one()


def _conflict(session: Session, comment_id: int) -> Conflict:
    current = comment(session, comment_id)
    if current.superseded:
        return Edited(current, latest_edition(session, current))
    if current.erased_at is not None:
        return Erased(current)
    if not current.decisions:
        return Conflict(current, "the page was out of date")
    return AlreadyDecided(current, current.decisions[-1])
