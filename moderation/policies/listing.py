"""An owner's lists: added, replaced as a whole, longer by an entry, removed."""

from collections.abc import Callable, Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from moderation.names import check_name
from moderation.policies import changing, keeping
from moderation.policies.keeping import KeptList
from moderation.refusal import Refusal
from moderation.rules import (
    BadEntry,
    EntryList,
    ListKind,
    Mode,
    Numbered,
    Scope,
    check_together,
)
from moderation.store.tables import Moderator, Site, SiteList
from moderation.verdict import Action


class UnknownList(Refusal):
    """The site has no list of that name."""


class OtherList(Refusal):
    """A list of that name holds something else, or asks for something else."""


def lists(session: Session, site: Site) -> list[SiteList]:
    """The owner's lists for the site by name."""
    return list(
        session.scalars(select(SiteList).where(SiteList.site_id == site.id).order_by(SiteList.name))
    )


def put_list(
    session: Session,
    site: Site,
    name: str,
    *,
    kind: ListKind,
    action: Action,
    lines: str,
    scopes: Iterable[Scope] = (),
    mode: Mode = Mode.LIVE,
    watch: Callable[[list[Numbered]], Iterable[Numbered]] = iter,
    by: Moderator | str,
    now: datetime,
) -> EntryList:
    """Add a list, or replace the one of that name.

    Without `scopes`, it looks where lists of its kind usually do. `watch` may look on while the
    lines are checked. Raises BadEntry for lines that cannot be entries, BadScope, TooManyPatterns.
    """
    check_name(name)
    parsed = EntryList.parse(name, kind, action, lines, scopes=scopes, mode=mode, watch=watch)
    changing.lock(session, site)
    check_patterns(session, site, parsed)
    changing.write(session, site, keeping.of_list(name), of_entries(parsed, lines), by=by, now=now)
    return parsed


def add_entry(
    session: Session,
    site: Site,
    list_name: str,
    entry: str,
    *,
    kind: ListKind,
    action: Action,
    scopes: Iterable[Scope] = (),
    by: Moderator | str,
    now: datetime,
) -> bool:
    """Add one entry to a list, which is made if it is missing; return whether the entry is new there.

    A list that is there must be of the same kind, ask for the same and look at the same places, or
    OtherList is raised; its mode stays. Raises BadEntry, BadScope, TooManyPatterns.
    """
    check_name(list_name)
    wanted = EntryList.parse(list_name, kind, action, entry, scopes=scopes)
    if len(wanted.entries) != 1:
        raise BadEntry(1, entry, "not one line with one entry; a line that starts with # is a comment")
    changing.lock(session, site)
    subject = keeping.of_list(list_name)
    present = keeping.read(session, site, subject)
    lines = wanted.entries[0]
    if isinstance(present, KeptList):
        if (present.kind, present.action, present.scopes) != (kind, action, wanted.scopes):
            raise OtherList(
                f"The list {list_name} holds {present.kind} in {', '.join(present.scopes)} and asks to "
                f"{present.action}. Choose another name."
            )
        every = present.entries.splitlines()
        if lines in map(str.strip, every):
            return False
        lines = "\n".join([*every, lines])
    if kind is ListKind.PATTERNS:
        check_patterns(session, site, EntryList.parse(list_name, kind, action, lines, scopes=scopes))
    mode = present.mode if isinstance(present, KeptList) else Mode.LIVE
    after = KeptList(kind=kind, action=action, scopes=wanted.scopes, mode=mode, entries=lines)
    changing.write(session, site, subject, after, by=by, now=now)
    return True


def remove_list(session: Session, site: Site, name: str, *, by: Moderator | str, now: datetime) -> None:
    """Remove a list, or raise UnknownList."""
    changing.lock(session, site)
    if changing.write(session, site, keeping.of_list(name), None, by=by, now=now) is None:
        raise UnknownList(f"{site.name} has no list named {name}.")


def check_patterns(session: Session, site: Site, parsed: EntryList) -> None:
    """Raise TooManyPatterns where a list's patterns are too many together with those of the others."""
    if parsed.kind is not ListKind.PATTERNS:
        return
    others = [
        (name, one)
        for name, one in keeping.every_list(session, site).items()
        if one.kind is ListKind.PATTERNS and name != parsed.name
    ]
    check_together([*parsed.entries, *(entry for other in others for entry in _readable(*other))])


def parse(name: str, one: KeptList) -> EntryList:
    """Read a list that was kept. Raises BadEntry where a version saved it that took other entries."""
    return EntryList.parse(name, one.kind, one.action, one.entries, scopes=one.scopes, mode=one.mode)


def of_entries(parsed: EntryList, lines: str) -> KeptList:
    """Return what must be kept of a list that was read from `lines`."""
    return KeptList(
        kind=parsed.kind,
        action=parsed.action,
        scopes=parsed.scopes,
        mode=parsed.mode,
        entries=lines,
    )


def kept_list(name: str, typed: KeptList) -> KeptList:
    """Return what must be kept of a list as it was typed, where no place to look at may be named.

    Raises BadEntry or BadScope.
    """
    return of_entries(parse(name, typed), typed.entries)


def _readable(name: str, one: KeptList) -> tuple[str, ...]:
    """The entries of a kept list; none where it was saved by a version that took other ones."""
    try:
        return parse(name, one).entries
    except BadEntry:
        return ()
