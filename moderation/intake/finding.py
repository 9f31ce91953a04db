"""Find what a site sent before: under its id, or what says the same where it has none."""

from datetime import datetime, timedelta

import msgspec
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from moderation import addresses
from moderation.draft import Submission
from moderation.refusal import Refusal
from moderation.store.tables import Comment, Decision, Site
from moderation.text import fingerprint, normalise

AKISMET_PREFIX = "akismet-"
"""Stands before the guid of a check that came from an Akismet client, to make the comment's id."""

# A client that heard no answer asks again at once, or after its time-out.
_RETRIED_WITHIN = timedelta(minutes=10)


class OtherContent(Refusal):
    """The id belongs to a comment with other content."""

    def __init__(self, stored: Comment) -> None:
        self.stored = stored
        super().__init__(f"{stored.external_id} is the id of other content. Only PUT edits a comment.")


class UnknownComment(Refusal):
    """The site sent no comment under that id."""

    def __init__(self, external_id: str) -> None:
        super().__init__(f"This site has sent no comment with the id {external_id}.")


def find(session: Session, site: Site, external_id: str) -> Comment | None:
    """Return the latest edition under the site's id, with its verdict and decisions."""
    return session.scalar(
        select(Comment)
        .where(Comment.site_id == site.id, Comment.external_id == external_id)
        .order_by(Comment.edition.desc())
        .limit(1)
        .options(
            joinedload(Comment.verdict),
            selectinload(Comment.decisions).joinedload(Decision.moderator),
        )
    )


def latest(session: Session, site: Site, external_id: str) -> Comment:
    """Return the latest edition like `find`, or raise UnknownComment."""
    found = find(session, site, external_id)
    if found is None:
        raise UnknownComment(external_id)
    return found


def known(session: Session, site: Site, draft: Submission) -> Comment | None:
    """Return what was stored of `draft` before, or None.

    Raises OtherContent when its id belongs to a comment that says something else. What an author had
    erased comes back as it is: whatever it said, sending it again does not bring it back.
    """
    stored = find(session, site, draft.id)
    return stored and unless_other(stored, draft)


def sent_before(
    session: Session, site: Site, draft: Submission, *, is_recheck: bool, now: datetime
) -> Comment | None:
    """Return the comment that a site without ids of its own sends once more, or None; the latest.

    A site that says so means a comment by the same author, from the same address, with the same
    text. One that does not say so retries what it sent a moment ago, unchanged.
    """
    rows = (
        select(Comment)
        .where(
            Comment.text_hash == fingerprint(normalise(draft.text)),
            Comment.site_id == site.id,
            Comment.author_email.is_not_distinct_from(draft.author.email),
            # However much of its address is stored.
            or_(
                Comment.author_ip.is_not_distinct_from(draft.author.ip),
                Comment.author_ip == addresses.shortened(draft).author.ip,
                and_(Comment.author_ip.is_(None), Comment.author_user_agent.is_(None)),
            ),
            Comment.superseded.is_(False),
        )
        .order_by(Comment.id.desc())
        .options(joinedload(Comment.verdict))
    )
    if is_recheck:
        return session.scalar(rows.limit(1))
    lately = session.scalars(rows.where(Comment.received_at > now - _RETRIED_WITHIN))
    return next((one for one in lately if _says_the_same(one, draft)), None)


def is_same(stored: Comment, draft: Submission) -> bool:
    """Whether `draft` says exactly what was stored."""
    return stored.content_hash in addresses.content_hashes(draft)


def unless_other(stored: Comment, draft: Submission) -> Comment:
    """Return what was stored, or raise OtherContent where it says something else than `draft`."""
    if stored.erased_at is None and not is_same(stored, draft):
        raise OtherContent(stored)
    return stored


def _says_the_same(stored: Comment, draft: Submission) -> bool:
    return is_same(stored, msgspec.structs.replace(draft, id=stored.external_id))
