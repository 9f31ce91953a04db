"""`make bench-retraining`: how long retraining takes, in how much memory, and what it costs the service.

A database is filled with decided comments; `moderation retrain` runs on it as a process of its own.
Meanwhile the service judges comments that come at a steady pace over HTTP. The bars, on two cores: of
100,000 decisions in two minutes and 1.5 GB, of a million in 2 GB, and the time within which the service
answers 95 of 100 comments at most doubles.
"""

import argparse
import itertools
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles
from typing import TypeVar

import click

from bench.decided import fill, texts_of
from bench.report import number, run, table
from bench.serving import answers, free_port, running
from bench.texts import ROOT
from moderation.progress import progress
from moderation.store import Database, upgrade

# Comments a second, by so many clients: a busy site, and far from all that the service can do.
_A_SECOND, _CLIENTS = 10.0, 4
_WARM_SECONDS, _QUIET_SECONDS = 5, 40
_REFUSED = 3
_BARS = {100_000: (120.0, 1_500.0), 1_000_000: (None, 2_000.0)}
_MOST_TIMES_SLOWER = 2.0
_Given = TypeVar("_Given")
_MODERATION = Path(sys.executable).with_name("moderation")


@dataclass(frozen=True, slots=True)
class Retraining:
    """What a process took."""

    seconds: float
    # Of a processor.
    used: float
    megabytes: float
    told: str


def main() -> None:
    """Fill, retrain, print, and fail where a bar is missed."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--comments", type=int, default=100_000)
    asked.add_argument("--corpus", type=Path, help="A folder of labelled texts, for figures that count.")
    asked.add_argument("--no-service", action="store_true", help="Only time and memory.")
    asked.add_argument(
        "--keep", type=Path, help="A folder to keep the filled database in, or to use one."
    )
    asked.add_argument("options", nargs="*", help="Options for moderation retrain, after --.")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.keep or Path(temporary)
        environment = _filled(folder, given.comments, given.corpus)
        if given.no_service:
            done = retrain(environment, given.options)
            calm = busy = None
        else:
            with _service(folder, environment) as address:
                key = (folder / "key").read_text("utf-8")
                load = Load(address, key, given.corpus)
                load.beside(lambda: time.sleep(_WARM_SECONDS))
                _, calm = load.beside(lambda: time.sleep(_QUIET_SECONDS))
                done, busy = load.beside(lambda: retrain(environment, given.options))
    if _tell(given.comments, done, calm, busy):
        sys.exit(1)


def retrain(environment: Mapping[str, str], options: list[str]) -> Retraining:
    """Run `moderation retrain` to its end, and measure it."""
    began = time.perf_counter()
    done = subprocess.run(
        [_MODERATION, "retrain", *options],
        env={**os.environ, **environment},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - began
    if done.returncode not in (0, _REFUSED):
        raise SystemExit(done.stderr)
    # Nothing that was started before takes as much, the service still runs. In units of 1,024 bytes.
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    most = used.ru_maxrss * 1_024 / 1e6
    return Retraining(
        seconds, used.ru_utime + used.ru_stime, most, done.stdout.strip() or done.stderr.strip()
    )


class Load:
    """Comments that come at a steady pace, whether they are answered quickly or not."""

    def __init__(self, address: str, key: str, corpus: Path | None) -> None:
        """Take the service's address, a site's key, and where texts are from."""
        self._address = address
        self._key = key
        self._texts = itertools.cycle([text for text, _ in itertools.islice(texts_of(corpus), 5_000)])
        self._numbers = itertools.count()
        self._lock = threading.Lock()

    def beside(self, act: Callable[[], _Given]) -> tuple[_Given, list[float]]:
        """Do something while comments are sent; give what it gave, and the milliseconds of each."""
        times: list[float] = []
        over = threading.Event()
        begin = time.perf_counter()
        slots = itertools.count()

        def send() -> None:
            while not over.is_set():
                with self._lock:
                    due = begin + next(slots) / _A_SECOND
                    text, place = next(self._texts), next(self._numbers)
                if over.wait(max(0.0, due - time.perf_counter())):
                    return
                self._post(f"load-{os.getpid()}-{place}", text)
                # From when it was due: who waits for a late turn waits too.
                times.append((time.perf_counter() - due) * 1_000)

        clients = [threading.Thread(target=send) for _ in range(_CLIENTS)]
        for client in clients:
            client.start()
        try:
            return act(), times
        finally:
            over.set()
            for client in clients:
                client.join()

    def _post(self, identifier: str, text: str) -> None:
        request = urllib.request.Request(  # noqa: S310  It is our own service on this machine.
            f"{self._address}/api/v1/comments",
            json.dumps({"id": identifier, "text": text}).encode(),
            {"Content-Type": "application/json", "Authorization": f"Bearer {self._key}"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310  As above.
            answer.read()


def _filled(folder: Path, count: int, corpus: Path | None) -> dict[str, str]:
    """Make a database and a folder of models, where there are none, and say where they are."""
    models = folder / "models"
    if not models.exists():
        folder.mkdir(parents=True, exist_ok=True)
        database = Database(f"sqlite:///{folder}/moderation.db")
        upgrade(database)
        with progress() as tell:
            key = fill(database, count, texts=texts_of(corpus), now=datetime.now(UTC), tell=tell)
        database.close()
        (folder / "key").write_text(key, "utf-8")
        shutil.copytree(ROOT / "models", models)
    return {"MODERATION_INSTANCE": str(folder), "MODERATION_MODELS": str(models)}


@contextmanager
def _service(folder: Path, environment: Mapping[str, str]) -> Iterator[str]:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with running(
        [_MODERATION, "serve"],
        lambda: answers(f"{address}/readyz"),
        log=folder / "service.log",
        environment={**environment, "MODERATION_PORT": str(port)},
    ):
        yield address


def _tell(comments: int, done: Retraining, calm: list[float] | None, busy: list[float] | None) -> bool:
    """Print what was measured, and say whether a bar was missed."""
    seconds, megabytes = _BARS.get(comments, (None, None))
    missed = []
    if seconds and done.seconds > seconds:
        missed.append(f"Missed: {done.seconds:.0f} s.")
    if megabytes and done.megabytes > megabytes:
        missed.append(f"Missed: {done.megabytes:,.0f} MB.")
    rows = [
        ["decisions", f"{comments:,}"],
        ["retraining, s", number(done.seconds)],
        ["of a processor, s", number(done.used)],
        ["most memory, MB", number(done.megabytes)],
    ]
    if calm and busy:
        for place, name in ((49, "p50"), (94, "p95")):
            before, during = (quantiles(times, n=100)[place] for times in (calm, busy))
            rows.append([f"service alone, {name}, ms", number(before)])
            rows.append([f"service beside it, {name}, ms", number(during)])
            rows.append([f"{name}, times", f"{during / before:.2f}"])
            if name == "p95" and during > _MOST_TIMES_SLOWER * before:
                missed.append(f"Missed: {name} is {during / before:.1f} times as long.")
    lines = [*table(("What", "measured"), rows), "", done.told, "", *(missed or ["Every bar is met."])]
    click.echo("\n".join(lines))
    return bool(missed)


if __name__ == "__main__":
    run(main)
