"""Where a site wants to be told of decisions, and the secret that proves who tells."""

import base64
import secrets

from sqlalchemy.orm import Session

from moderation.outgoing import Place
from moderation.refusal import Refusal
from moderation.store.tables import Site

# As Standard Webhooks writes secrets: this, and 24 bytes or more in base64.
SECRET_PREFIX = "whsec_"  # noqa: S105  It stands before secrets.
_SECRET_BYTES = 32


class NoCallback(Refusal):
    """The site has no callback."""


def register(session: Session, site: Site, url: str) -> str:
    """Tell the site of decisions at `url` from now on; return the secret that they are signed with.

    A site that moves its callback keeps its secret. Raises BadCallback.
    """
    Place.of(url)
    site.callback_url = url
    site.callback_secret = site.callback_secret or _new_secret()
    _save(session, site)
    return site.callback_secret


def secret(site: Site) -> str:
    """Return what the site's callbacks are signed with, or raise NoCallback."""
    if site.callback_url is None or site.callback_secret is None:
        raise NoCallback(
            f"{site.name} has no callback. Give it one: moderation callback set {site.name} URL"
        )
    return site.callback_secret


def rotate(session: Session, site: Site) -> str:
    """Sign with another secret from now on, and return it. Raises NoCallback."""
    secret(site)
    site.callback_secret = _new_secret()
    _save(session, site)
    return site.callback_secret


def remove(session: Session, site: Site) -> None:
    """Tell the site of nothing any more, not even of what waits. Raises NoCallback."""
    secret(site)
    site.callback_url = site.callback_secret = None
    _save(session, site)


def _new_secret() -> str:
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def _save(session: Session, site: Site) -> None:
    session.add(site)
    session.flush()
