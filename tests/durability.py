"""Kill a service again and again while it is sent comments, and see whether any that it took was lost.

`python -m tests.durability --comments 50000 [--postgresql]` sends so many with sixteen clients to a
service in processes of its own. Workers are killed at random moments, and a few times all processes at
once. Clients send again what was not acknowledged, as a blog does. In the end every comment that was
acknowledged must be there exactly once, with one verdict, in a database that is whole.
"""

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import func, select, text

from bench.postgresql import postgresql
from moderation.progress import progress
from moderation.store import Database, upgrade
from moderation.store.tables import Comment, StoredVerdict
from tests.clients import CLIENTS, Clients
from tests.conftest import KEY, add_site
from tests.serving import Service

# Not by the clock: a slow machine would do nothing but start its workers again.
_COMMENTS_BETWEEN_KILLS = (50, 500)
_PAUSE = 0.05

Tell = Callable[[str, int, int], None]


@dataclass
class Stored:
    """What is wrong with what a database holds."""

    # Acknowledged comments that are not there, and any that are there twice.
    missing: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    without_verdict: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether nothing was lost, doubled or damaged."""
        return not (self.missing or self.doubled or self.without_verdict or self.problems)

    def __str__(self) -> str:
        """Say it in figures."""
        return (
            f"Lost: {len(self.missing):,}. Doubled: {len(self.doubled):,}. "
            f"Without a verdict: {self.without_verdict:,}. "
            f"Wrong with the database: {'; '.join(self.problems) or 'nothing'}."
        )


@dataclass
class Found:
    """What became of the comments."""

    acknowledged: Counter[str]
    seconds: float
    # How often a worker was killed, and all processes at once; and what clients met with besides.
    workers_killed: int = 0
    services_killed: int = 0
    # How often the service gave up by itself.
    started_again: int = 0
    broken: int = 0
    refused: Counter[int] = field(default_factory=Counter)
    stored: Stored = field(default_factory=Stored)


@contextmanager
def served(folder: Path, url: str) -> Iterator[int]:
    """Run a service as it ships on a fresh database, with a site whose key is KEY; give its port."""
    database = Database(url)
    upgrade(database)
    add_site(database, "blog", KEY)
    database.close()
    service = Service(folder, url)
    service.start()
    try:
        yield service.port
    finally:
        service.stop()


def prove(
    folder: Path,
    url: str,
    *,
    comments: int,
    restarts: int,
    tell: Tell = lambda *_: None,
    seed: int = 0,
) -> Found:
    """Send `comments` comments while workers are killed, and all processes `restarts` times."""
    lots = random.Random(seed)
    database = Database(url)
    upgrade(database)
    add_site(database, "blog", KEY)
    service = Service(folder, url)
    service.start()
    sending = Clients([service.port], comments)
    found = Found(sending.acknowledged, 0.0)
    # As many comments into it, everything is killed.
    moments = sorted(lots.sample(range(comments // 20, comments), restarts))
    began = time.monotonic()
    try:
        with sending.going_on():
            next_kill = 0
            while not sending.is_done:
                done = sending.done
                tell("comments acknowledged", done, comments)
                if service.has_ended:
                    # The server gives up where a worker ends too soon after its start. What keeps a
                    # service running, such as systemd, starts it again.
                    found.started_again += 1
                    service.start()
                elif moments and done >= moments[0]:
                    moments.pop(0)
                    service.kill()
                    found.services_killed += 1
                    service.start()
                elif done >= next_kill and service.kill_worker(lots):
                    found.workers_killed += 1
                    next_kill = done + lots.randint(*_COMMENTS_BETWEEN_KILLS)
                time.sleep(_PAUSE)
    finally:
        service.stop()
    tell("comments acknowledged", comments, comments)
    found.seconds = time.monotonic() - began
    found.broken, found.refused = sending.broken.total(), sending.refused
    found.stored = look(database, found.acknowledged)
    database.close()
    return found


def look(database: Database, acknowledged: Counter[str]) -> Stored:
    """Compare what was acknowledged with what is stored, and see whether the database is whole."""
    found = Stored()
    with database.reading() as session:
        if database.engine.dialect.name == "sqlite":
            found.problems += [
                str(row)
                for pragma in ("integrity_check", "foreign_key_check")
                for row in session.execute(text(f"PRAGMA {pragma}"))
                if tuple(row) != ("ok",)
            ]
        stored = Counter(session.scalars(select(Comment.external_id)))
        verdicts = session.scalar(select(func.count()).select_from(StoredVerdict)) or 0
    found.missing = sorted(acknowledged.keys() - stored.keys())
    found.doubled = sorted(name for name, times in stored.items() if times > 1)
    found.without_verdict = stored.total() - verdicts
    return found


def main() -> int:
    """Run the proof, say what was found, and return 1 where anything was lost."""
    parser = argparse.ArgumentParser(prog="python -m tests.durability", description=__doc__)
    parser.add_argument("--comments", type=int, default=50_000, help="[default: %(default)s]")
    parser.add_argument("--restarts", type=int, default=10, help="[default: %(default)s]")
    parser.add_argument("--postgresql", action="store_true", help="instead of SQLite")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="durability-") as place, ExitStack() as until_the_end:
        folder = Path(place)
        url = f"sqlite:///{folder / 'moderation.db'}"
        if asked.postgresql:
            url = until_the_end.enter_context(postgresql())("durability")
        with progress() as tell:
            found = prove(folder, url, comments=asked.comments, restarts=asked.restarts, tell=tell)
    sys.stdout.write(
        f"{len(found.acknowledged):,} comments acknowledged in {found.seconds:,.0f} s"
        f" ({len(found.acknowledged) / found.seconds:,.0f} a second) to {CLIENTS} clients.\n"
        f"Killed: {found.workers_killed:,} workers, {found.services_killed:,} times everything; "
        f"gave up by itself {found.started_again:,} times. "
        f"Broken connections: {found.broken:,}. Refused for now: {dict(found.refused) or 'none'}.\n"
        f"{found.stored}\n"
    )
    return not found.stored.is_whole


if __name__ == "__main__":
    sys.exit(main())
