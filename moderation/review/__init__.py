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
from moderation.review.finding import Count, Held, Wanted, count, ids, rows
from moderation.review.queue import count_waiting, listed, next_waiting

__all__ = [
    "AlreadyDecided",
    "Conflict",
    "Count",
    "Edited",
    "Held",
    "UnknownComment",
    "UnknownDecision",
    "Wanted",
    "comment",
    "count",
    "count_waiting",
    "decide",
    "decisions",
    "ids",
    "last_by",
    "latest_edition",
    "listed",
    "next_waiting",
    "report",
    "rows",
    "undo",
]
