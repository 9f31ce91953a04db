"""The moderators' pages. Every page is closed to strangers, but for the few that let people in."""

from moderation.web.console import (
    account,
    appearance,
    backtests,
    changes,
    choices,
    comments,
    deliveries,
    filters,
    lists,
    models,
    navigation,
    overview,
    queue,
    rules,
)
from moderation.web.console.blueprint import bp

__all__ = [
    "account",
    "appearance",
    "backtests",
    "bp",
    "changes",
    "choices",
    "comments",
    "deliveries",
    "filters",
    "lists",
    "models",
    "navigation",
    "overview",
    "queue",
    "rules",
]
