"""Sites: their keys, and what their owners set for how comments are judged."""

import hashlib
import re
import secrets
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from moderation.names import check_name
from moderation.refusal import Refusal
from moderation.rules import (
    BadEntry,
    EntryList,
    ListKind,
    Mode,
    Numbered,
    Policy,
    Scope,
    Setting,
    check_together,
    settings,
    shipped_lists,
)
from moderation.store.tables import Site, SiteList, SiteRule
from moderation.text import language_names
from moderation.verdict import Accepted, Action

log = structlog.get_logger()

# Akismet's plugin takes 12 hexadecimal digits and nothing else, so that is what keys are.
_KEY_BYTES = 6
BROUGHT_KEY = re.compile(r"[0-9a-fA-F]{12,128}")
ADDRESS = re.compile(r"https?://[^\s/]\S{0,1900}")
# An address with nothing before the path that two readers could take for different hosts.
_PLAIN_ADDRESS = re.compile(r"https?://([\w.-]+)(?::[0-9]{1,5})?(?:[/?#]\S*)?", re.IGNORECASE)
_LONGEST_ADDRESS = 2_000


class NameTaken(Refusal):
    """A site of that name exists."""


class KeyTaken(Refusal):
    """Another site has that key."""


class BadAddress(Refusal):
    """What was given as a site's address is none."""


class WeakKey(Refusal):
    """A key that is too easy to guess."""


class UnknownSite(Refusal):
    """There is no site of that name."""


class BadLanguage(Refusal):
    """What was given as a language is none."""


class UnknownList(Refusal):
    """The site has no list of that name."""


def add(
    session: Session, name: str, url: str, *, key: str | None = None, now: datetime
) -> tuple[Site, str]:
    """Add a site and return it with its key, which cannot be had again."""
    if key is not None and not BROUGHT_KEY.fullmatch(key):
        raise WeakKey("A key must be 12 to 128 hexadecimal digits.")
    check_name(name)
    if not ADDRESS.fullmatch(url):
        raise BadAddress(f"{url[:200]!r} is no address of a site, such as https://blog.example.org/")
    if session.scalar(select(Site.id).where(Site.name == name)):
        raise NameTaken(f"There is a site named {name} already.")
    key = key or secrets.token_hex(_KEY_BYTES)
    if by_key(session, key):
        raise KeyTaken("Another site has this key.")
    site = Site(name=name, url=url, key_hash=_hash(key), created_at=now)
    session.add(site)
    session.flush()
    return site, key


def by_key(session: Session, key: str) -> Site | None:
    """Find the site that `key` belongs to."""
    return session.scalar(select(Site).where(Site.key_hash == _hash(key)))


def by_name(session: Session, name: str) -> Site:
    """Find a site by name, or raise UnknownSite."""
    site = session.scalar(select(Site).where(Site.name == name))
    if site is None:
        raise UnknownSite(f"There is no site named {name}. See: moderation site list")
    return site


def is_own_address(site: Site, address: str) -> bool:
    """Whether a web address is on the site's own host, on whatever port."""
    own = host(site.url)
    return own is not None and len(address) <= _LONGEST_ADDRESS and host(address) == own


def host(address: str) -> str | None:
    """Return the host of a web address, or None where that cannot be told for sure."""
    found = _PLAIN_ADDRESS.fullmatch(address)
    return found[1].lower() if found else None


def exist(session: Session) -> bool:
    """Whether there is a site at all."""
    return session.scalar(select(Site.id).limit(1)) is not None


def every(session: Session) -> list[Site]:
    """All sites by name."""
    return list(session.scalars(select(Site).order_by(Site.name)))


def choose(
    session: Session,
    site: Site,
    *,
    languages: Collection[str] | None = None,
    accepted: Accepted | None = None,
) -> None:
    """Change the choices that are given; None leaves one as it is."""
    if languages is not None:
        wrong = [one for one in languages if one not in language_names()]
        if wrong or not languages:
            raise BadLanguage(
                f"{wrong[0]!r} is no language. Use the two letters of ISO 639-1, such as en or de."
                if wrong
                else "A site has at least one language."
            )
        # Each once, in the order given.
        site.languages = ",".join(dict.fromkeys(languages))
    if accepted is not None:
        site.good_lost, site.bad_published = accepted.good_lost, accepted.bad_published
    _policy_changed(session, site)


def accepted(site: Site) -> Accepted:
    """Return the shares of mistakes that the site's owner accepts."""
    return Accepted(good_lost=site.good_lost, bad_published=site.bad_published)


def rules(session: Session, site: Site) -> tuple[dict[str, Setting], list[str]]:
    """What the owner set for rules, by name; and the names of those that cannot be read."""
    readable: dict[str, Setting] = {}
    unreadable: list[str] = []
    for kept in session.scalars(
        select(SiteRule).where(SiteRule.site_id == site.id).order_by(SiteRule.rule)
    ):
        try:
            readable[kept.rule] = settings.read(kept.rule, kept.mode, kept.options)
        # It was read when it was set, by another version. A comment must not be lost for it.
        except settings.UnreadableSetting:
            log.exception("setting_unreadable", site_id=site.id, setting_id=kept.id)
            unreadable.append(kept.rule)
    return readable, unreadable


