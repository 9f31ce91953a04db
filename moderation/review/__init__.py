"""What moderators do: work through the queue, decide, undo, look back."""

from moderation.review.deciding import (
    AlreadyDecided,
    Conflict,
    Edited,
    UnknownComment,
    UnknownDecision,
    comment,
    decide,
    decisions,
    last_by,
    latest_edition,
    report,
    undo,
)
from moderation.review.queue import count_waiting, listed, next_waiting

__all__ = [
    "AlreadyDecided",
    "Conflict",
    "Edited",
    "UnknownComment",
    "UnknownDecision",
    "comment",
    "count_waiting",
    "decide",
    "decisions",
    "last_by",
    "latest_edition",
    "listed",
    "next_waiting",
    "report",
    "undo",
]
