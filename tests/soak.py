"""Let a service work at half of what it can do for half an hour, and see that it takes no more and more.

`python -m tests.soak --minutes 30` first finds out how many comments a second it can take. Then comments
of many words come at half of that, sites ask what became of them, and two people work through the queue.
After a while to warm up, no process may take 5 % more memory or more file descriptors, the log of SQLite
must stay small, and nothing may fail.
"""

import argparse
import itertools
import re
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from bench.postgresql import postgresql
from moderation.progress import progress
from moderation.store import Database, upgrade
from tests.browsing import Console
from tests.calling import call
from tests.clients import CLIENTS, Clients, sentence
from tests.conftest import KEY, add_moderator, add_site
from tests.durability import Stored, look
from tests.serving import Service

MOST_GROWTH = 0.05
"""By how much of what it took when it was warm a process may grow,"""
MOST_MORE_DESCRIPTORS = 4
"""by how many descriptors,"""
LARGEST_LOG = 64 * 1024**2
"""and how many bytes SQLite's log may reach."""

# Of the time: until it is warm, and the share at either end over which is measured.
_WARM, _MEASURED = 0.2, 0.1
_SECONDS_BETWEEN_SAMPLES = 1.0
_SECONDS_AT_PEAK = 20.0
_PEOPLE = ("ana", "ben")
# Looked up for each so many that were sent, and decisions a second of each of the people.
_LOOKED_UP_IN = 4
_SECONDS_TO_THINK = 1.0

Tell = Callable[[str, int, int], None]


class Sample(NamedTuple):
    """What a process takes at one moment."""

    megabytes: float
    descriptors: int


@dataclass
class Found:
    """What became of it."""

    peak: float = 0.0
    comments: int = 0
    seconds: float = 0.0
    looked_up: int = 0
    decided: int = 0
    # By process, as sampled.
    samples: dict[int, list[Sample]] = field(default_factory=dict)
    # The largest that SQLite's log was, and what it had reached at the peak, before what is measured.
    log: int = 0
    log_at_peak: int = 0
    # What was answered otherwise than it should be.
    failed: Counter[str] = field(default_factory=Counter)
    stored: Stored = field(default_factory=Stored)

    def ends(self, process: int) -> tuple[Sample, Sample]:
        """What a process took when it was warm, and at the end."""
        samples = self.samples[process]
        size = max(1, round(len(samples) * _MEASURED))
        warm = round(len(samples) * _WARM)
        return _middle(samples[warm : warm + size]), _middle(samples[-size:])

    @property
    def misses(self) -> list[str]:
        """What it did not keep to."""
        found = [f"{number} × {what}" for what, number in self.failed.items()]
        if not self.stored.is_whole:
            found.append(str(self.stored))
        if self.log > LARGEST_LOG:
            found.append("SQLite's log grew too large")
        for process in self.samples:
            warm, end = self.ends(process)
            if end.megabytes > warm.megabytes * (1 + MOST_GROWTH):
                found.append(f"process {process} grew")
            if end.descriptors > warm.descriptors + MOST_MORE_DESCRIPTORS:
                found.append(f"process {process} has more descriptors")
        return found


def prove(folder: Path, url: str, *, minutes: float, tell: Tell) -> Found:
    """Let the service work for so many minutes."""
    database = Database(url)
    upgrade(database)
    add_site(database, "blog", KEY)
    for name in _PEOPLE:
        add_moderator(database, name)
    found = Found()
    service = Service(folder, url)
    service.start()
    try:
        found.peak = _peak(service)
        sending = Clients([service.port], None, text=sentence, a_second=found.peak / 2, prefix="soak-")
        began = time.monotonic()
        with sending.going_on(), _others(service, sending, found):
            _watch(service, folder, minutes * 60, found, tell)
        found.seconds = time.monotonic() - began
    finally:
        service.stop()
    found.comments = sending.done
    found.failed.update({f"answered with {code}": number for code, number in sending.refused.items()})
    if broken := sending.broken.total():
        found.failed["broken connections"] = broken
    found.stored = look(database, sending.acknowledged)
    database.close()
    return found


def _peak(service: Service) -> float:
    """How many comments a second it takes when they come as fast as it can."""
    sending = Clients([service.port], None, text=sentence, prefix="peak-")
    with sending.going_on():
        time.sleep(_SECONDS_AT_PEAK)
        done = sending.done
    return done / _SECONDS_AT_PEAK


