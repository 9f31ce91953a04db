"""The filter that a moderator works with. It goes along in the addresses, from comment to comment."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple, cast

from flask import request
from flask_babel import format_timedelta, get_locale
from flask_babel import gettext as _

from moderation.review import Row, Wanted
from moderation.store.tables import Site
from moderation.web.console.blueprint import bp
from moderation.web.console.wording import worded
from moderation.web.parsing import filters

# What narrows a list down; the other fields say which list it is, and where in it.
_NARROWING = ("text", "site", "page", "author", "reason", "language", "older_than", "younger_than")
_KEPT = (*_NARROWING, "held")
_LISTS = frozenset({"console.queue", "console.search"})
# Whoever works through a filter meets these again and again.
_ON_THE_WAY = frozenset(
    {
        "console.act",
        "console.approve_author",
        "console.blurs",
        "console.comment",
        "console.decide",
        "console.decide_act",
        "console.decide_wave",
        "console.hand",
        "console.hold",
        "console.list_from_spot",
        "console.next_comment",
        "console.note",
        "console.release",
        "console.spot",
        "console.step",
        "console.stop",
        "console.undo",
        "console.undo_act",
        "console.wave",
    }
)


class Active(NamedTuple):
    """A filter that is on, and the list without it as fields of a query string."""

    label: str
    without: dict[str, Any]


def asked() -> Wanted:
    """Read the filter from the query string, or refuse."""
    return filters(Wanted)


def narrowed(wanted: Wanted) -> bool:
    """Whether a list is narrowed down."""
    return any(getattr(wanted, name) is not None for name in _NARROWING)


def unfiltered(wanted: Wanted) -> Wanted:
    """Return the whole of the list, from its start."""
    return Wanted(outcome=wanted.outcome, held=wanted.held)


def active(wanted: Wanted, sites: list[Site], rows: list[Row]) -> list[Active]:
    """Say which filters are on; pages and authors are named as the list names them."""
    first = rows[0].comment if rows else None
    names = {site.id: site.name for site in sites}
    labels: dict[str, Callable[[Any], str]] = {
        "text": lambda text: _("says “%(words)s”", words=text),
        "site": lambda number: _("on %(site)s", site=names.get(number, number)),
        "page": lambda _key: (first and first.page_title) or _("on one page"),
        "author": lambda _key: _("by %(name)s", name=(first and first.author_name) or _("one author")),
        "reason": worded,
        "language": language,
        "older_than": lambda hours: _("older than %(age)s", age=age(hours)),
        "younger_than": lambda hours: _("younger than %(age)s", age=age(hours)),
    }
    return [
        Active(label(value), wanted.asked(**{name: None}, after=None))
        for name, label in labels.items()
        if (value := getattr(wanted, name)) is not None
    ]


def language(code: str) -> str:
    """Name a language in that of the page."""
    return cast(str, get_locale().languages.get(code, code))


def age(hours: float) -> str:
    """Write hours out in the largest unit that fits."""
    return cast(str, format_timedelta(timedelta(hours=hours), threshold=1))


@bp.url_defaults
def _go_along(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint in _ON_THE_WAY and request.endpoint in _ON_THE_WAY | _LISTS:
        for name in _KEPT:
            if request.args.get(name):
                values.setdefault(name, request.args[name])
