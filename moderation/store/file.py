"""Notice that the file of an SQLite database was removed or replaced while it is open.

SQLite goes on writing into a file that has no name any more, and what is written there goes with the
last process that has it open. So before each transaction it is looked whether the file is still the one
that was opened. A file that is gone is not made anew: an empty database is no answer to a lost one.
"""

import os
import sqlite3
from pathlib import Path

from sqlalchemy import Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry

# What tells a file from its successor; nothing where there is no file.
_Identity = tuple[int, int] | None


def watch(engine: Engine, file: str) -> None:
    """Let connections of `engine` be to the file that has this name, and to no other."""
    watched = _Watched(Path(file))
    event.listen(engine, "do_connect", watched.before_connecting)
    event.listen(engine, "connect", watched.connected)
    event.listen(engine, "checkout", watched.before_use)


class _Watched:
    """A file that connections are opened to."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._was_there = False

    def before_connecting(self, *_: object) -> None:
        """Refuse to make a file that was there before."""
        if self._was_there and self._identity() is None:
            raise self._gone()

    def connected(self, _connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
        """Keep which file a connection is to."""
        opened = entry.info[_Watched] = self._identity()
        self._was_there = self._was_there or opened is not None

    def before_use(
        self, _connection: DBAPIConnection, entry: ConnectionPoolEntry, _proxy: object
    ) -> None:
        """Give up a connection to a file that was replaced; the pool opens the new one then."""
        opened = entry.info[_Watched]
        if opened is None:
            # In memory, or a URI of SQLite's own.
            return
        found = self._identity()
        if found is None:
            raise self._gone()
        if found != opened:
            raise DisconnectionError("the file was replaced")

    def _identity(self) -> _Identity:
        try:
            status = os.stat(self._file)  # noqa: PTH116 - before every transaction, and a third quicker
        except OSError:
            return None
        return status.st_dev, status.st_ino

    def _gone(self) -> sqlite3.OperationalError:
        return sqlite3.OperationalError(f"{self._file} was removed: put it back, or restore a backup")
