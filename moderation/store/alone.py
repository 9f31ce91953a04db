"""Let one process at a time do what must not be done twice at once on a database.

On PostgreSQL a connection holds an advisory lock, so that it counts for all machines; beside an SQLite
file, a file is locked. Either goes with the process, however that ends.
"""

import fcntl
import getpass
import os
import socket
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text

from moderation.refusal import Refusal
from moderation.store.engine import Database

# Any number, as long as nothing else in the database uses it for locks; beside it stands the task's.
_LOCKS = 5_160_217
# What PostgreSQL keeps of the name of who is connected.
_LONGEST_NAME = 63


class Busy(Refusal):
    """Somebody else is at it; the message says who, and since when."""

    def __init__(self, task: str, who: str) -> None:
        self.who = who
        super().__init__(f"Another {task} is at work on this database: {who}. Wait until it has ended")


@contextmanager
def alone(database: Database, task: str) -> Iterator[None]:
    """Be the only one who does the task on this database, or raise Busy."""
    if database.engine.dialect.name == "postgresql":
        with _advisory_lock(database, task):
            yield
    elif file := database.url.database:
        with _locked_file(Path(f"{file}.{task}"), task):
            yield
    else:
        # A database in memory is nobody else's.
        yield


@contextmanager
def _advisory_lock(database: Database, task: str) -> Iterator[None]:
    number = zlib.crc32(task.encode()) & 0x7FFF_FFFF
    given = {"locks": _LOCKS, "number": number}
    # A transaction that stays open would hold up the server's own tidying.
    with database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(
            text("SELECT set_config('application_name', :who, false)"), {"who": _who()[:_LONGEST_NAME]}
        )
        if not connection.scalar(text("SELECT pg_try_advisory_lock(:locks, :number)"), given):
            raise Busy(task, connection.scalar(text(_HOLDER), given) or "somebody who has just ended")
        try:
            yield
        finally:
            # The connection goes back into the pool, and would keep the lock.
            connection.execute(text("SELECT pg_advisory_unlock(:locks, :number)"), given)


_HOLDER = """
    SELECT application_name || ', since ' || to_char(query_start, 'YYYY-MM-DD HH24:MI:SS') || ' UTC'
    FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE locktype = 'advisory' AND granted AND classid = :locks AND objid = :number
    AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


@contextmanager
def _locked_file(path: Path, task: str) -> Iterator[None]:
    # It stays when the lock is gone: who removes it could remove one that is locked anew.
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise Busy(task, file.read() or "somebody who has just begun") from None
        file.truncate(0)
        file.write(f"{_who()}, since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC")
        file.flush()
        yield


def _who() -> str:
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # Containers know users by number only.
        user = f"user {os.getuid()}"
    return f"process {os.getpid()} of {user} on {socket.gethostname()}"
