"""What everybody measured, in relation to one another, round by round."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from bench.http.load import Measured

SQLITE, POSTGRESQL = "moderation", "moderation-postgresql"
INSERT, INSERT_POSTGRESQL = "insert", "insert-postgresql"
ECHO, ISSO = "echo", "isso"


@dataclass(frozen=True, slots=True)
class Race:
    """The runs of each server with each number of connections, one a round."""

    runs: Mapping[tuple[str, int], Sequence[Measured]]
    # Of a request's processor time on SQLite, what judging takes.
    judging: float

    def typical(self, name: str, connections: int, figure: Callable[[Measured], float]) -> float:
        """Return the median of a figure over the rounds."""
        return median(map(figure, self.runs[name, connections]))

    def ratio(
        self, name: str, base: str, connections: int, figure: Callable[[Measured], float]
    ) -> float:
        """Return the median, over the rounds, of one's figure divided by another's in the same round.

        Other work on the machine disturbs everybody in a round alike.
        """
        pairs = zip(self.runs[name, connections], self.runs[base, connections], strict=True)
        return median(figure(mine) / figure(theirs) for mine, theirs in pairs)


def rate(run: Measured) -> float:
    """Requests a second."""
    return run.rate


def slow(run: Measured) -> float:
    """The milliseconds within which 99 of 100 requests are answered."""
    return run.p99


def spread(run: Measured) -> float:
    """How many times as long the slow requests take as the typical one."""
    return run.p99 / run.p50
