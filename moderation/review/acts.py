"""Decide on many comments in one act, in steps, and take an act back in one press.

What an act is to decide on is written down before it begins, each comment with the revision that the
moderator saw. So it can be stopped, goes on after an interruption, and knows what it left alone.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar

from sqlalchemy import Select, delete, func, insert, select
from sqlalchemy.orm import Session, joinedload

from moderation import audit
from moderation.access import Access
from moderation.refusal import Refusal
from moderation.review.deciding import DECIDED, append, holds, take_back
from moderation.store.tables import Act, Chosen, Comment, Decision, Moderator, RejectionReason
from moderation.verdict import Action

T = TypeVar("T")

STEP = 100
"""How many comments are decided in a transaction: others wait for it to end."""

# As many numbers as a statement takes on every database.
_NUMBERS_IN_A_STATEMENT = 1_000
# After so long, nobody comes back to decide on what he chose.
_FORGOTTEN_AFTER = timedelta(days=1)


class UnknownAct(Refusal):
    """There is no act of that number, or it is not the moderator's to go on with."""


class NothingHolds(Refusal):
    """None of the act's decisions holds any more."""


class LeftAlone(NamedTuple):
    """Why an act left some comments alone: edited or erased, or somebody had decided on them."""

    number: int
    is_edited: bool
    # Who decided what, and when the last time; None where they were edited or erased.
    decided_by: str | None
    action: Action | None
    is_undo: bool
    latest: datetime | None


def plan(
    session: Session, by: Moderator, seen: Mapping[int, int], *, access: Access, now: datetime
) -> Act:
    """Write down which comments an act of `by` is to decide on: their numbers and seen revisions.

    What the moderator may not look at is left out. Nothing is decided before `choose`.
    """
    _forget_old(session, by, now=now)
    allowed = [
        number
        for numbers in _parts(sorted(seen))
        for number in session.scalars(
            select(Comment.id).where(Comment.id.in_(numbers), access.to(Comment.site_id))
        )
    ]
    act = Act(moderator_id=by.id, started_at=now, total=len(allowed))
    _write_down(session, act, [(number, seen[number]) for number in allowed])
    return act


def find(session: Session, act_id: int, access: Access) -> Act:
    """Return an act with its moderator, or raise UnknownAct.

    Whoever did not do it must be allowed to look at one of its decisions.
    """
    found = session.get(Act, act_id, options=[joinedload(Act.moderator)])
    if found and (found.moderator_id == access.moderator.id or _count(session, found.id, access)):
        return found
    raise UnknownAct(f"There is no act {act_id}.")


def own(session: Session, act_id: int, by: Moderator) -> Act:
    """Return an act of `by` to go on with, or raise UnknownAct. Nobody else goes on meanwhile."""
    found = session.scalar(
        select(Act).where(Act.id == act_id, Act.moderator_id == by.id).with_for_update()
    )
    if found is None:
        raise UnknownAct(f"There is no act {act_id} of yours.")
    return found


def choose(
    session: Session,
    act: Act,
    by: Moderator,
    action: Action,
    reason: RejectionReason | None = None,
    *,
    now: datetime,
) -> None:
    """Say what an act decides. A second word changes nothing: it has begun."""
    if act.action is not None or act.undoes_id is not None:
        return
    act.action, act.reason = action, reason if action is Action.REJECT else None
    as_what = f" as {act.reason}" if act.reason else ""
    audit.note(
        session,
        by,
        f"act.{action}",
        f"act {act.id}",
        site_id=_only_site(session, act),
        details=f"{act.total:,} comments{as_what}.",
        now=now,
    )


