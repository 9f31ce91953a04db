"""Protect the pages' forms: a foreign page cannot make a moderator's browser decide."""

from flask import Blueprint, Flask
from flask_wtf import CSRFProtect


def protect(app: Flask, *, exempt: tuple[Blueprint, ...]) -> None:
    """Demand a token of every form, except where a key in the request proves who is asking."""
    # The token lives as long as the login: a page left open over lunch must still work.
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    protection = CSRFProtect(app)
    for blueprint in exempt:
        protection.exempt(blueprint)
