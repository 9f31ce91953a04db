"""Every page of the console, with examples of what its address names: none can be forgotten."""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import quote

from flask import Flask
from werkzeug.routing import Rule

Examples = Mapping[str, Sequence[object]]
"""What an address can name, by the argument, or by ENDPOINT:ARGUMENT for one page only."""

# What lies behind these addresses is no page: they lead on, most of them to elsewhere.
LEADING_ON = frozenset(
    {
        "console.next_comment",
        "console.single_sign_on",
        "console.single_sign_on_back",
        "console.link",
    }
)
# These give a file.
DOWNLOADS = frozenset({"console.overview_table", "console.export_record"})
# Before one is logged in; afterwards some of them lead on.
AT_THE_DOOR = frozenset({"console.login", "console.code"})
# Further views of a page, by what is asked of it; {name} stands for each example of that name.
VIEWS: dict[str, tuple[str, ...]] = {
    "console.queue": (
        "outcome=approve",
        "outcome=reject",
        "held=mine",
        "held=others",
        "text=casino&site=1&older_than=0&language=en",
    ),
    "console.search": ("text=casino", "text=nothing+says+this&reason=edited&younger_than=4"),
    "console.overview": ("days=7&site=1",),
    "console.drift": ("site=1",),
    "console.deliveries": ("state=given-up",),
    "console.record": ("by=ana&words=comment", "words=nothing+says+this"),
    "console.edit_list": ("name={list_name}", "name={list_name}&draft={draft_of_list}"),
    "console.rule": ("draft={draft_of_rule}",),
    "console.changes": ("subject=list:{list_name}",),
}


def addresses(app: Flask, examples: Examples) -> list[str]:
    """Build the address of every page that an admin can look at.

    A page whose address names something without an example fails here: give it one, and it is looked at.
    """
    return [view for rule in _pages(app) for view in _views(app, rule, examples)]


def overviews(app: Flask) -> list[str]:
    """Build the address of every page that is about nothing in particular."""
    return [view for rule in _pages(app) if not rule.arguments for view in _views(app, rule, {})]


def _pages(app: Flask) -> list[Rule]:
    return [
        rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("console.")
        and "GET" in (rule.methods or ())
        and rule.endpoint not in LEADING_ON | DOWNLOADS | AT_THE_DOOR
    ]


def _views(app: Flask, rule: Rule, examples: Examples) -> Iterator[str]:
    for values in _each(rule.endpoint, rule.arguments, examples):
        with app.test_request_context():
            address = app.url_for(rule.endpoint, **values)
        yield address
    # One example is enough for what is asked of it.
    for view in VIEWS.get(rule.endpoint, ()):
        names = set(re.findall(r"{(\w+)}", view))
        for asked in itertools.islice(_each(rule.endpoint, names, examples), 1):
            words = {name: quote(str(value)) for name, value in asked.items()}
            yield f"{address}?{view.format_map(words)}"


def _each(endpoint: str, names: set[str], examples: Examples) -> Iterator[dict[str, object]]:
    known = {name: examples.get(f"{endpoint}:{name}", examples.get(name)) for name in sorted(names)}
    missing = ", ".join(name for name, values in known.items() if not values)
    assert not missing, f"{endpoint} needs an example of {missing}"
    for values in itertools.product(*(values or () for values in known.values())):
        yield dict(zip(known, values, strict=True))
