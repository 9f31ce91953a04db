"""What a decision teaches: a text, what else was known of it, and what a moderator made of it."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from moderation.chance import falls

# Of the comments that are decided on.
_SET_APART = 0.05


@dataclass(frozen=True, slots=True)
class Example:
    """A comment that a moderator decided on."""

    text: str
    rejected: bool
    decided_at: datetime
    # How much it counts beside the others; their average is taken for 1.
    weight: float = 1.0
    # How likely it was that a person looks at it: 1 for what waited, less for what chance chose.
    share: float = 1.0
    # Why it was rejected, where the moderator said so.
    reason: str | None = None
    # What was known beside the text, each thing by a name as in moderation.circumstances.
    circumstances: tuple[str, ...] = ()
    # What the rules added to the classifier's log-odds.
    rules: float = 0.0
    # The comment's number, where it is stored.
    comment: int | None = None

    @property
    def stands_for(self) -> float:
        """How many comments it speaks for, where all are to be counted and not only those looked at."""
        return self.weight / self.share


def is_set_apart(text: str) -> bool:
    """Whether a comment that says so is set apart for good, by lot: no model ever learns from it.

    By its text and not by its number, so that copies of it are set apart with it.
    """
    return falls(_SET_APART, "frozen", text)


def mark(text: str) -> int:
    """Give a number that stands for a text where texts need any order that stays the same."""
    return int.from_bytes(hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=8).digest())


def rejections(examples: Iterable[Example]) -> NDArray[np.bool_]:
    """Say of each whether it was rejected."""
    return np.array([example.rejected for example in examples], np.bool_)
