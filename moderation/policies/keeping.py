"""What is kept of a site's policy: rows in and out, each subject by itself, and as JSON for the record.

A subject is `rule:NAME`, `list:NAME` or `choices`.
"""

from collections.abc import Mapping
from datetime import datetime

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from moderation.rules import ListKind, Mode, Scope
from moderation.store.tables import Site, SiteList, SiteRule
from moderation.verdict import Action

CHOICES = "choices"
_RULE, _LIST = "rule:", "list:"


class KeptRule(msgspec.Struct, frozen=True, kw_only=True, tag="rule"):
    """What differs from how a rule comes: its mode, and a JSON object with options."""

    mode: str | None = None
    options: str = "{}"


class KeptList(msgspec.Struct, frozen=True, kw_only=True, tag="list"):
    """A list as its owner wrote it, one entry a line."""

    kind: ListKind
    action: Action
    scopes: tuple[Scope, ...]
    mode: Mode
    entries: str


class Choices(msgspec.Struct, frozen=True, kw_only=True, tag="choices"):
    """What is chosen for a site as a whole. Shares are from 0 to 1."""

    # As in “en,de”.
    languages: str
    # None for what the model was made for.
    good_lost: float | None
    bad_published: float | None
    # None for as many as it takes: more of the first comments than later.
    audit_share: float | None
    second_share: float
    # In days; None for ever. Records of earlier versions know nothing of these.
    keep_addresses: int | None = None
    keep_rejected: int | None = None
    keep_approved: int | None = None
    # Whether of IP addresses only the network is stored.
    shortens_addresses: bool = False


Kept = KeptRule | KeptList | Choices
_COLUMNS_OF_CHOICES = Choices.__struct_fields__


def of_rule(name: str) -> str:
    """Return the subject that a rule is."""
    return _RULE + name


def of_list(name: str) -> str:
    """Return the subject that a list is."""
    return _LIST + name


def rule_of(subject: str) -> str | None:
    """Return the name of the rule that a subject is, or None."""
    return subject.removeprefix(_RULE) if subject.startswith(_RULE) else None


def list_of(subject: str) -> str | None:
    """Return the name of the list that a subject is, or None."""
    return subject.removeprefix(_LIST) if subject.startswith(_LIST) else None


def read(session: Session, site: Site, subject: str) -> Kept | None:
    """Return what is kept of a subject now; None where there is nothing."""
    if (name := rule_of(subject)) is not None:
        rule = _rule(session, site, name)
        return None if rule is None else _of_rule(rule)
    if (name := list_of(subject)) is not None:
        one = _list(session, site, name)
        return None if one is None else _of_list(one)
    return chosen(site)


def every_rule(session: Session, site: Site) -> dict[str, KeptRule]:
    """Return what is kept of every rule, by its name."""
    rows = select(SiteRule).where(SiteRule.site_id == site.id).order_by(SiteRule.rule)
    return {row.rule: _of_rule(row) for row in session.scalars(rows)}


def every_list(session: Session, site: Site) -> dict[str, KeptList]:
    """Return what is kept of every list, by its name."""
    rows = select(SiteList).where(SiteList.site_id == site.id).order_by(SiteList.name)
    return {row.name: _of_list(row) for row in session.scalars(rows)}


def chosen(site: Site) -> Choices:
    """Return what is chosen for the site as a whole."""
    return Choices(**{column: getattr(site, column) for column in _COLUMNS_OF_CHOICES})


def put(session: Session, site: Site, subject: str, kept: Kept | None, *, now: datetime) -> None:
    """Keep this of a subject from now on, which was checked; None for nothing."""
    if isinstance(kept, Choices):
        for column, value in msgspec.structs.asdict(kept).items():
            setattr(site, column, value)
    elif (name := rule_of(subject)) is not None:
        _put_rule(session, site, name, kept)
    elif (name := list_of(subject)) is not None:
        _put_list(session, site, name, kept, now=now)
    session.flush()


def encode(kept: Kept | None) -> str | None:
    """Write what is kept as JSON."""
    return None if kept is None else msgspec.json.encode(kept).decode()


def decode(written: str | None) -> Kept | None:
    """Read it again. Raises ValueError for what another version wrote and this one cannot read."""
    if written is None:
        return None
    try:
        kept: Kept = msgspec.json.decode(written, type=Kept)
    except msgspec.DecodeError as error:
        raise ValueError(str(error)) from error
    return kept


def _put_rule(session: Session, site: Site, name: str, kept: Kept | None) -> None:
    row = _rule(session, site, name)
    if isinstance(kept, KeptRule):
        row = row or SiteRule(site_id=site.id, rule=name)
        row.mode, row.options = kept.mode, kept.options
        session.add(row)
    elif row is not None:
        session.delete(row)


def _put_list(session: Session, site: Site, name: str, kept: Kept | None, *, now: datetime) -> None:
    row = _list(session, site, name)
    if not isinstance(kept, KeptList):
        if row is not None:
            session.delete(row)
        return
    columns = msgspec.structs.asdict(kept) | {"updated_at": now}
    if row is None:
        session.add(SiteList(site_id=site.id, name=name, **columns))
        return
    _set(row, columns)


def _set(row: SiteList, columns: Mapping[str, object]) -> None:
    for column, value in columns.items():
        setattr(row, column, value)


def _rule(session: Session, site: Site, name: str) -> SiteRule | None:
    rows = select(SiteRule).where(SiteRule.site_id == site.id, SiteRule.rule == name)
    # What another admin committed since this session read it first is what counts.
    return session.scalar(rows.execution_options(populate_existing=True))


def _list(session: Session, site: Site, name: str) -> SiteList | None:
    rows = select(SiteList).where(SiteList.site_id == site.id, SiteList.name == name)
    return session.scalar(rows.execution_options(populate_existing=True))


def _of_rule(row: SiteRule) -> KeptRule:
    return KeptRule(mode=row.mode, options=row.options)


def _of_list(row: SiteList) -> KeptList:
    return KeptList(
        kind=row.kind, action=row.action, scopes=row.scopes, mode=row.mode, entries=row.entries
    )
