"""Kill a service again and again while it is sent comments, and see whether any that it took was lost.

`python -m tests.durability --comments 50000 [--postgresql]` sends so many with sixteen clients to a
service in processes of its own. Workers are killed at random moments, and a few times all processes at
once. Clients send again what was not acknowledged, as a blog does. In the end every comment that was
acknowledged must be there exactly once, with one verdict, in a database that is whole.
"""

import argparse
import http.client
import itertools
import json
import random
import sys
import tempfile
import threading
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
from tests.conftest import KEY, add_site
from tests.serving import Service

CLIENTS = 16
# Not by the clock: a slow machine would do nothing but start its workers again.
_COMMENTS_BETWEEN_KILLS = (50, 500)
_PAUSE = 0.05

Tell = Callable[[str, int, int], None]
_TEXT = "The ferry came late again on Monday, and nobody told those who waited on quay {number}."


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
    # In the database: comments by how often they are there, and what is wrong with it.
    missing: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    without_verdict: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether nothing was lost, doubled or damaged."""
        return not (self.missing or self.doubled or self.without_verdict or self.problems)


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
    sending = _Sending(service.port, comments)
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
    found.broken, found.refused = sending.broken, sending.refused
    _look(database, found)
    database.close()
    return found


class _Sending:
    """Clients that take turns at what is still to be sent, and do not give up."""

    def __init__(self, port: int, comments: int) -> None:
        self.acknowledged: Counter[str] = Counter()
        self.refused: Counter[int] = Counter()
        self.broken = 0
        self._port = port
        self._comments = comments
        self._numbers = itertools.count()
        self._lock = threading.Lock()
        self._is_over = threading.Event()

    @property
    def done(self) -> int:
        """How many were acknowledged."""
        return len(self.acknowledged)

    @property
    def is_done(self) -> bool:
        """Whether all were."""
        return self.done >= self._comments

    @contextmanager
    def going_on(self) -> Iterator[None]:
        """Send until all is acknowledged; where the block is left before, give up."""
        clients = [threading.Thread(target=self._send) for _ in range(CLIENTS)]
        for client in clients:
            client.start()
        try:
            yield
        finally:
            self._is_over.set()
            for client in clients:
                client.join()

    def _send(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=20)
        for number in self._numbers:
            if number >= self._comments:
                break
            while not self._is_over.is_set() and not self._is_taken(connection, number):
                time.sleep(_PAUSE)
        connection.close()

    def _is_taken(self, connection: http.client.HTTPConnection, number: int) -> bool:
        body = json.dumps({"id": str(number), "text": _TEXT.format(number=number)})
        headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
        try:
            connection.request("POST", "/api/v1/comments", body, headers)
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            connection.close()
            with self._lock:
                self.broken += 1
            return False
        is_taken = answer.status in {200, 201}
        with self._lock:
            counted = self.acknowledged if is_taken else self.refused
            counted[str(number) if is_taken else answer.status] += 1
        return is_taken


def _look(database: Database, found: Found) -> None:
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
    found.missing = sorted(found.acknowledged.keys() - stored.keys())
    found.doubled = sorted(name for name, times in stored.items() if times > 1)
    found.without_verdict = stored.total() - verdicts


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
        f"Lost: {len(found.missing):,}. Doubled: {len(found.doubled):,}. "
        f"Without a verdict: {found.without_verdict:,}. "
        f"Wrong with the database: {'; '.join(found.problems) or 'nothing'}.\n"
    )
    return not found.is_whole


if __name__ == "__main__":
    sys.exit(main())
