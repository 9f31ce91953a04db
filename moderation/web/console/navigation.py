"""What the head of every page leads to."""

from typing import NamedTuple

from flask import g, request, url_for
from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from moderation.web.console.blueprint import bp, needed, needs_every_site


class Section(NamedTuple):
    """A page that the head leads to, and the keys that do too."""

    endpoint: str
    label: LazyString
    keys: str = ""
    # What stands for the label where there is little room: an outline in a square of 24.
    outline: str = ""


# Letters are kept for deciding. On a telephone the first stays in sight beside those with an outline,
# and the menu has the rest.
_BAR = (
    Section("console.queue", _("Queue"), "q u"),
    Section(
        "console.search",
        _("Search"),
        "/",
        "M10.5 4a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13M15.5 15.5L21 21",
    ),
    Section("console.decisions", _("Decisions")),
    Section("console.overview", _("Overview")),
)
_MANAGE = (
    Section("console.rules", _("Rules")),
    Section("console.models", _("Models")),
    Section("console.drift", _("Drift")),
    Section("console.people", _("People")),
    Section("console.record", _("Record")),
    Section("console.deliveries", _("Deliveries")),
)
_ACCOUNT = (
    Section("console.account", _("Account")),
    Section("console.password", _("Change password")),
)


class Link(NamedTuple):
    """A section as a page shows it."""

    address: str
    label: LazyString
    keys: str
    outline: str
    # What aria-current says: the page itself, one of those beneath it, or neither.
    current: str | None


class Navigation(NamedTuple):
    """The links of one moderator on one page."""

    bar: list[Link] = []  # noqa: RUF012  Nothing is ever added to it.
    manage: list[Link] = []  # noqa: RUF012
    account: list[Link] = []  # noqa: RUF012


@bp.app_context_processor
def _navigation() -> dict[str, Navigation]:
    moderator = g.get("moderator")
    if moderator is None:
        return {"navigation": Navigation()}
    # Who has to choose a password is led nowhere else.
    if moderator.must_change_password:
        return {"navigation": Navigation(account=_links(_ACCOUNT[-1:]))}
    # The page of the account leads on to the password.
    account = _links(_ACCOUNT)[:1]
    return {"navigation": Navigation(_links(_BAR), _links(_MANAGE), account)}


def _links(sections: tuple[Section, ...]) -> list[Link]:
    return [
        Link(url_for(one.endpoint), one.label, one.keys, one.outline, _current(one.endpoint))
        for one in sections
        if g.access.is_at_least(needed(one.endpoint))
        and (g.access.covers_all or not needs_every_site(one.endpoint))
    ]


def _current(endpoint: str) -> str | None:
    if request.endpoint == endpoint:
        return "page"
    # The queue's address is the beginning of all others.
    address = url_for(endpoint)
    return "true" if not address.endswith("/") and request.path.startswith(f"{address}/") else None