def take_back_act(session: Session, act_id: int, by: Moderator, *, access: Access, now: datetime) -> Act:
    """Begin an act that takes back all decisions of another that still hold.

    What that other had still to do is not done. Raises UnknownAct or NothingHolds.
    """
    undone = find(session, act_id, access)
    stop(session, undone)
    rows = session.execute(
        _decisions(undone.id, access)
        .with_only_columns(Decision.comment_id, Decision.revision)
        .join(Comment, Comment.id == Decision.comment_id)
        .where(holds())
    )
    seen = [(row.comment_id, row.revision) for row in rows]
    if not seen:
        raise NothingHolds("Each of these comments has been decided or edited again since.")
    act = Act(moderator_id=by.id, started_at=now, total=len(seen), undoes_id=undone.id)
    _write_down(session, act, seen)
    audit.note(
        session,
        by,
        "act.undo",
        f"act {undone.id}",
        site_id=_only_site(session, act),
        details=f"{act.total:,} comments.",
        now=now,
    )
    return act


def go_on(session: Session, act: Act, by: Moderator, *, most: int = STEP, now: datetime) -> int:
    """Decide on the next comments of an act, and return how many are left to do.

    A comment that changed or was erased since it was seen is left alone. `act` comes from `own`, `plan`
    or `take_back_act`; it does nothing before it was said what it decides.
    """
    if act.action is None and act.undoes_id is None:
        return pending(session, act)
    todo = {
        row.comment_id: row
        for row in session.scalars(_pending(act).order_by(Chosen.comment_id).limit(most))
    }
    # All comments are locked before the first site is. Whoever decides on one comment locks it
    # before its site as well, and acts lock in one order, so that nobody waits in a circle. Rows that
    # refer to comments, such as those of other acts, stand in nobody's way.
    comments = session.scalars(
        select(Comment)
        .where(Comment.id.in_(todo))
        .order_by(Comment.id)
        .options(*DECIDED)
        .with_for_update(of=Comment, key_share=True)
        .execution_options(populate_existing=True)
    ).all()
    done = []
    for comment in sorted(comments, key=lambda one: (one.site_id, one.id)):
        chosen = todo[comment.id]
        is_changed = comment.superseded or comment.erased_at is not None
        if is_changed or comment.revision != chosen.revision:
            chosen.is_left_alone = True
            act.left_alone += 1
            continue
        _decide(session, act, comment, by, now=now)
        act.decided += 1
        done.append(comment.id)
    session.execute(
        delete(Chosen)
        .where(Chosen.act_id == act.id, Chosen.comment_id.in_(done))
        .execution_options(synchronize_session=False)
    )
    session.flush()
    return pending(session, act)


def pending(session: Session, act: Act) -> int:
    """Count the comments that an act has still to decide on."""
    counted = select(func.count()).select_from(_pending(act).subquery())
    return session.scalar(counted) or 0


def stop(session: Session, act: Act) -> None:
    """Let an act do no more. What it decided stays."""
    session.execute(
        delete(Chosen)
        .where(Chosen.act_id == act.id, Chosen.is_left_alone.is_(False))
        .execution_options(synchronize_session=False)
    )


def covered(session: Session, act: Act, *, limit: int) -> list[Comment]:
    """List some of the comments that an act has still to decide on, with their verdicts and sites."""
    rows = (
        select(Comment)
        .join(Chosen, Chosen.comment_id == Comment.id)
        .where(Chosen.act_id == act.id, Chosen.is_left_alone.is_(False))
        .order_by(Comment.id)
        .limit(limit)
        .options(joinedload(Comment.verdict), joinedload(Comment.site))
    )
    return list(session.scalars(rows))


def decided(session: Session, act: Act, access: Access, *, limit: int) -> list[Decision]:
    """List some of the decisions of an act with their comments and sites, the latest first."""
    rows = (
        _decisions(act.id, access)
        .order_by(Decision.id.desc())
        .limit(limit)
        .options(joinedload(Decision.comment).joinedload(Comment.site))
    )
    return list(session.scalars(rows))


