"""The record of what people did: written in the transaction of each act, searched, exported."""

from moderation.audit.acts import ACTS
from moderation.audit.exporting import Format, exported
from moderation.audit.noting import COMMAND_LINE, SINGLE_SIGN_ON, SOMEBODY, note
from moderation.audit.searching import Wanted, entries

__all__ = [
    "ACTS",
    "COMMAND_LINE",
    "SINGLE_SIGN_ON",
    "SOMEBODY",
    "Format",
    "Wanted",
    "entries",
    "exported",
    "note",
]
