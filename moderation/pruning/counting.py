"""How much there is to prune of one kind, or was pruned."""

from collections.abc import Callable
from dataclasses import dataclass

STEP = 250
"""How many rows go in a transaction: others wait for it to end."""

Tell = Callable[[str, int, int], None]
"""Is told what goes, how much of it has gone, and how much there is."""


@dataclass(frozen=True, slots=True)
class Count:
    """So many of one kind; of a site, or of all together."""

    kind: str
    number: int
    site: str | None = None
    # For how many days the site keeps it, and others are kept.
    days: int | None = None