def left_alone(session: Session, act: Act) -> list[LeftAlone]:
    """Say why an act left comments alone, by who decided what on them."""
    by = (Comment.superseded, Moderator.name, Decision.reporter, Decision.action, Decision.undoes_id)
    kinds = (*by[:-1], by[-1].is_not(None), Comment.erased_at.is_not(None))
    rows = session.execute(
        select(*kinds, func.count(), func.max(Decision.decided_at))
        .select_from(Chosen)
        .join(Comment, Comment.id == Chosen.comment_id)
        .outerjoin(
            Decision,
            (Decision.comment_id == Comment.id) & (Decision.revision == Comment.revision),
        )
        .outerjoin(Moderator, Moderator.id == Decision.moderator_id)
        .where(Chosen.act_id == act.id, Chosen.is_left_alone)
        .group_by(*kinds)
    )
    found = []
    edited = erased = 0
    for is_edited, name, reporter, action, is_undo, is_erased, number, latest in rows:
        if is_edited:
            edited += number
        elif is_erased:
            erased += number
        else:
            found.append(LeftAlone(number, False, name or reporter, action, bool(is_undo), latest))
    if edited:
        found.append(LeftAlone(edited, True, None, None, False, None))
    if erased:
        found.append(LeftAlone(erased, False, None, None, False, None))
    return sorted(found, key=lambda one: one.number, reverse=True)


def counts(session: Session, act_ids: Collection[int], access: Access) -> dict[int, int]:
    """Count the decisions of each act that the moderator may look at."""
    rows = (
        select(Decision.act_id, func.count())
        .where(Decision.act_id.in_(act_ids), access.to(Decision.site_id))
        .group_by(Decision.act_id)
    )
    return {act_id: count for act_id, count in session.execute(rows) if act_id is not None}


def _decide(session: Session, act: Act, comment: Comment, by: Moderator, *, now: datetime) -> None:
    if act.action is None:
        take_back(session, comment, comment.decisions[-1], by, act=act, now=now)
    else:
        append(session, comment, by, act.action, act.reason, seen=comment.revision, act=act, now=now)


def _write_down(session: Session, act: Act, seen: Sequence[tuple[int, int]]) -> None:
    session.add(act)
    session.flush()
    for some in _parts(seen):
        rows = [
            {"act_id": act.id, "comment_id": number, "revision": revision, "is_left_alone": False}
            for number, revision in some
        ]
        session.execute(insert(Chosen), rows)


def _parts(items: Sequence[T]) -> Iterator[Sequence[T]]:
    return (
        items[start : start + _NUMBERS_IN_A_STATEMENT]
        for start in range(0, len(items), _NUMBERS_IN_A_STATEMENT)
    )


def _forget_old(session: Session, by: Moderator, *, now: datetime) -> None:
    """Remove what the moderator chose long ago and never decided on."""
    old = select(Act.id).where(
        Act.moderator_id == by.id,
        Act.action.is_(None),
        Act.undoes_id.is_(None),
        Act.started_at < now - _FORGOTTEN_AFTER,
    )
    for rows in (delete(Chosen).where(Chosen.act_id.in_(old)), delete(Act).where(Act.id.in_(old))):
        session.execute(rows.execution_options(synchronize_session=False))


def _pending(act: Act) -> Select[Chosen]:
    return select(Chosen).where(Chosen.act_id == act.id, Chosen.is_left_alone.is_(False))


def _decisions(act_id: int, access: Access) -> Select[Decision]:
    return select(Decision).where(Decision.act_id == act_id, access.to(Decision.site_id))


def _count(session: Session, act_id: int, access: Access) -> int:
    return counts(session, [act_id], access).get(act_id, 0)


def _only_site(session: Session, act: Act) -> int | None:
    """The site that all comments of an act are on, where it is one."""
    rows = select(func.min(Comment.site_id), func.max(Comment.site_id)).join(
        Chosen, Chosen.comment_id == Comment.id
    )
    first, last = session.execute(rows.where(Chosen.act_id == act.id)).one()
    return first if first == last else None
