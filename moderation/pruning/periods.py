"""What a site keeps for a number of days: addresses, rejected comments, approved comments.

What waits for a person, or is put aside for one, is never touched.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, exists, func, not_, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from moderation import addresses
from moderation.authors import erasing
from moderation.pruning.counting import STEP, Count, Tell
from moderation.store import Database, scrubbing
from moderation.store.tables import Comment, Decision, Hold, Site, StoredVerdict
from moderation.verdict import Action

# Of which a reason may quote what is on an owner's list: the address, or the network that it is in.
_OF_ADDRESSES = frozenset({"listed_network"})


class Kind(StrEnum):
    """What is kept for a time of its own; the values are columns of a site without “keep_”."""

    ADDRESSES = "addresses"
    REJECTED = "rejected"
    APPROVED = "approved"

    @property
    def words(self) -> str:
        """What goes, for people."""
        return _WORDS[self]

    def days(self, site: Site) -> int | None:
        """For how many days a site keeps it; None for ever."""
        chosen: int | None = getattr(site, f"keep_{self}")
        return chosen


_WORDS = {
    Kind.ADDRESSES: "addresses",
    Kind.REJECTED: "rejected comments",
    Kind.APPROVED: "approved comments",
}
_OUTCOMES = {Kind.REJECTED: Action.REJECT, Kind.APPROVED: Action.APPROVE}


def count_over(session: Session, site: Site, *, now: datetime) -> Iterator[Count]:
    """Count what `prune_site` would do now. Comments are counted with all editions as one.

    Whose text goes and whose address goes is counted in both kinds.
    """
    for kind in Kind:
        days = kind.days(site)
        if days is not None:
            rows = select(func.count()).where(_over(site, kind, days, now))
            yield Count(kind.words, session.scalar(rows) or 0, site.name, days)


def prune_site(database: Database, site: Site, *, tell: Tell, now: datetime) -> Iterator[Count]:
    """Remove what a site has kept for longer than it chose, a few comments in each transaction.

    Texts first, whose addresses go with them. Leaves sketches and facets of them to `prune_stale`.
    """
    for kind in (Kind.REJECTED, Kind.APPROVED, Kind.ADDRESSES):
        days = kind.days(site)
        if days is None:
            continue
        with database.reading() as session:
            total = session.scalar(select(func.count()).where(_over(site, kind, days, now))) or 0
        done, after = 0, 0
        step = f"{site.name}: {kind.words}"
        tell(step, done, total)
        while True:
            with database.writing() as session:
                found = _next(session, site, kind, days, after=after, now=now)
                if not found:
                    break
                scrubbing.overwrite(session)
                after = found[-1]
                done += _prune(session, site, kind, days, found, now=now)
                session.commit()
            tell(step, done, max(done, total))
        yield Count(kind.words, done, site.name, days)


def _next(
    session: Session, site: Site, kind: Kind, days: int, *, after: int, now: datetime
) -> Sequence[int]:
    rows = select(Comment.id).where(_over(site, kind, days, now), Comment.id > after)
    return session.scalars(rows.order_by(Comment.id).limit(STEP)).all()


def _prune(
    session: Session, site: Site, kind: Kind, days: int, found: Sequence[int], *, now: datetime
) -> int:
    """Lock some comments and prune those of which it still holds: somebody may just have decided."""
    is_whole = kind is not Kind.ADDRESSES
    names = select(Comment.external_id).where(Comment.id.in_(found))
    editions = and_(Comment.site_id == site.id, Comment.external_id.in_(names))
    # In the order in which everybody locks comments, so that nobody waits in a circle.
    session.execute(
        select(Comment.id).where(editions).order_by(Comment.id).with_for_update(key_share=True)
    ).all()
    over = select(Comment.id, Comment.external_id).where(
        Comment.id.in_(found), _over(site, kind, days, now)
    )
    still = session.execute(over).all()
    if is_whole:
        together = and_(
            Comment.site_id == site.id, Comment.external_id.in_([row.external_id for row in still])
        )
        rows = select(Comment.id).where(together, Comment.erased_at.is_(None)).order_by(Comment.id)
        erasing.blank(session, session.scalars(rows).all(), kept_days=days, now=now)
    else:
        _blank_addresses(session, [row.id for row in still])
    return len(still)


def _blank_addresses(session: Session, numbers: Sequence[int]) -> None:
    rows = select(Comment).where(Comment.id.in_(numbers)).order_by(Comment.id)
    for comment in session.scalars(rows.options(joinedload(Comment.verdict))):
        # While the draft can still be made again that a site may send once more.
        comment.content_hash = addresses.hash_without(addresses.draft_of(comment))
        said = {comment.author_ip, comment.author_range, comment.author_user_agent} - {None, ""}
        _silence(comment.verdict, frozenset(str(one) for one in said))
        comment.author_ip = comment.author_range = comment.author_user_agent = None
    session.flush()


def _silence(verdict: StoredVerdict, said: frozenset[str]) -> None:
    """Leave of reasons that tell an address no more than what they weighed."""
    reasons = [
        erasing.code(one)
        if one["code"] in _OF_ADDRESSES or any(address in one["message"] for address in said)
        else one
        for one in verdict.reasons
    ]
    if reasons != verdict.reasons:
        verdict.reasons = reasons


def _over(site: Site, kind: Kind, days: int, now: datetime) -> ColumnElement[bool]:
    """Return the condition that the time is over of a comment's latest edition, or of an address."""
    since = now - timedelta(days=days)
    common = and_(Comment.site_id == site.id, Comment.erased_at.is_(None), Comment.received_at < since)
    if kind is Kind.ADDRESSES:
        columns = (Comment.author_ip, Comment.author_range, Comment.author_user_agent)
        # Of each edition for itself, but for those of a comment that waits.
        latest = aliased(Comment)
        waits = exists().where(
            latest.site_id == Comment.site_id,
            latest.external_id == Comment.external_id,
            latest.superseded.is_(False),
            or_(latest.waits_for.is_not(None), exists().where(Hold.comment_id == latest.id)),
        )
        return and_(common, or_(*(column.is_not(None) for column in columns)), not_(waits))
    return and_(
        common,
        Comment.superseded.is_(False),
        Comment.waits_for.is_(None),
        Comment.outcome == _OUTCOMES[kind],
        # Who decided lately may want to undo it.
        not_(exists().where(Decision.comment_id == Comment.id, Decision.decided_at >= since)),
        not_(exists().where(Hold.comment_id == Comment.id)),
    )
