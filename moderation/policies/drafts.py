"""A change of a policy before it is made: checked, tried, saved; or one that takes another back."""

from datetime import datetime

import msgspec
from sqlalchemy.orm import Session

from moderation.names import check_name
from moderation.policies import changing, choosing, keeping, listing
from moderation.policies.changing import ChangedSince, NothingToTakeBack, UnknownChange
from moderation.policies.keeping import Choices, Kept, KeptList, KeptRule
from moderation.refusal import Refusal
from moderation.rules import settings
from moderation.store.tables import Moderator, PolicyChange, Site


class BadSetting(Refusal):
    """What shall be kept of a rule cannot be read."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What shall be kept of one subject of a policy; None for nothing of its own."""

    subject: str
    after: Kept | None
    # The policy's revision that its author looked at, where that matters.
    seen: int | None = None


def check(session: Session, site: Site, change: Change) -> None:
    """Refuse what cannot be kept.

    Raises BadSetting, UnknownRule, BadEntry, BadScope, TooManyPatterns, BadLanguage or BadShare.
    """
    rule, name = keeping.rule_of(change.subject), keeping.list_of(change.subject)
    if rule is not None and isinstance(change.after, KeptRule):
        settings.rule(rule)
        try:
            settings.read(rule, change.after.mode, change.after.options)
        except settings.UnreadableSetting as error:
            raise BadSetting(f"This version cannot read the setting of {rule}: {error}.") from None
    elif name is not None and isinstance(change.after, KeptList):
        check_name(name)
        listing.check_patterns(session, site, listing.parse(name, change.after))
    elif isinstance(change.after, Choices):
        choosing.check(change.after)


def save(
    session: Session, site: Site, change: Change, *, by: Moderator | str, now: datetime
) -> PolicyChange | None:
    """Make a change; return it as it stands on record, or None where nothing had to be changed.

    Raises ChangedMeanwhile where somebody else changed the subject since it was looked at, and all
    that `check` raises.
    """
    check(session, site, change)
    changing.lock(session, site)
    return changing.write(session, site, change.subject, change.after, by=by, now=now, seen=change.seen)


def take_back(
    session: Session,
    change_id: int,
    by: Moderator | str,
    now: datetime,
    *,
    anyway: bool = False,
) -> PolicyChange:
    """Put back what stood before a change, as a further change.

    Raises ChangedSince where the same was changed again since, unless it shall be done `anyway`;
    NothingToTakeBack where it stands so already; and what `check` raises.
    """
    taken = session.get(PolicyChange, change_id)
    site = session.get(Site, taken.site_id) if taken else None
    if taken is None or site is None:
        raise UnknownChange(f"There is no change {change_id}.")
    changing.lock(session, site)
    later = changing.last_change(session, site, taken.subject, since=taken.revision)
    if later and not anyway:
        raise ChangedSince(taken, later)
    try:
        before = keeping.decode(taken.before)
    except ValueError as error:
        raise BadSetting(f"This version cannot read what stood there before: {error}.") from None
    check(session, site, Change(subject=taken.subject, after=before))
    made = changing.write(session, site, taken.subject, before, by=by, now=now, takes_back=taken)
    if made is None:
        raise NothingToTakeBack("What stood there before this change stands there already.")
    return made
