"""The writers of a process before an SQLite file: they stand in a line, and the first asks for its turn.

SQLite itself lets a writer sleep up to a tenth of a second before it asks again, so that some wait for
long while others pass by. Whoever stands first here asks again and again.
"""

import sqlite3
import threading
import time

from sqlalchemy import Connection

_SECONDS_BETWEEN_ASKING = 0.0005


class Line:
    """One for each database and process."""

    def __init__(self, patience: float) -> None:
        """Let writers wait so many seconds where they do not say for how long."""
        self._patience = patience
        self._first = threading.Lock()

    def begin(self, connection: Connection) -> None:
        """Begin a transaction that writes. Raises OperationalError when the writer's patience ends.

        The execution option `patience` says how many seconds it has.
        """
        patience = connection.get_execution_options().get("patience", self._patience)
        until = time.monotonic() + patience
        raw = connection.connection.driver_connection
        if not isinstance(raw, sqlite3.Connection):
            raise TypeError(f"expected the sqlite3 driver, got {type(raw).__name__}")
        raw.execute("PRAGMA busy_timeout = 0")
        try:
            if self._first.acquire(timeout=patience):
                try:
                    while not _begins(raw) and time.monotonic() < until:
                        time.sleep(_SECONDS_BETWEEN_ASKING)
                finally:
                    self._first.release()
            if not raw.in_transaction:
                # Says in SQLAlchemy's words what is in the way.
                connection.exec_driver_sql("BEGIN IMMEDIATE")
        finally:
            raw.execute(f"PRAGMA busy_timeout = {round(self._patience * 1_000)}")


def _begins(raw: sqlite3.Connection) -> bool:
    """Whether it need not be asked again: it has begun, or something else than others is in the way."""
    try:
        raw.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        return error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY
    return True
