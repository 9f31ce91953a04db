"""Light or dark: as the system has it, or as this browser was told."""

from enum import StrEnum

import msgspec
from flask import redirect, request, url_for
from flask_babel import LazyString
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response

from moderation.store.tables import Role
from moderation.web import cookies
from moderation.web.console.blueprint import bp, needs
from moderation.web.parsing import form
from moderation.web.state import state

_COOKIE = "appearance"
_A_YEAR = 365 * 24 * 60 * 60


class Appearance(StrEnum):
    """How pages look."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


_NAMES = {
    Appearance.SYSTEM: _("As the system"),
    Appearance.LIGHT: _("Light"),
    Appearance.DARK: _("Dark"),
}


class AppearanceForm(msgspec.Struct, frozen=True):
    """What was chosen, and on which page."""

    appearance: Appearance
    back: str = ""


@bp.app_context_processor
def _appearance() -> dict[str, str | dict[Appearance, LazyString]]:
    chosen = request.cookies.get(cookies.name(_COOKIE, state().settings))
    known = chosen if chosen in set(Appearance) else Appearance.SYSTEM
    return {"appearance": known, "appearances": _NAMES}


@bp.post("/appearance")
@needs(Role.READER)
def appearance() -> Response:
    """Keep the choice in this browser, and go back to the page on which it was made."""
    given = form(AppearanceForm)
    answer = redirect(_own(given.back) or url_for("console.queue"), code=303)
    answer.set_cookie(
        cookies.name(_COOKIE, state().settings),
        given.appearance,
        max_age=_A_YEAR,
        secure=state().settings.secure_cookies,
        httponly=True,
        samesite="Lax",
    )
    return answer


def _own(address: str) -> str | None:
    """Return an address of a page of ours; whatever else a form was made to say leads nowhere."""
    path, _, _ = address.partition("?")
    # Browsers read a backslash as a slash, leave line breaks out, and follow dots to elsewhere.
    is_plain = address.isprintable() and not any(odd in path for odd in ("\\", "//", "..", "#"))
    return address if is_plain and path.startswith(url_for("console.queue")) else None
