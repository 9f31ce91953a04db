"""Protect the pages' forms: a foreign page cannot make a moderator's browser decide."""

from collections.abc import Collection
from http import HTTPStatus
from urllib.parse import urlsplit

from flask import Blueprint, Flask, request
from flask_babel import gettext as _
from flask_wtf import CSRFProtect

from moderation.web.problem import Refused
from moderation.web.state import state

_ONLY_ASKS = frozenset({"GET", "HEAD", "OPTIONS"})
# What browsers say of a form that a page of ours sent, and of an address that somebody typed.
_OUR_OWN = frozenset({"same-origin", "none"})


def protect(app: Flask, *, exempt: Collection[Blueprint]) -> None:
    """Demand of every form its token, and that no page of others sent it.

    Except where a key in the request proves who is asking.
    """
    keyed = frozenset(blueprint.name for blueprint in exempt)

    @app.before_request
    def refuse_others() -> None:
        is_form = request.method not in _ONLY_ASKS and request.blueprint not in keyed
        if is_form and request.endpoint and _is_from_elsewhere():
            raise Refused(
                HTTPStatus.FORBIDDEN,
                "cross_site",
                _("A page of another site sent this; nothing was done."),
            )

    # The token lives as long as the login: a page left open over lunch must still work.
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    # Where a form came from is looked at above; some browsers keep the header for which this asks back.
    app.config["WTF_CSRF_SSL_STRICT"] = False
    protection = CSRFProtect(app)
    for blueprint in exempt:
        protection.exempt(blueprint)


def _is_from_elsewhere() -> bool:
    """Whether the browser says so: new ones in one header, old ones in another, programs in none."""
    fetched = request.headers.get("Sec-Fetch-Site")
    if fetched is not None:
        return fetched not in _OUR_OWN
    origin = request.headers.get("Origin")
    if origin is None:
        return False
    # Proxies pass the name on, and some of them without the port, or tell the service another one.
    own = {_host(f"//{request.host}"), _host(state().settings.public_url)} - {None}
    return _host(origin) not in own


def _host(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None
