"""Strike an author out of what owners keep: lists, the record of their changes, and trials of them.

A line names him that holds his e-mail address; in a list of ids, that is his id; in one of networks,
that is his IP address. A pattern, a name or the domain of his website may mean anybody.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from moderation.policies import changing, keeping
from moderation.rules import ListKind, Scope
from moderation.store.tables import Backtest, PolicyChange, Site, SiteList

# Neither before an address nor after it, so that bob@example.org is not found in jacob@example.org.
_BEFORE, _AFTER = r"(?<![\w.+-])", r"(?![\w+-]|\.\w)"


@dataclass(frozen=True, slots=True)
class Names:
    """What lines may know an author by. E-mail addresses are in lower case."""

    emails: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()
    # IP addresses.
    addresses: frozenset[str] = frozenset()

    def __or__(self, other: "Names") -> "Names":
        """Put both together."""
        return Names(self.emails | other.emails, self.ids | other.ids, self.addresses | other.addresses)

    def are_in(self, line: str, kind: str, scopes: Iterable[str]) -> bool:
        """Whether a line of a list of this kind, which looks there, names the author."""
        said = line.strip()
        if kind == ListKind.NETWORKS and said in self.addresses:
            return True
        if Scope.AUTHOR in scopes and said in self.ids:
            return True
        return any(address.search(said) for address in map(_whole, self.emails))


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a list that names an author."""

    site_id: int
    list_name: str
    line: str


Known = Mapping[int | None, Names]
"""What an author is known by on a site, by its number; under None, what he is known by on every one."""


def naming(session: Session, known: Known, site: Site | None) -> list[Entry]:
    """Find the lines of lists that name an author, of one site or of all."""
    rows = select(SiteList).order_by(SiteList.site_id, SiteList.name)
    if site is not None:
        rows = rows.where(SiteList.site_id == site.id)
    return [
        Entry(one.site_id, one.name, line.strip())
        for one in session.scalars(rows)
        for line in one.entries.splitlines()
        if _on(known, one.site_id).are_in(line, one.kind, one.scopes)
    ]


def strike(session: Session, site: Site, known: Known, *, by: str, now: datetime) -> int:
    """Strike an author out of all that a site's owner keeps; return how many lines of lists went.

    Each list that loses a line is a change on record, where what stood in it before is struck out too.
    """
    names = _on(known, site.id)
    changing.lock(session, site)
    struck = 0
    for name, kept in keeping.every_list(session, site).items():
        left = _without(kept.entries, names, kept.kind, kept.scopes)
        if left == kept.entries:
            continue
        struck += len(kept.entries.splitlines()) - len(left.splitlines())
        after = msgspec.structs.replace(kept, entries=left) if left.strip() else None
        changing.write(session, site, keeping.of_list(name), after, by=by, now=now)
    for change in session.scalars(select(PolicyChange).where(PolicyChange.site_id == site.id)):
        change.before = _rewritten(change.before, names)
        change.after = _rewritten(change.after, names)
    for trial in session.scalars(select(Backtest).where(Backtest.site_id == site.id)):
        trial.change = _rewritten(trial.change, names) or trial.change
        for email in names.emails:
            trial.problem = trial.problem and _whole(email).sub("…", trial.problem)
    session.flush()
    return struck


def _on(known: Known, site_id: int) -> Names:
    return known.get(None, Names()) | known.get(site_id, Names())


def _rewritten(written: str | None, names: Names) -> str | None:
    """Strike out of JSON, whatever version wrote it, every line of a list that names the author."""
    if written is None:
        return None
    read = json.loads(written)
    changed = _struck(read, names)
    return written if changed == read else json.dumps(changed, ensure_ascii=False)


def _struck(value: Any, names: Names) -> Any:
    if isinstance(value, Mapping):
        changed = {key: _struck(one, names) for key, one in value.items()}
        if isinstance(lines := value.get("entries"), str):
            kind, scopes = str(value.get("kind")), value.get("scopes") or ()
            changed["entries"] = _without(lines, names, kind, scopes)
        return changed
    if isinstance(value, list):
        return [_struck(one, names) for one in value]
    return value


def _without(lines: str, names: Names, kind: str, scopes: Iterable[str]) -> str:
    every = lines.splitlines(keepends=True)
    left = [line for line in every if not names.are_in(line, kind, scopes)]
    return lines if left == every else "".join(left)


def _whole(address: str) -> re.Pattern[str]:
    return re.compile(f"{_BEFORE}{re.escape(address)}{_AFTER}", re.IGNORECASE)
