"""The moderators' pages. Every page is closed to strangers, but for the few that let people in."""

from moderation.web.console import (
    account,
    appearance,
    aside,
    backtests,
    changes,
    choices,
    comments,
    deliveries,
    filters,
    listing,
    lists,
    models,
    navigation,
    overview,
    queue,
    rules,
    search,
)
from moderation.web.console.blueprint import bp

__all__ = [
    "account",
    "appearance",
    "aside",
    "backtests",
    "bp",
    "changes",
    "choices",
    "comments",
    "deliveries",
    "filters",
    "listing",
    "lists",
    "models",
    "navigation",
    "overview",
    "queue",
    "rules",
    "search",
]
