"""Let moderators into the console without the pages on which one logs in: many tests start there."""

import http.cookiejar
from datetime import UTC, datetime

from flask import Flask
from flask.sessions import SecureCookieSessionInterface

from moderation import moderators
from moderation.settings import Settings
from moderation.store import Database
from moderation.store.tables import Moderator, Role
from tests.browsing import Console


def add(database: Database, name: str, role: Role = Role.MODERATOR, **more: object) -> Moderator:
    """Add a moderator without a password."""
    with database.writing() as session:
        added = moderators.add(session, name, None, role=role, now=datetime.now(UTC), **more)
        session.commit()
    return added


def let_in(
    service: str, settings: Settings, database: Database, who: Moderator, /, **said: str
) -> Console:
    """A browser in which `who` is logged in."""
    with database.writing() as session:
        token = moderators.log_in(session, who, hours=1, now=datetime.now(UTC), **said)
        session.commit()
    console = Console(service)
    console.cookies.set_cookie(_cookie(sealed(settings, token=token)))
    return console


def sealed(settings: Settings, **content: object) -> str:
    """The value of the service's cookie with this content."""
    signer = Flask("signer")
    signer.secret_key = settings.signing_key()
    value: str = SecureCookieSessionInterface().get_signing_serializer(signer).dumps(content)
    return value


def opened(settings: Settings, console: Console) -> dict[str, object]:
    """What the service keeps in a browser's cookie."""
    signer = Flask("signer")
    signer.secret_key = settings.signing_key()
    value = next(one.value for one in console.cookies if one.name == "moderation")
    content: dict[str, object] = (
        SecureCookieSessionInterface().get_signing_serializer(signer).loads(value)
    )
    return content


def _cookie(value: str) -> http.cookiejar.Cookie:
    return http.cookiejar.Cookie(
        version=0,
        name="moderation",
        value=value,
        port=None,
        port_specified=False,
        domain="127.0.0.1",
        domain_specified=False,
        domain_initial_dot=False,
        path="/",
        path_specified=True,
        secure=False,
        expires=None,
        discard=True,
        comment=None,
        comment_url=None,
        rest={},
    )
