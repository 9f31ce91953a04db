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
from moderation.review.waves import UnknownWave

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
    "NothingHolds",
    "NothingWaits",
    "Row",
    "UnknownAct",
    "UnknownComment",
    "UnknownDecision",
    "UnknownWave",
    "Wanted",
    "act_of",
    "backlog",
    "comment",
    "count",
    "count_aside",
    "count_waiting",
    "decide",
    "decisions",
    "facets",
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
