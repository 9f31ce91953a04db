"""What a decision teaches: a text, what else was known of it, and what a moderator made of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from moderation.classifier.card import Tally


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


def in_order(examples: Sequence[Example]) -> list[Example]:
    """Put the oldest first; those of one moment in an order that does not depend on how they came."""
    return sorted(
        examples, key=lambda one: (one.decided_at, one.text, one.rejected, one.weight, one.reason or "")
    )


def rejections(examples: Sequence[Example]) -> NDArray[np.bool_]:
    """Say of each whether it was rejected."""
    return np.array([example.rejected for example in examples], np.bool_)


def numbers_spoken_for(examples: Sequence[Example]) -> NDArray[np.float64]:
    """Say of each how many comments it speaks for."""
    return np.array([example.stands_for for example in examples], np.float64)


def tally(examples: Sequence[Example]) -> Tally:
    """Count both kinds."""
    rejected = sum(example.rejected for example in examples)
    return Tally(positives=rejected, negatives=len(examples) - rejected)
