"""Send comments with wrk, as fast as the server answers on so many connections."""

import json
import random
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.http.servers import ISSO, OURS, Server
from bench.texts import ROOT

_SEED = 5
_AUTHORS = 5_000
_PAGES = 300
_FIGURES = "FIGURES "
_SCRIPT = Path(__file__).with_name("comments.lua")
_UNPACKED = ROOT / ".venv-bench/wrk"


@dataclass(frozen=True, slots=True)
class Measured:
    """What one run measured; times in milliseconds."""

    requests: int
    seconds: float
    p50: float
    p99: float
    mean: float
    # Answers that are not 2xx, and connections that failed or timed out.
    refused: int
    broken: int

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds

    def busy(self, connections: int) -> float:
        """Say how busy the connections were: 1 where all of them always waited for an answer.

        Well below it, some hung, which wrk does not count as an error.
        """
        return self.rate * self.mean / 1_000 / connections


def bodies(texts: Sequence[str], count: int) -> Iterator[tuple[str, str]]:
    """Write comments as JSON for the service, and as Isso has them, each after the place of its id.

    The words of a text come in another order each time, since people do not send the same comments
    again and again: copies would be recognised.
    """
    lots = random.Random(_SEED)
    for place in range(count):
        words = texts[place % len(texts)].split()
        lots.shuffle(words)
        text, author = " ".join(words), lots.randrange(_AUTHORS)
        name, email = f"reader {author}", f"reader-{author}@example.org"
        ours = {
            "text": text,
            "author": {"name": name, "email": email, "ip": f"203.0.{author % 200}.{author % 250}"},
            "page": {"url": f"https://blog.example.org/{lots.randrange(_PAGES)}", "title": "A page"},
        }
        theirs = {"text": text, "author": name, "email": email, "title": "A page"}
        yield json.dumps(ours)[1:], json.dumps(theirs)[1:]


class Load:
    """Comments that wait to be sent, which go round only when all of them were."""

    def __init__(self, folder: Path, texts: Sequence[str], count: int) -> None:
        """Write `count` comments into `folder`."""
        self._folder = folder
        self._count = count
        ours, theirs = zip(*bodies(texts, count), strict=True)
        (folder / OURS).write_text("\n".join(ours), "utf-8")
        (folder / ISSO).write_text("\n".join(theirs), "utf-8")
        self._sent: dict[str, int] = {}
        self._runs = 0

    def send(self, server: Server, *, connections: int, seconds: int) -> Measured:
        """Send to a server for some seconds on so many connections."""
        self._runs += 1
        first = self._sent.get(server.name, 0)
        done = subprocess.run(
            [
                *_wrk(),
                "--threads=1",
                f"--connections={connections}",
                f"--duration={seconds}s",
                "--timeout=30s",
                f"--script={_SCRIPT}",
                server.address,
                "--",
                str(self._folder / server.bodies),
                str(first),
                f"{server.name}-{self._runs}-",
                server.path,
                server.key or "none",
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        _, found, figures = done.stdout.partition(_FIGURES)
        if not found:
            raise SystemExit(f"wrk failed on {server.name}: {done.stderr or done.stdout}")
        measured = Measured(**json.loads(figures))
        self._sent[server.name] = (first + measured.requests + connections) % self._count
        return measured


def _wrk() -> list[str]:
    if found := shutil.which("wrk"):
        return [found]
    library = next(_UNPACKED.glob("usr/lib/*"))
    return ["env", f"LD_LIBRARY_PATH={library}", str(_UNPACKED / "usr/bin/wrk")]
