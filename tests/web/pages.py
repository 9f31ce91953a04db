"""Every page of the console, with examples of what its address names: none can be forgotten."""

from collections.abc import Mapping

from flask import Flask
from werkzeug.routing import Rule

# What lies behind these addresses is no page: they lead on.
LEADING_ON = frozenset({"console.next_comment"})
# Further views of a page, by what is asked of it.
VIEWS: dict[str, tuple[str, ...]] = {
    "console.queue": ("outcome=approve", "outcome=reject"),
    "console.deliveries": ("state=given-up",),
}


def addresses(app: Flask, examples: Mapping[str, object]) -> list[str]:
    """Build the address of every page; `examples` has a value for each name in an address.

    A page whose address names something else fails here: give it an example, and it is looked at.
    """
    found = []
    for rule in _pages(app):
        missing = rule.arguments - examples.keys()
        assert not missing, f"{rule} needs an example of {', '.join(sorted(missing))}"
        found += _views(app, rule, examples)
    return found


def overviews(app: Flask) -> list[str]:
    """Build the address of every page that is about nothing in particular."""
    return [view for rule in _pages(app) if not rule.arguments for view in _views(app, rule, {})]


def _pages(app: Flask) -> list[Rule]:
    return [
        rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("console.")
        and "GET" in (rule.methods or ())
        and rule.endpoint not in LEADING_ON
    ]


def _views(app: Flask, rule: Rule, examples: Mapping[str, object]) -> list[str]:
    with app.test_request_context():
        address = app.url_for(rule.endpoint, **{name: examples[name] for name in rule.arguments})
    return [address, *(f"{address}?{view}" for view in VIEWS.get(rule.endpoint, ()))]
