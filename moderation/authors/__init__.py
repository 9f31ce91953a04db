"""What is stored of an author: found, exported, erased, at his own request."""

from moderation.authors.erasing import STEP, erase
from moderation.authors.exporting import exported
from moderation.authors.finding import (
    Comments,
    Found,
    NoSuchAuthor,
    Person,
    by_email,
    by_id,
    count_waiting,
    find,
    others,
)
from moderation.authors.striking import strike

__all__ = [
    "STEP",
    "Comments",
    "Found",
    "NoSuchAuthor",
    "Person",
    "by_email",
    "by_id",
    "count_waiting",
    "erase",
    "exported",
    "find",
    "others",
    "strike",
]
