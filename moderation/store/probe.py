"""Find out whether a database takes what is written to it: that it can be read does not tell."""

import shutil
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
from sqlalchemy import text
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from moderation.refusal import Refusal
from moderation.store.engine import Database
from moderation.store.migrate import SchemaOutdated, check_schema

# Whoever asks more often is told what was found before: asking must not become work for the disk.
_SECONDS_BETWEEN_LOOKS = 1.0
# Seconds to wait for other writers. Longer and it is they who write, so that writing works.
_PATIENCE = 1.0
# Bytes that must be free beside an SQLite file: what is written to find out may still find room where a
# comment does not.
_LEAST_FREE = 1024**2


class DiskFull(Refusal):
    """There is no room for comments."""

    def __init__(self) -> None:
        super().__init__("The disk that has the database is full.")


_Found = DiskFull | SchemaOutdated | SQLAlchemyError | None


class Probe:
    """Whether comments can be stored in a database, found out at most once a second."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Prepare; nothing is asked yet."""
        self._database = database
        self._clock = clock
        self._looking = threading.Lock()
        self._looked_at = -_SECONDS_BETWEEN_LOOKS
        self._found: _Found = None

    def check(self) -> None:
        """Raise SchemaOutdated where it needs an upgrade, DiskFull, or any SQLAlchemyError."""
        with self._looking:
            if self._clock() - self._looked_at >= _SECONDS_BETWEEN_LOOKS:
                self._found = self._look()
                self._looked_at = self._clock()
            found = self._found
        if found:
            raise found

    def _look(self) -> _Found:
        try:
            check_schema(self._database)
            self._check_room()
            self._write()
        except OperationalError as error:
            return None if _is_busy(error) else error
        except (DiskFull, SchemaOutdated, SQLAlchemyError) as error:
            return error
        return None

    def _check_room(self) -> None:
        file = self._database.url.database
        if self._database.engine.dialect.name != "sqlite" or not file or not Path(file).exists():
            return
        if shutil.disk_usage(Path(file).parent).free < _LEAST_FREE:
            raise DiskFull

    def _write(self) -> None:
        """Write and commit what changes nothing that anybody reads."""
        with self._database.writing(patience=_PATIENCE) as session:
            if self._database.engine.dialect.name == "sqlite":
                # A number that is the application's own. Rows are not written that stay as they are.
                number = session.scalar(text("PRAGMA user_version")) or 0
                session.execute(text(f"PRAGMA user_version = {(number + 1) % 1_000}"))
            else:
                session.execute(text("UPDATE alembic_version SET version_num = version_num"))
            session.commit()


def _is_busy(error: OperationalError) -> bool:
    original = error.orig
    if isinstance(original, sqlite3.Error):
        # Errors that are not SQLite's own have no code.
        return getattr(original, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY
    return isinstance(original, psycopg.errors.LockNotAvailable)
