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
from moderation.review.finding import Count, Facets, Wanted, count, facets, ids, rows
from moderation.review.holds import CannotTake, NothingWaits
from moderation.review.notes import BadNote
from moderation.review.queue import (
    Backlog,
    Listed,
    Row,
    backlog,
    count_aside,
    count_waiting,
    listed,
    next_waiting,
)
from moderation.review.waiting import Held

__all__ = [
    "AlreadyDecided",
    "Backlog",
    "BadNote",
    "CannotTake",
    "Conflict",
    "Count",
    "Edited",
    "Facets",
    "Held",
    "Listed",
    "NothingWaits",
    "Row",
    "UnknownComment",
    "UnknownDecision",
    "Wanted",
    "backlog",
    "comment",
    "count",
    "count_aside",
    "count_waiting",
    "decide",
    "decisions",
    "facets",
    "ids",
    "last_by",
    "latest_edition",
    "listed",
    "next_waiting",
    "report",
    "rows",
    "undo",
]
