"""The moderators' pages. Every page is closed to strangers, but for the few that let people in."""

from moderation.web.console import (
    account,
    acts,
    appearance,
    aside,
    comments,
    deliveries,
    filters,
    listing,
    navigation,
    queue,
    search,
    spot,
)
from moderation.web.console.blueprint import bp

__all__ = [
    "account",
    "acts",
    "appearance",
    "aside",
    "bp",
    "comments",
    "deliveries",
    "filters",
    "listing",
    "navigation",
    "queue",
    "search",
    "spot",
]
