"""What has to hold under load, and whether it does."""

from collections.abc import Iterator

from bench.http.race import (
    INSERT,
    INSERT_POSTGRESQL,
    ISSO,
    POSTGRESQL,
    SQLITE,
    Race,
    rate,
    slow,
    spread,
)
from bench.report import Bar, number

LOADED = (8, 64)
"""The numbers of connections for which the bars are."""

_TIMES_ISSO = 5.0
_SHARE_OF_ITS_P99 = 0.5
_SHARE_OF_INSERT = 0.6
_SPREAD = 6.0


def bars(race: Race) -> Iterator[Bar]:
    """Hold what was measured against the bars."""
    for connections in LOADED:
        with_them = f"with {connections} connections"
        times = race.ratio(SQLITE, ISSO, connections, rate)
        yield Bar(
            f"At least {_TIMES_ISSO:.0f} times Isso's requests a second, {with_them}",
            f"{number(times)} times",
            times >= _TIMES_ISSO,
        )
        share = race.ratio(SQLITE, ISSO, connections, slow)
        yield Bar(
            f"99 of 100 answered in at most half of Isso's time, {with_them}",
            f"in {number(share)} of it",
            share <= _SHARE_OF_ITS_P99,
        )
        for name, base in ((SQLITE, INSERT), (POSTGRESQL, INSERT_POSTGRESQL)):
            of_insert = race.ratio(name, base, connections, rate)
            yield Bar(
                f"{name}: at least {_SHARE_OF_INSERT} of {base}, {with_them}",
                number(of_insert),
                of_insert >= _SHARE_OF_INSERT,
            )
            times = race.typical(name, connections, spread)
            yield Bar(
                f"{name}: p99 at most {_SPREAD:.0f} times p50, {with_them}",
                f"{number(times)} times",
                times <= _SPREAD,
            )
    errors = sum(
        run.refused + run.broken
        for (name, _), runs in race.runs.items()
        for run in runs
        if name in {SQLITE, POSTGRESQL}
    )
    yield Bar("Every request is answered with success", f"{errors:,} were not", errors == 0)
