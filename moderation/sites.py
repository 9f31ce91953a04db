"""Sites and their keys."""

import hashlib
import re
import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from moderation import audit
from moderation.names import check_name
from moderation.refusal import Refusal
from moderation.store import Prepared
from moderation.store.tables import Moderator, Site

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


def add(
    session: Session, name: str, url: str, *, key: str | None = None, now: datetime
) -> tuple[Site, str]:
    """Add a site and return it with its key, which cannot be had again."""
    _check_strong(key)
    check_name(name)
    if not ADDRESS.fullmatch(url):
        raise BadAddress(f"{url[:200]!r} is no address of a site, such as https://blog.example.org/")
    _check_free(session, name)
    key = _free_key(session, key)
    site = Site(name=name, url=url, key_hash=_hash(key), created_at=now)
    try:
        with session.begin_nested():
            session.add(site)
    except IntegrityError:
        # On PostgreSQL two may add the same at one moment, and both find it free.
        _check_free(session, name)
        _free_key(session, key)
        raise
    return site, key


def rotate(
    session: Session, site: Site, *, key: str | None = None, by: Moderator | str, now: datetime
) -> str:
    """Give the site another key, which cannot be had again, and return it. The old one ends at once.

    Raises WeakKey, or KeyTaken where a site has `key` already.
    """
    _check_strong(key)
    key = _free_key(session, key)
    site.key_hash = _hash(key)
    # The client shows its new key with the next comment; until then it would not know the old one.
    site.akismet_key = None
    session.add(site)
    audit.note(session, by, "site.rotate", f"site {site.name}", site_id=site.id, now=now)
    return key


def by_key(session: Session, key: str) -> Site | None:
    """Find the site that `key` belongs to."""
    return session.scalar(select(Site).where(Site.key_hash == _hash(key)))


class Keys:
    """Sites by their keys, for every request: asked each time, and made anew only where they changed."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[tuple[Any, ...], Site]] = {}

    def site(self, connection: Connection, key: str) -> Site | None:
        """Find the site that `key` belongs to. Requests share it, so that nobody may change it."""
        row = _OF_KEY.first(connection, {"hash": _hash(key)})
        if row is None:
            return None
        number = row[0]
        seen, site = self._known.get(number, (None, None))
        if site is None or seen != row:
            with Session(connection) as session:
                site = session.get_one(Site, number)
                session.expunge(site)
            self._known[number] = (row, site)
        return site


# The number first: the others tell whether something changed.
_OF_KEY = Prepared(select(Site.id, *Site.__table__.columns).where(Site.key_hash == bindparam("hash")))


def keep_akismet_key(session: Session, site: Site, key: str) -> None:
    """Keep the site's key as an Akismet client sent it, which must show it to be told of decisions.

    To be called for a site found by this key whose comment came with a callback.
    """
    if site.akismet_key != key:
        session.execute(update(Site).where(Site.id == site.id).values(akismet_key=key))


def by_name(session: Session, name: str) -> Site:
    """Find a site by name, or raise UnknownSite."""
    site = session.scalar(select(Site).where(Site.name == name))
    if site is None:
        raise UnknownSite(f"There is no site named {name}. See: moderation site list")
    return site


def by_id(session: Session, number: int) -> Site:
    """Find a site by its number, or raise UnknownSite."""
    site = session.get(Site, number)
    if site is None:
        raise UnknownSite(f"There is no site {number}.")
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


def _check_free(session: Session, name: str) -> None:
    if session.scalar(select(Site.id).where(Site.name == name)):
        raise NameTaken(f"There is a site named {name} already.")


def _check_strong(key: str | None) -> None:
    if key is not None and not BROUGHT_KEY.fullmatch(key):
        raise WeakKey("A key must be 12 to 128 hexadecimal digits.")


def _free_key(session: Session, key: str | None) -> str:
    key = key or secrets.token_hex(_KEY_BYTES)
    if by_key(session, key):
        raise KeyTaken("A site has this key already.")
    return key


def _hash(key: str) -> str:
    # 48 random bits cannot be guessed over the network. Whoever holds the database could find them, and
    # holds everything that they open. Clients change the case of keys as they like.
    return hashlib.sha256(key.lower().encode()).hexdigest()
