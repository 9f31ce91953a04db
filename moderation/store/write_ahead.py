"""Keep SQLite's write-ahead log short while it is read without a pause.

SQLite begins its log anew only at a moment when nobody reads it. Where pages are asked for all the time
there is no such moment, and the log grows for as long as the service runs.
"""

import os
import sqlite3
import threading
import time
from pathlib import Path

from sqlalchemy import Connection

LONGEST = 32 * 1024**2
"""Bytes beyond which it is begun anew."""

_SECONDS_BETWEEN_TRIES = 1.0
# Milliseconds for those who read it to end; writers wait meanwhile. Who reads for longer, such as a
# backup, is let be until the next try.
_PATIENCE = 200


class WriteAheadLog:
    """One for each database and process."""

    def __init__(self, database: Path, *, longest: int = LONGEST) -> None:
        """Bound the log of the database in this file."""
        self._file = Path(f"{database}-wal")
        self._longest = longest
        self._trying = threading.Lock()
        self._tried_at = -_SECONDS_BETWEEN_TRIES

    def shorten(self, connection: Connection) -> None:
        """Begin the log anew if it is long, on a connection that is in no transaction."""
        if self._bytes() <= self._longest or not self._trying.acquire(blocking=False):
            return
        try:
            raw = connection.connection.driver_connection
            is_time = time.monotonic() - self._tried_at >= _SECONDS_BETWEEN_TRIES
            if is_time and isinstance(raw, sqlite3.Connection):
                (before,) = raw.execute("PRAGMA busy_timeout").fetchone()
                raw.execute(f"PRAGMA busy_timeout = {_PATIENCE}")
                try:
                    # Who begins to read from now on reads the database itself, and waits for nobody.
                    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
                finally:
                    raw.execute(f"PRAGMA busy_timeout = {before}")
                    self._tried_at = time.monotonic()
        finally:
            self._trying.release()

    def _bytes(self) -> int:
        try:
            return os.stat(self._file).st_size  # noqa: PTH116 - before every transaction that writes
        except OSError:
            return 0
