"""Foretell why a site's moderators would reject a comment: heads of a site's own, beside the fixed ones.

They say nothing of whether it is rejected. Their shares are among the reasons that have a head, if it
were. Each is as additive as the other heads; so asking them is looking up and adding as well.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from moderation.classifier.features import Numbers
from moderation.verdict import Foretold


@dataclass(frozen=True, slots=True, eq=False)
class Reasons:
    """The heads of the reasons that a site's moderators gave often enough; or none."""

    names: tuple[str, ...] = ()
    # One row a gram of the model's vocabulary, one column a reason; so is each of the others.
    grams: NDArray[np.float32] = field(default_factory=lambda: np.empty((0, 0), np.float32))
    intercepts: Numbers = field(default_factory=lambda: np.empty(0))
    # What speaks for each reason beside the words, by the name of the circumstance.
    habits: Mapping[str, Numbers] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse arrays that do not fit together or hold something that is no number."""
        wide = (len(self.names),)
        rows = (self.intercepts, *self.habits.values())
        if self.grams.shape[1:] != wide or any(row.shape != wide for row in rows):
            raise ValueError(f"the weights do not fit {len(self.names)} reasons")
        if not (np.isfinite(self.grams).all() and all(np.isfinite(row).all() for row in rows)):
            raise ValueError("a weight of a reason is not a finite number")

    def foretell(self, weighed: Numbers, circumstances: Iterable[str]) -> list[Foretold]:
        """Give each reason's share, the likeliest first, of what the words add up to for each."""
        known = [self.habits[name] for name in circumstances if name in self.habits]
        found = shares(np.sum([self.intercepts, weighed, *known], axis=0)[np.newaxis])[0].tolist()
        told = map(Foretold, self.names, found)
        return sorted(told, key=lambda one: (-one.share, one.reason))


NO_REASONS = Reasons()


def shares(scores: Numbers) -> Numbers:
    """Turn what is said for each reason, a column each, into shares of one: a row a comment."""
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    found: Numbers = odds / odds.sum(axis=1, keepdims=True)
    return found
