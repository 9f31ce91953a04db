"""The record of a site's policy: each change is written with what stood there before and after."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from moderation import audit
from moderation.policies import keeping
from moderation.policies.keeping import Choices, Kept, KeptList, KeptRule
from moderation.refusal import Refusal
from moderation.store.tables import Moderator, PolicyChange, Site
from moderation.verdict import percent


class UnknownChange(Refusal):
    """There is no change of that number."""


class ChangedMeanwhile(Refusal):
    """Somebody changed the same since it was read; nothing was changed now."""

    def __init__(self, change: PolicyChange) -> None:
        self.change = change
        super().__init__(
            f"{change.changed_by} changed this after you opened the page. Look at what stands there now;"
            " what you typed is still here."
        )


class ChangedSince(Refusal):
    """What a change did was changed again; taking it back would undo that as well."""

    def __init__(self, change: PolicyChange, later: PolicyChange) -> None:
        self.change, self.later = change, later
        super().__init__(
            f"{later.changed_by} changed this again in revision {later.revision}. Taking revision "
            f"{change.revision} back would undo that as well."
        )


class NothingToTakeBack(Refusal):
    """What stood before a change stands there already."""


def lock(session: Session, site: Site) -> None:
    """Wait until nobody else changes the site's policy, and keep others waiting until the commit."""
    session.execute(select(Site.id).where(Site.id == site.id).with_for_update())
    session.refresh(site)


def write(
    session: Session,
    site: Site,
    subject: str,
    after: Kept | None,
    *,
    by: Moderator | str,
    now: datetime,
    seen: int | None = None,
    takes_back: PolicyChange | None = None,
) -> PolicyChange | None:
    """Keep `after` of a subject, which was checked; return the change, or None where it stands already.

    The site must be locked. With `seen`, the policy's revision that somebody looked at, raises
    ChangedMeanwhile where the subject has changed since.
    """
    if seen is not None and (later := last_change(session, site, subject, since=seen)):
        raise ChangedMeanwhile(later)
    before = keeping.read(session, site, subject)
    if before == after:
        return None
    keeping.put(session, site, subject, after, now=now)
    # Counted by the database: two changes at once must not come to the same number.
    site.policy_revision = Site.policy_revision + 1
    session.flush()
    session.refresh(site)
    change = PolicyChange(
        site_id=site.id,
        revision=site.policy_revision,
        changed_at=now,
        changed_by=by.name if isinstance(by, Moderator) else by,
        subject=subject,
        before=keeping.encode(before),
        after=keeping.encode(after),
        takes_back_id=takes_back.id if takes_back else None,
    )
    session.add(change)
    session.flush()
    what = "policy.take-back" if takes_back else f"policy.{subject.partition(':')[0]}"
    audit.note(session, by, what, subject, site_id=site.id, details=_said(change, after), now=now)
    return change


def changes(
    session: Session,
    site: Site,
    *,
    subject: str | None = None,
    limit: int,
    before: int | None = None,
) -> list[PolicyChange]:
    """The changes of a site's policy, the latest first; `before` is the last revision shown."""
    rows = (
        select(PolicyChange)
        .where(PolicyChange.site_id == site.id)
        .order_by(PolicyChange.revision.desc())
        .limit(limit)
    )
    if subject is not None:
        rows = rows.where(PolicyChange.subject == subject)
    return list(session.scalars(rows if before is None else rows.where(PolicyChange.revision < before)))


def last_change(session: Session, site: Site, subject: str, *, since: int = 0) -> PolicyChange | None:
    """Return the last change of a subject after revision `since`, or None."""
    found = changes(session, site, subject=subject, limit=1)
    return found[0] if found and found[0].revision > since else None


def by_revision(session: Session, site: Site, revision: int) -> PolicyChange:
    """Find the change that made a revision of the site's policy, or raise UnknownChange."""
    found = session.scalar(
        select(PolicyChange).where(PolicyChange.site_id == site.id, PolicyChange.revision == revision)
    )
    if found is None:
        raise UnknownChange(f"No change of {site.name} made revision {revision}.")
    return found


def _said(change: PolicyChange, after: Kept | None) -> str:
    """Say what was changed, without any entry of a list: a reader may have written it."""
    revision = f"Revision {change.revision}"
    if after is None:
        return f"{revision}: removed."
    if isinstance(after, KeptRule):
        return f"{revision}: mode {after.mode or 'as it comes'}, options {after.options}."
    if isinstance(after, KeptList):
        count = len(after.entries.splitlines())
        return f"{revision}: {count:,} lines of {after.kind}, {after.action}, {after.mode}."
    return f"{revision}: {_chosen(after)}."


def _chosen(after: Choices) -> str:
    shares = (
        ("good ones lost", after.good_lost),
        ("bad ones published", after.bad_published),
        ("audits", after.audit_share),
        ("second opinions", after.second_share),
    )
    written = [f"{name}: {percent(share)}" for name, share in shares if share is not None]
    days = (
        ("addresses", after.keep_addresses),
        ("rejected comments", after.keep_rejected),
        ("approved comments", after.keep_approved),
    )
    written += [f"{name} are kept for {number:,} days" for name, number in days if number is not None]
    written += ["addresses are shortened"] if after.shortens_addresses else []
    return "; ".join([f"languages: {after.languages}", *written])
