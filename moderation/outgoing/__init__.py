"""Post to other people's servers: to public addresses only, and never for long. Knows no comments."""

from moderation.outgoing.addresses import BadCallback, Networks, NotAllowed, Place
from moderation.outgoing.posting import SECONDS, Answer, Unreachable, post

__all__ = [
    "SECONDS",
    "Answer",
    "BadCallback",
    "Networks",
    "NotAllowed",
    "Place",
    "Unreachable",
    "post",
]
