"""The moderators' pages. Every page is closed to strangers, but for the few that let people in."""

from moderation.web.console import (
    account,
    acts,
    appearance,
    comments,
    deliveries,
    filters,
    navigation,
    queue,
    spot,
)
from moderation.web.console.blueprint import bp

__all__ = [
    "account",
    "acts",
    "appearance",
    "bp",
    "comments",
    "deliveries",
    "filters",
    "navigation",
    "queue",
    "spot",
]
