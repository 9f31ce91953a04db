"""Open the database: the same promises on SQLite and on PostgreSQL.

A commit is on disk before it is acknowledged, and a writer takes its turn before it reads.
"""

import math
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import psycopg
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

from moderation.store import file
from moderation.store.line import Line
from moderation.store.together import Together
from moderation.store.write_ahead import WriteAheadLog

# Seconds a writer waits for the others before it gives up.
_WRITER_PATIENCE = 10.0
_PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    # In pages. A comment changes some 30 of them, mostly the same ones: copying them over less often, at
    # 16 MB, copies far less.
    "wal_autocheckpoint = 4000",
    # In bytes. What the log grew by while a backup read for long, it gives back.
    f"journal_size_limit = {48 * 1024**2}",
)
# Seconds for which a connection to PostgreSQL may rest before it is asked whether it still is one.
_SECONDS_TRUSTED = 1.0
_RESTS_SINCE = "rests_since"
# Seconds for a connection to PostgreSQL to come about.
_CONNECT_SECONDS = 2


T = TypeVar("T")


class Database:
    """One database, and the ways to work with it."""

    def __init__(self, url: str) -> None:
        """Prepare to connect to `url`; nothing is opened yet. Makes the folder of an SQLite file."""
        self.url = make_url(url)
        self.engine = _engine(self.url)
        # Each look-up stands for itself. On SQLite it does so anyway, as long as nobody begins.
        self._looker = self.engine
        if self.url.get_backend_name() == "postgresql":
            self._looker = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._reader = sessionmaker(self.engine, expire_on_commit=False)
        # SQLite lets a transaction that began by reading fail at its first write if another
        # wrote meanwhile, and no patience helps. So a writer says at once that it will write.
        self._writer = sessionmaker(self.engine.execution_options(writes=True), expire_on_commit=False)
        self._together = Together(self.writing, _WRITER_PATIENCE)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a session that only reads; it holds nobody up."""
        with self._reader() as session:
            yield session

    @contextmanager
    def looking_up(self) -> Iterator[Connection]:
        """Open a connection that only reads, for what every request needs: a session takes longer."""
        with self._looker.connect() as connection:
            yield connection

    @contextmanager
    def writing(self, *, patience: float | None = None) -> Iterator[Session]:
        """Open a session that may write. The caller commits; leaving without does nothing.

        With `patience`, waiting for others fails with OperationalError after so many seconds.
        """
        with self._writer() as session:
            if patience is not None:
                connection = session.connection(execution_options={"patience": patience})
                if self.engine.dialect.name == "postgresql":
                    connection.exec_driver_sql(f"SET LOCAL lock_timeout = {_milliseconds(patience)}")
            yield session

    def write(self, work: Callable[[Session], T], *, patience: float | None = None) -> T:
        """Do `work` in a session like `writing`, commit, and return what it returned.

        For what comes often: of an SQLite file, the threads of a process write together. So `work` may
        be done twice, the first time undone, and in another's thread.
        """
        if self.engine.dialect.name == "sqlite":
            return self._together.write(work, patience=patience)
        with self.writing(patience=patience) as session:
            result = work(session)
            session.commit()
        return result

    def close(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def is_there(url: str) -> bool:
    """Whether there is a file where the database is one: opening it would make it."""
    made = make_url(url)
    name = made.database if made.get_backend_name() == "sqlite" else None
    return name is None or Path(name).exists()


def _engine(url: URL) -> Engine:
    # Parameters are hidden in errors, because errors are logged and parameters are what readers wrote.
    if url.get_backend_name() == "sqlite":
        if url.database:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(
            url,
            connect_args={"timeout": _WRITER_PATIENCE},
            hide_parameters=True,
            json_serializer=_json,
            json_deserializer=msgspec.json.decode,
        )
        event.listen(engine, "connect", _set_up_sqlite)
        log = WriteAheadLog(Path(url.database or ""))
        event.listen(engine, "begin", partial(_begin_sqlite, line=Line(_WRITER_PATIENCE), log=log))
        if url.database:
            file.watch(engine, url.database)
        return engine
    # Python knows the years 1 to 9999; in another zone than UTC the first and last hours fall out.
    options = f"{url.query.get('options', '')} -c timezone=UTC"
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        # A server that does not answer must not keep those waiting who wait for us.
        connect_args={"options": options, "connect_timeout": _CONNECT_SECONDS},
        hide_parameters=True,
        json_serializer=_json,
        json_deserializer=msgspec.json.decode,
    )
    event.listen(engine, "checkout", _find_dead)
    event.listen(engine, "checkin", _note_rest)
    return engine


def _set_up_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    if not isinstance(connection, sqlite3.Connection):
        raise TypeError(f"expected the sqlite3 driver, got {type(connection).__name__}")
    # The driver's own notion of transactions would begin them late and quietly; ours begin below.
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection, line: Line, log: WriteAheadLog) -> None:
    if connection.get_execution_options().get("writes"):
        log.shorten(connection)
        line.begin(connection)
    else:
        connection.exec_driver_sql("BEGIN")


def _find_dead(connection: DBAPIConnection, entry: ConnectionPoolEntry, _proxy: object) -> None:
    """Ask a connection that rested whether it still is one, so that no comment has to find out."""
    rested = time.monotonic() - entry.info.get(_RESTS_SINCE, -math.inf)
    if rested < _SECONDS_TRUSTED:
        return
    if not isinstance(connection, psycopg.Connection):
        raise TypeError(f"expected the psycopg driver, got {type(connection).__name__}")
    try:
        connection.execute("")
        connection.rollback()
    except psycopg.Error:
        raise DisconnectionError from None


def _note_rest(_connection: DBAPIConnection | None, entry: ConnectionPoolEntry) -> None:
    entry.info[_RESTS_SINCE] = time.monotonic()


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1_000)


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
