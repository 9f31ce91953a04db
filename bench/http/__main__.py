"""Start everybody, send the same comments to each in turn, and print how they compare."""

import argparse
import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench import report
from bench.http import servers
from bench.http.bars import LOADED, bars
from bench.http.inside import share_of_judging
from bench.http.load import Load, Measured
from bench.http.page import page, picture
from bench.http.race import ECHO, INSERT, INSERT_POSTGRESQL, ISSO, POSTGRESQL, SQLITE, Race
from bench.http.servers import Server
from bench.postgresql import postgresql
from bench.texts import comments
from moderation.classifier.counting import Progress
from moderation.progress import progress

_BODIES = 100_000
_SEED = 1
_WARM_SECONDS = 2


def main() -> None:
    """Measure, print what was found or write docs/benchmarks/http.md, and fail where a bar is missed."""
    asked = _arguments()
    texts, origin = comments(asked.corpus)
    with progress() as tell, tempfile.TemporaryDirectory(prefix="bench-http-") as place:
        folder = Path(place)
        load = Load(folder, texts, _BODIES)
        tell("judging within a request", 0, 1)
        judging = share_of_judging((folder / servers.OURS).read_text("utf-8").splitlines())
        with _everybody(folder) as running:
            race = Race(_run(load, running, asked, tell), judging)
    found = list(bars(race))
    lines = page(race, found, origin, asked.corpus)
    if asked.write:
        report.write("http", lines, picture(race))
    else:
        sys.stdout.write("\n".join([*lines, ""]))
    sys.exit(not all(one.is_met for one in found))


def _run(
    load: Load, running: Sequence[Server], asked: argparse.Namespace, tell: Progress
) -> dict[tuple[str, int], list[Measured]]:
    """Send to everybody in turns, in random order in each round."""
    lots = random.Random(_SEED)
    found: dict[tuple[str, int], list[Measured]] = {}
    total = len(running) * (1 + asked.rounds * len(asked.connections))
    done = 0
    for one in running:
        tell("warming up", done, total)
        load.send(one, connections=max(asked.connections), seconds=_WARM_SECONDS)
        one.learn()
        done += 1
    for _ in range(asked.rounds):
        for connections in asked.connections:
            for one in lots.sample(running, len(running)):
                tell(f"{connections} connections", done, total)
                measured = load.send(one, connections=connections, seconds=asked.seconds)
                found.setdefault((one.name, connections), []).append(measured)
                done += 1
    tell("measured", total, total)
    return found


@contextmanager
def _everybody(folder: Path) -> Iterator[list[Server]]:
    with ExitStack() as running:
        create = running.enter_context(postgresql())
        yield [
            running.enter_context(one)
            for one in (
                servers.moderation(SQLITE, folder / SQLITE),
                servers.flask(INSERT, folder / INSERT, "storing"),
                servers.moderation(POSTGRESQL, folder / POSTGRESQL, create("ours")),
                servers.flask(INSERT_POSTGRESQL, folder / INSERT_POSTGRESQL, "storing", create("bare")),
                servers.flask(ECHO, folder / ECHO, "answering"),
                servers.isso(ISSO, folder / ISSO),
            )
        ]


def _arguments() -> argparse.Namespace:
    asked = argparse.ArgumentParser(prog="make bench-http", description=__doc__)
    asked.add_argument("--corpus", type=Path, help="A folder of texts; otherwise they are invented.")
    asked.add_argument("--rounds", type=int, default=5, help="[default: %(default)s]")
    asked.add_argument("--seconds", type=int, default=3, help="of each run [default: %(default)s]")
    asked.add_argument("--connections", type=int, nargs="+", default=[1, *LOADED])
    asked.add_argument("--write", action="store_true", help="write docs/benchmarks/http.md")
    return asked.parse_args()


if __name__ == "__main__":
    main()
