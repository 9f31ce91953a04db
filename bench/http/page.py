"""Set what was measured in relation, round by round, and hold it against the bars."""

from collections.abc import Callable
from statistics import median

from bench.http.load import Measured
from bench.report import number, table

Race = dict[tuple[str, int], list[Measured]]
"""What each run measured, by the server's name and the number of connections, a run a round."""


def page(found: Race, origin: str) -> tuple[list[str], bool]:
    rows = []
    for (name, connections), runs in sorted(found.items(), key=lambda one: (one[0][1], one[0][0])):
        rows.append(
            [
                name,
                str(connections),
                number(median(run.rate for run in runs)),
                *(
                    number(ratio(found, name, base, connections, lambda run: run.rate))
                    for base in ("isso", "insert", "echo")
                ),
                number(median(run.p50 for run in runs)),
                number(median(run.p99 for run in runs)),
                number(median(run.p99 / run.p50 for run in runs)),
                str(sum(run.refused for run in runs)),
                str(sum(run.broken for run in runs)),
                f"{min(run.busy(connections) for run in runs):.2f}",
            ]
        )
    return table(
        (
            "server",
            "c",
            "req/s",
            "/isso",
            "/insert",
            "/echo",
            "p50",
            "p99",
            "p99/p50",
            "refused",
            "broken",
            "busy",
        ),
        rows,
    ), True


def ratio(
    found: Race, name: str, base: str, connections: int, figure: Callable[[Measured], float]
) -> float | None:
    mine, theirs = found.get((name, connections)), found.get((base, connections))
    if not mine or not theirs:
        return None
    return median(figure(one) / figure(other) for one, other in zip(mine, theirs, strict=True))