def set_rule(
    session: Session, site: Site, name: str, *, mode: str | None, options: Mapping[str, str]
) -> Setting:
    """Change how a rule works on the site; no mode leaves it as it is. Return the whole setting.

    Raises UnknownRule or BadOption.
    """
    rule = settings.rule(name)
    readable, _ = rules(session, site)
    before = readable.get(name) or settings.default(rule)
    setting = settings.change(before, mode=mode, options=options)
    row = _kept(session, site, name)
    if setting == settings.default(rule):
        # Nothing is kept, so that a better default reaches those who went back to this one.
        if row:
            session.delete(row)
    else:
        row = row or SiteRule(site_id=site.id, rule=name)
        row.mode, row.options = settings.kept(rule, setting)
        session.add(row)
    _policy_changed(session, site)
    return setting


def reset_rule(session: Session, site: Site, name: str) -> None:
    """Let a rule work on the site as it comes. Raises UnknownRule."""
    row = _kept(session, site, name)
    if row is None:
        # Nothing to do; but what was set for a rule that there is no more can be removed as well.
        settings.rule(name)
        return
    session.delete(row)
    _policy_changed(session, site)


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
    now: datetime,
) -> EntryList:
    """Add a list, or replace the one of that name.

    Without `scopes`, it looks where lists of its kind usually do. `watch` may look on while the
    lines are checked. Raises BadEntry for lines that cannot be entries, BadScope, TooManyPatterns.
    """
    check_name(name)
    parsed = EntryList.parse(name, kind, action, lines, scopes=scopes, mode=mode, watch=watch)
    every = lists(session, site)
    if kind is ListKind.PATTERNS:
        others = [one for one in every if one.kind is kind and one.name != name]
        check_together([*parsed.entries, *(entry for one in others for entry in _readable(one))])
    kept = next((one for one in every if one.name == name), None)
    if kept is None:
        kept = SiteList(
            site_id=site.id,
            name=name,
            kind=kind,
            action=action,
            scopes=parsed.scopes,
            mode=mode,
            entries=lines,
            updated_at=now,
        )
        session.add(kept)
    kept.kind, kept.action, kept.scopes, kept.mode = kind, action, parsed.scopes, mode
    kept.entries, kept.updated_at = lines, now
    _policy_changed(session, site)
    return parsed


def remove_list(session: Session, site: Site, name: str) -> None:
    """Remove a list, or raise UnknownList."""
    kept = session.scalar(select(SiteList).where(SiteList.site_id == site.id, SiteList.name == name))
    if kept is None:
        raise UnknownList(f"{site.name} has no list named {name}.")
    session.delete(kept)
    _policy_changed(session, site)


class Policies:
    """Each site's policy, compiled once a process and again after a change."""

    def __init__(self) -> None:
        self._compiled: dict[int, tuple[int, Policy]] = {}
        self._shipped = shipped_lists()

    def of(self, session: Session, site: Site) -> Policy:
        """Return the policy of `site` as of the site's policy_revision."""
        revision, policy = self._compiled.get(site.id, (0, None))
        if policy is None or revision != site.policy_revision:
            policy = self._compile(session, site)
            self._compiled[site.id] = (site.policy_revision, policy)
        return policy

    def default(self) -> Policy:
        """Return the policy of a site whose owner has set nothing."""
        return Policy(lists=self._shipped)

    def _compile(self, session: Session, site: Site) -> Policy:
        readable: list[EntryList] = []
        unreadable: list[str] = []
        for kept in lists(session, site):
            try:
                readable.append(_parse(kept))
            # It was read when it was saved, by an earlier version. A comment must not be lost for it.
            except BadEntry as error:
                log.exception("list_unreadable", site_id=site.id, list_id=kept.id, reason=error.why)
                unreadable.append(kept.name)
        chosen, unset = rules(session, site)
        return Policy(
            rules=chosen,
            unreadable_rules=tuple(unset),
            languages=tuple(site.languages.split(",")),
            accepted=accepted(site),
            lists=(*readable, *self._shipped),
            unreadable=tuple(unreadable),
        )


def _kept(session: Session, site: Site, name: str) -> SiteRule | None:
    return session.scalar(select(SiteRule).where(SiteRule.site_id == site.id, SiteRule.rule == name))


def _parse(kept: SiteList) -> EntryList:
    return EntryList.parse(
        kept.name, kept.kind, kept.action, kept.entries, scopes=kept.scopes, mode=kept.mode
    )


def _readable(kept: SiteList) -> tuple[str, ...]:
    """The entries of a kept list; none where it was saved by a version that took other ones."""
    try:
        return _parse(kept).entries
    except BadEntry:
        return ()


def _policy_changed(session: Session, site: Site) -> None:
    # Counted by the database: two changes at once must not come to the same number.
    site.policy_revision = Site.policy_revision + 1
    session.flush()
    session.refresh(site)


def _hash(key: str) -> str:
    # 48 random bits cannot be guessed over the network. Whoever holds the database could find them, and
    # holds everything that they open. Clients change the case of keys as they like.
    return hashlib.sha256(key.lower().encode()).hexdigest()
