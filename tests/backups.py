"""Back up a full database while comments come, restore it elsewhere, and move it to PostgreSQL.

`python -m tests.backups` fills an SQLite database, backs it up while sites send comments, restores the
backup into a folder of its own, moves everything to PostgreSQL, and does the same there. Every comment
that was acknowledged before a backup began must be in what is restored, and every row must be equal.
"""

import argparse
import re
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from bench.filled import fill
from bench.postgresql import postgresql
from moderation.progress import progress
from moderation.store import Database, upgrade
from tests.clients import Clients, sentence
from tests.conftest import KEY, add_site
from tests.durability import Stored, look
from tests.running import command
from tests.serving import Service

SECONDS_TO_RESTORE = 60.0
"""In which 100,000 comments are restored at most."""

# Comments that come before a backup begins.
_BEFORE = 200
_CLIENTS = 4
# Comments a second that come meanwhile: a busy site.
_A_SECOND = 50.0
_WAITING_IN = 50

Tell = Callable[[str, int, int], None]


class Taken(NamedTuple):
    """What a command took."""

    seconds: float
    # Of a processor.
    used: float

    def __str__(self) -> str:
        """Say it."""
        return f"{self.seconds:.1f} s ({self.used:.1f} of a processor)"


_NOTHING = Taken(0.0, 0.0)


@dataclass
class BackedUp:
    """A backup under load, and what was restored from it."""

    kind: str
    backup: Taken
    restore: Taken
    size: int
    # Comments that were acknowledged before it began, and while it was written.
    before: int
    during: int
    refused: Counter[int]
    stored: Stored
    # Of all rows: of what was backed up, and of what was restored.
    hashes: tuple[str, str]

    @property
    def is_whole(self) -> bool:
        """Whether everything came back that had to."""
        return self.stored.is_whole and len(set(self.hashes)) == 1 and not self.refused


@dataclass
class Found:
    """What was measured."""

    comments: int
    backups: list[BackedUp] = field(default_factory=list)
    move: Taken = _NOTHING
    moved: Stored = field(default_factory=Stored)

    @property
    def is_good(self) -> bool:
        """Whether nothing is missing, and restoring is quick enough."""
        quick = SECONDS_TO_RESTORE * max(1.0, self.comments / 100_000)
        return self.moved.is_whole and all(
            one.is_whole and one.restore.seconds <= quick for one in self.backups
        )


def prove(folder: Path, create: Callable[[str], str], comments: int, tell: Tell) -> Found:
    """Fill, back up, restore and move; `create` makes a database of PostgreSQL."""
    found = Found(comments)
    full = f"sqlite:///{folder / 'full.db'}"
    database = Database(full)
    upgrade(database)
    fill(database, comments, comments // _WAITING_IN, now=datetime.now(UTC), tell=tell)
    add_site(database, "blog", KEY)
    database.close()
    elsewhere = f"sqlite:///{folder / 'elsewhere.db'}"
    found.backups.append(_back_up_under_load(folder, "SQLite", full, elsewhere))

    moved = create("moved")
    found.move, _ = _timed("db", "move", moved, "--yes", url=full)
    database = Database(moved)
    found.moved = look(database, Counter(str(number) for number in range(comments)))
    database.close()
    found.backups.append(_back_up_under_load(folder, "PostgreSQL", moved, create("elsewhere")))
    return found


def _back_up_under_load(folder: Path, kind: str, url: str, elsewhere: str) -> BackedUp:
    here = folder / kind
    here.mkdir()
    service = Service(here, url)
    service.start()
    # Names that no other comment has.
    sending = Clients(
        [service.port], None, text=sentence, clients=_CLIENTS, a_second=_A_SECOND, prefix=f"{kind}-"
    )
    file = here / "backup.sqlite3"
    try:
        with sending.going_on():
            while sending.done < _BEFORE:
                time.sleep(1 / _A_SECOND)
            before = Counter(sending.acknowledged)
            backup, written = _timed("db", "backup", str(file), url=url)
            during = sending.done - len(before)
    finally:
        service.stop()
    restore, restored = _timed("db", "restore", str(file), url=elsewhere)
    database = Database(elsewhere)
    stored = look(database, before)
    database.close()
    size = file.stat().st_size
    hashes = (_hash(written), _hash(restored))
    return BackedUp(kind, backup, restore, size, len(before), during, sending.refused, stored, hashes)


def _timed(*words: str, url: str) -> tuple[Taken, str]:
    began, used = time.monotonic(), _used()
    told = command(*words, environment={"MODERATION_DATABASE_URL": url})
    return Taken(time.monotonic() - began, _used() - used), told


def _used() -> float:
    """Seconds of a processor that ended processes took which were started here."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _hash(told: str) -> str:
    found = re.search(r"SHA-256 (\w+)", told)
    return found[1] if found else told


def main() -> int:
    """Run the proof, say what was found, and return 1 where something is missing or slow."""
    parser = argparse.ArgumentParser(prog="python -m tests.backups", description=__doc__)
    parser.add_argument("--comments", type=int, default=100_000, help="[default: %(default)s]")
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="backups-") as place,
        postgresql() as create,
        progress() as tell,
    ):
        found = prove(Path(place), create, asked.comments, tell)
    sys.stdout.write(f"{found.comments:,} comments.\n")
    for one in found.backups:
        sys.stdout.write(
            f"{one.kind}: backed up in {one.backup} into {one.size / 1e6:,.0f} MB, "
            f"restored elsewhere in {one.restore}. {one.before:,} comments were acknowledged just "
            f"before it began, {one.during:,} while it was written, "
            f"refused: {dict(one.refused) or 'none'}. "
            f"Rows are {'equal' if one.hashes[0] == one.hashes[1] else 'NOT EQUAL'}. {one.stored}\n"
        )
    sys.stdout.write(
        f"Moved from SQLite to PostgreSQL in {found.move}, each row found equal. {found.moved}\n"
    )
    return not found.is_good


if __name__ == "__main__":
    sys.exit(main())
