"""What a decision teaches: a text, and whether a moderator rejected it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Example:
    """A comment that a moderator decided on, and how many comments like it stand behind it."""

    text: str
    rejected: bool
    weight: float
    decided_at: datetime
