"""In which language pages speak: the moderator's own choice, else what the browser asks for."""

from flask import Flask, g, request
from flask_babel import Babel, get_locale

LANGUAGES = {"en": "English", "de": "Deutsch"}
"""What there is, each by its own name."""


def set_up(app: Flask) -> None:
    """Let templates and views translate: `_("…")`, and `ngettext` where a number decides."""
    Babel(app, default_locale="en", locale_selector=_chosen)
    app.jinja_env.globals.update(languages=LANGUAGES, get_locale=get_locale)


def _chosen() -> str | None:
    moderator = g.get("moderator")
    if moderator is not None and moderator.language in LANGUAGES:
        language: str = moderator.language
        return language
    return request.accept_languages.best_match(LANGUAGES)
