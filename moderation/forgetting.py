"""Let models forget decisions: they hold and stay on record, but teach nothing any more."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from moderation import audit
from moderation.refusal import Refusal
from moderation.store.tables import Comment, Decision, Moderator, Site

_ACT = "labels.forget"


class NoSuchComment(Refusal):
    """No site has sent a comment under that id, or several have and it was not said which one."""


@dataclass(frozen=True, slots=True)
class Suspects:
    """Decisions that are to be forgotten, and what the record calls them."""

    condition: ColumnElement[bool]
    subject: str
    site_id: int | None = None


def of(moderator: Moderator) -> Suspects:
    """Mean all that a moderator has decided so far."""
    return Suspects(Decision.moderator_id == moderator.id, moderator.name)


def on(session: Session, external_id: str, site: Site | None = None) -> Suspects:
    """Mean all decisions on a comment, by the site's id; on every edition of it.

    Raises NoSuchComment where no site has sent it, or where several have and none is named.
    """
    rows = select(Comment.id, Comment.site_id).where(Comment.external_id == external_id)
    if site is not None:
        rows = rows.where(Comment.site_id == site.id)
    found = session.execute(rows.order_by(Comment.id)).all()
    if not found:
        whoever = "No site has sent a" if site is None else f"The site {site.name} has sent no"
        raise NoSuchComment(f"{whoever} comment with the id {external_id}.")
    if len({row.site_id for row in found}) > 1:
        raise NoSuchComment(f"Several sites have sent a comment with the id {external_id}: name one.")
    numbers = [row.id for row in found]
    return Suspects(Decision.comment_id.in_(numbers), f"comment {numbers[-1]}", found[-1].site_id)


def count(session: Session, suspects: Suspects) -> int:
    """Count the decisions that are not forgotten yet, each undo as one."""
    counted = select(func.count()).where(suspects.condition, Decision.is_forgotten.is_(False))
    return session.scalar(counted) or 0


def forget(session: Session, suspects: Suspects, *, by: Moderator | str, now: datetime) -> int:
    """Let no model learn from these decisions any more, and return how many they were.

    A model made from now on is the one that would have been made had they never been. Models that
    learnt from them are not changed.
    """
    forgotten: int = session.execute(
        update(Decision)
        .where(suspects.condition, Decision.is_forgotten.is_(False))
        .values(is_forgotten=True)
        .execution_options(synchronize_session=False)
    ).rowcount  # type: ignore[attr-defined]  # An UPDATE's result counts rows.
    if forgotten:
        details = "1 decision." if forgotten == 1 else f"{forgotten} decisions."
        audit.note(
            session, by, _ACT, suspects.subject, site_id=suspects.site_id, details=details, now=now
        )
    return forgotten
