"""The moderators' pages. Every page is closed to strangers, but for the few that let people in."""

from moderation.web.console import (
    account,
    browsers,
    comments,
    deliveries,
    entering,
    filters,
    people,
    queue,
    record,
    single_sign_on,
)
from moderation.web.console.blueprint import bp

__all__ = [
    "account",
    "bp",
    "browsers",
    "comments",
    "deliveries",
    "entering",
    "filters",
    "people",
    "queue",
    "record",
    "single_sign_on",
]
