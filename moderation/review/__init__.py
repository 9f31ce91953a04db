"""What moderators do: work through the queue, decide, undo, look back."""

from moderation.review.acts import NothingHolds, UnknownAct
from moderation.review.deciding import (
    AlreadyDecided,
    Conflict,
    Edited,
    UnknownComment,
    UnknownDecision,
    act_of,
    comment,
    decide,
    decisions,
    hides_first_opinion,
    last_by,
    latest_edition,
    report,
    undo,
)
from moderation.review.finding import Count, Held, Wanted, count, ids, rows
from moderation.review.queue import count_waiting, listed, next_waiting
from moderation.review.waves import UnknownWave

__all__ = [
    "AlreadyDecided",
    "Conflict",
    "Count",
    "Edited",
    "Held",
    "NothingHolds",
    "UnknownAct",
    "UnknownComment",
    "UnknownDecision",
    "UnknownWave",
    "Wanted",
    "act_of",
    "comment",
    "count",
    "count_waiting",
    "decide",
    "decisions",
    "hides_first_opinion",
    "ids",
    "last_by",
    "latest_edition",
    "listed",
    "next_waiting",
    "report",
    "rows",
    "undo",
]