def _watch(service: Service, folder: Path, seconds: float, found: Found, tell: Tell) -> None:
    began = time.monotonic()
    processes = service.processes
    found.samples = {process: [] for process in processes}
    log = folder / "moderation.db-wal"
    found.log_at_peak = log.stat().st_size if log.exists() else 0
    while (spent := time.monotonic() - began) < seconds:
        tell("seconds", round(spent), round(seconds))
        if service.processes != processes:
            found.failed["a process ended"] += 1
            return
        for process, samples in found.samples.items():
            samples.append(_sample(process))
        if log.exists():
            found.log = max(found.log, log.stat().st_size)
        time.sleep(_SECONDS_BETWEEN_SAMPLES)


@contextmanager
def _others(service: Service, sending: Clients, found: Found) -> Iterator[None]:
    """Whoever does something else than sending comments."""
    is_over = threading.Event()
    acts: list[Callable[[], None]] = [lambda: _look_up(service, sending, found, is_over)]
    for name in _PEOPLE:
        browser = Console(service.address)
        browser.log_in(name)
        acts.append(lambda browser=browser: _work(browser, found, is_over))  # type: ignore[misc]
    threads = [threading.Thread(target=act) for act in acts]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        is_over.set()
        for thread in threads:
            thread.join()


def _look_up(service: Service, sending: Clients, found: Found, is_over: threading.Event) -> None:
    after = 0
    while not is_over.is_set():
        if found.looked_up * _LOOKED_UP_IN >= sending.done:
            is_over.wait(1 / _LOOKED_UP_IN)
            continue
        name = f"soak-{found.looked_up * _LOOKED_UP_IN}"
        answer = call("GET", f"{service.address}/api/v1/comments/{name}", key=KEY)
        # What has the next number may still be under way.
        if answer.status not in {200, 404}:
            found.failed[f"looked up: {answer.status}"] += 1
        found.looked_up += 1
        feed = call("GET", f"{service.address}/api/v1/decisions?after={after}", key=KEY)
        if feed.status == 200:
            after = feed.json["next"]
        else:
            found.failed[f"feed: {feed.status}"] += 1


def _work(browser: Console, found: Found, is_over: threading.Event) -> None:
    buttons = itertools.cycle(("approve", "reject:spam", "approve", "reject:abuse"))
    while not is_over.wait(_SECONDS_TO_THINK):
        listed = browser.read("/console/")
        is_decision, answer = browser.decide_next(next(buttons))
        # Where a claim could not be noted in time, the other was faster, and the page says so.
        if listed.status != 200 or answer.status not in ({200, 409} if is_decision else {200}):
            found.failed[f"console: {listed.status}, {answer.status}"] += 1
        elif is_decision and answer.status == 200:
            found.decided += 1


def _sample(process: int) -> Sample:
    place = Path("/proc") / str(process)
    resident = re.search(r"VmRSS:\s+(\d+) kB", (place / "status").read_text())
    return Sample(int(resident[1]) / 1024 if resident else 0.0, sum(1 for _ in (place / "fd").iterdir()))


def _middle(samples: Sequence[Sample]) -> Sample:
    return Sample(
        statistics.median(one.megabytes for one in samples),
        round(statistics.median(one.descriptors for one in samples)),
    )


def main() -> int:
    """Run the proof, say what was found, and return 1 where it did not keep to it."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0, help="[default: %(default)s]")
    parser.add_argument("--postgresql", action="store_true", help="instead of SQLite")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="soak-") as place, ExitStack() as until_the_end:
        folder = Path(place)
        url = f"sqlite:///{folder / 'moderation.db'}"
        if asked.postgresql:
            url = until_the_end.enter_context(postgresql())("soak")
        tell = until_the_end.enter_context(progress())
        found = prove(folder, url, minutes=asked.minutes, tell=tell)
    sys.stdout.write(
        f"Peak: {found.peak:,.0f} comments a second from {CLIENTS} clients. At half of it: "
        f"{found.comments:,} comments in {found.seconds / 60:,.1f} minutes "
        f"({found.comments / found.seconds:,.0f} a second), {found.looked_up:,} looked up, "
        f"{found.decided:,} decided by {len(_PEOPLE)} people.\n"
    )
    for process in found.samples:
        warm, end = found.ends(process)
        sys.stdout.write(
            f"Process {process}: {warm.megabytes:,.1f} MB when warm, {end.megabytes:,.1f} MB at the end "
            f"({end.megabytes / warm.megabytes - 1:+.1%}); descriptors {warm.descriptors}, "
            f"then {end.descriptors}.\n"
        )
    sys.stdout.write(
        f"SQLite's log: {found.log_at_peak / 1024**2:,.1f} MiB after the peak, "
        f"{found.log / 1024**2:,.1f} MiB at most.\n{found.stored}\n"
    )
    sys.stdout.write(
        "\n".join([f"Missed: {one}." for one in found.misses] or ["Every bar is met."]) + "\n"
    )
    return bool(found.misses)


if __name__ == "__main__":
    sys.exit(main())
