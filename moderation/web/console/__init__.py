"""The moderators' pages. Every page is closed to strangers, but for the few that let people in."""

from moderation.web.console import (
    account,
    appearance,
    comments,
    deliveries,
    filters,
    navigation,
    queue,
    sentences,
)
from moderation.web.console.blueprint import bp

__all__ = [
    "account",
    "appearance",
    "bp",
    "comments",
    "deliveries",
    "filters",
    "navigation",
    "queue",
    "sentences",
]
