"""Write down what was found, for people: docs/benchmarks/http.md and its picture."""

from collections.abc import Sequence
from pathlib import Path

from bench import plot, report
from bench.http.race import ECHO, INSERT, INSERT_POSTGRESQL, ISSO, POSTGRESQL, SQLITE, Race, rate
from bench.report import Bar, number
from moderation.settings import Settings

_NAMES = {
    SQLITE: "**moderation**, SQLite",
    INSERT: "Flask, one INSERT, SQLite",
    POSTGRESQL: "**moderation**, PostgreSQL",
    INSERT_POSTGRESQL: "Flask, one INSERT, PostgreSQL",
    ECHO: "Flask that only answers",
    ISSO: "Isso under gunicorn, SQLite",
}


def page(race: Race, bars: Sequence[Bar], origin: str, corpus: Path | None) -> list[str]:
    """Write the page, a line each."""
    connections = sorted({connections for _, connections in race.runs})
    lines = [*_BEGINNING.splitlines(), "", "## What has to hold", "", *report.bars(bars), ""]
    for one in connections:
        lines += [
            f"## {one} connections" if one > 1 else "## One connection",
            "",
            *_table(race, one),
            "",
        ]
    shipped = Settings()
    return [
        *lines,
        *_READING.format(judging=race.judging).splitlines(),
        "",
        "## How it was measured",
        "",
        f"* {shipped.workers} processes each; {shipped.threads} threads each under Granian.",
        f"* The comments are {origin}.",
        "* Everybody runs; in each round, one after the other is sent comments, in random order.",
        *report.how_measured("bench-http", corpus, ()),
    ]


def picture(race: Race) -> str:
    """Draw how many comments a second everybody takes, Isso's being 1."""
    connections = sorted({connections for _, connections in race.runs})[-plot.KINDS :]
    rows = [
        plot.Row(
            name.replace("*", ""),
            [plot.Mark(race.ratio(key, ISSO, one, rate)) for one in connections],
            is_ours=key in {SQLITE, POSTGRESQL},
        )
        for key, name in _NAMES.items()
    ]
    axis = plot.Axis(
        "comments a second, Isso's being 1; more is better",
        0.5,
        100,
        (0.5, 1, 2, 5, 10, 20, 50, 100),
        is_logarithmic=True,
        base=1,
    )
    kinds = [f"{one} connection" + "s" * (one > 1) for one in connections]
    return plot.draw("Comments taken over HTTP", kinds, rows, axis)


def _table(race: Race, connections: int) -> list[str]:
    columns = (
        *("", "comments a second", "times Isso", "of one INSERT", "of answering"),
        *("p50, ms", "p99, ms", "p99 / p50", "not 2xx", "broken", "busy"),
    )
    return report.table(columns, [_row(race, key, connections) for key in _NAMES])


def _row(race: Race, name: str, connections: int) -> list[str]:
    runs = race.runs[name, connections]
    base = INSERT_POSTGRESQL if name.endswith("postgresql") else INSERT
    return [
        _NAMES[name],
        number(race.typical(name, connections, rate)),
        *(number(race.ratio(name, one, connections, rate)) for one in (ISSO, base, ECHO)),
        number(race.typical(name, connections, lambda run: run.p50)),
        number(race.typical(name, connections, lambda run: run.p99)),
        number(race.typical(name, connections, lambda run: run.p99 / run.p50)),
        f"{sum(run.refused for run in runs):,}",
        f"{sum(run.broken for run in runs):,}",
        f"{min(run.busy(connections) for run in runs):.2f}",
    ]


_BEGINNING = """\
# Under load

How many comments a second the service takes over HTTP as it comes, with everything on: key,
validation, rules, classifier, history, verdict, index of words, and a commit that is on disk before the
answer. Beside it, in the same minutes on the same machine: Isso, which also stores comments; and the
layers below us, Flask that stores one row, and Flask that only answers.

![Comments taken over HTTP, in relation to Isso](http.svg)"""

_READING = """\
## Reading it

* Ratios are medians of the ratios of each round. Rates by themselves say more about the machine.
* Judging takes {judging:.0%} of the processor time of a request on SQLite, measured within one process.
* “Busy” is 1 where every connection always waited for its answer; far below it, some would have hung."""
