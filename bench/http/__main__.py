"""Start everybody, send the same comments to each in turn, and print how they compare."""

import argparse
import random
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench import report
from bench.http import servers
from bench.http.load import Load
from bench.http.page import Race, page
from bench.http.servers import Server
from bench.postgresql import postgresql
from bench.texts import comments
from moderation.progress import progress

_BODIES = 100_000
_SEED = 1
_WARM_SECONDS = 2.0


def main() -> None:
    """Measure, print what was found or write docs/benchmarks/http.md, and fail where a bar is missed."""
    asked = _arguments()
    texts, origin = comments(asked.corpus)
    with progress() as tell, tempfile.TemporaryDirectory(prefix="bench-http-") as place:
        folder = Path(place)
        load = Load(folder, texts, _BODIES)
        lots = random.Random(_SEED)
        found: Race = {}
        with _everybody(folder) as running:
            running = [one for one in running if not asked.only or one.name in asked.only]
            total = len(running) * (1 + asked.rounds * len(asked.connections))
            done = 0
            for one in running:
                tell("warming up", done, total)
                load.send(one, connections=8, seconds=_WARM_SECONDS)
                done += 1
            for _ in range(asked.rounds):
                for connections in asked.connections:
                    for one in lots.sample(running, len(running)):
                        tell(f"{connections} connections", done, total)
                        measured = load.send(one, connections=connections, seconds=asked.seconds)
                        found.setdefault((one.name, connections), []).append(measured)
                        done += 1
            tell("measured", total, total)
    lines, is_met = page(found, origin)
    report.show(lines) if hasattr(report, "show") else sys.stdout.write("\n".join(lines) + "\n")
    sys.exit(not is_met)


@contextmanager
def _everybody(folder: Path) -> Iterator[list[Server]]:
    with ExitStack() as running:
        create = running.enter_context(postgresql())
        yield [
            running.enter_context(one)
            for one in (
                servers.moderation("moderation", folder / "ours"),
                servers.flask("insert", folder / "insert", "storing"),
                servers.moderation("moderation-postgresql", folder / "ours-pg", create("ours")),
                servers.flask("insert-postgresql", folder / "insert-pg", "storing", create("bare")),
                servers.flask("echo", folder / "echo", "answering"),
                servers.isso("isso", folder / "isso"),
            )
        ]


def _arguments() -> argparse.Namespace:
    asked = argparse.ArgumentParser(prog="make bench-http", description=__doc__)
    asked.add_argument("--corpus", type=Path, help="A folder of texts; otherwise they are invented.")
    asked.add_argument("--rounds", type=int, default=5, help="[default: %(default)s]")
    asked.add_argument("--seconds", type=float, default=3.0, help="of each run [default: %(default)s]")
    asked.add_argument("--connections", type=int, nargs="+", default=[1, 8, 64])
    asked.add_argument("--only", nargs="+", help="names of who takes part")
    asked.add_argument("--write", action="store_true", help="write docs/benchmarks/http.md")
    return asked.parse_args()


if __name__ == "__main__":
    main()
