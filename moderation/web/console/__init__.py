"""The moderators' pages. Every page is closed to strangers, but for the few that let people in."""

from moderation.web.console import account, aside, comments, deliveries, filters, listing, queue, search
from moderation.web.console.blueprint import bp

__all__ = [
    "account",
    "aside",
    "bp",
    "comments",
    "deliveries",
    "filters",
    "listing",
    "queue",
    "search",
]
