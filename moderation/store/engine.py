"""Open the database: the same promises on SQLite and on PostgreSQL.

A commit is on disk before it is acknowledged, and a writer takes its turn before it reads.
"""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

from moderation.store import file

# Seconds a writer waits for the others before it gives up.
_WRITER_PATIENCE = 10.0
_SECONDS_BETWEEN_ASKING = 0.0005
# In bytes.
_LARGEST_LOG = 32 * 1024**2
# Seconds for a connection to PostgreSQL to come about.
_CONNECT_SECONDS = 2


class Database:
    """One database, and the two ways to work with it."""

    def __init__(self, url: str) -> None:
        """Prepare to connect to `url`; nothing is opened yet. Makes the folder of an SQLite file."""
        self.url = make_url(url)
        self.engine = _engine(self.url)
        # SQLite lets a transaction that began by reading fail at its first write if another
        # wrote meanwhile, and no patience helps. So a writer says at once that it will write.
        self._reader = sessionmaker(self.engine, expire_on_commit=False)
        self._writer = sessionmaker(self.engine.execution_options(writes=True), expire_on_commit=False)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a session that only reads; it holds nobody up."""
        with self._reader() as session:
            yield session

    @contextmanager
    def looking_up(self) -> Iterator[Connection]:
        """Open a connection that only reads, for what every request needs: a session takes longer."""
        with self.engine.connect() as connection:
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

    def close(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def is_there(url: str) -> bool:
    """Whether there is a file where the database is one: opening it would make it."""
    made = make_url(url)
    file = made.database if made.get_backend_name() == "sqlite" else None
    return file is None or Path(file).exists()


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
        event.listen(engine, "begin", partial(_begin_sqlite, line=_Line()))
        if url.database:
            file.watch(engine, url.database)
        return engine
    # Python knows the years 1 to 9999; in another zone than UTC the first and last hours fall out.
    options = f"{url.query.get('options', '')} -c timezone=UTC"
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        # A server that does not answer must not keep those waiting who wait for us.
        connect_args={"options": options, "connect_timeout": _CONNECT_SECONDS},
        pool_pre_ping=True,
        hide_parameters=True,
        json_serializer=_json,
        json_deserializer=msgspec.json.decode,
    )


def _set_up_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    if not isinstance(connection, sqlite3.Connection):
        raise TypeError(f"expected the sqlite3 driver, got {type(connection).__name__}")
    # The driver's own notion of transactions would begin them late and quietly; ours begin below.
    connection.isolation_level = None
    for pragma in (
        *("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"),
        # What the log grew by while a backup read for long, it gives back.
        f"journal_size_limit = {_LARGEST_LOG}",
    ):
        connection.execute(f"PRAGMA {pragma}")


class _Line:
    """The writers of a process before an SQLite file: one of them at a time asks for its turn.

    SQLite itself lets a writer sleep up to a tenth of a second before it asks again, so that some wait
    for long while others pass by. Here the first in the line asks again and again.
    """

    def __init__(self) -> None:
        self._first = threading.Lock()

    def begin(self, connection: Connection) -> None:
        """Begin a transaction that writes, or raise OperationalError when patience is at its end."""
        patience = connection.get_execution_options().get("patience", _WRITER_PATIENCE)
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
                connection.exec_driver_sql("BEGIN IMMEDIATE")
        finally:
            raw.execute(f"PRAGMA busy_timeout = {_milliseconds(_WRITER_PATIENCE)}")


def _begins(raw: sqlite3.Connection) -> bool:
    try:
        raw.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        # Whatever else is wrong is told by trying once more.
        return error.sqlite_errorcode != sqlite3.SQLITE_BUSY
    return True


def _begin_sqlite(connection: Connection, line: _Line) -> None:
    if connection.get_execution_options().get("writes"):
        line.begin(connection)
    else:
        connection.exec_driver_sql("BEGIN")


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1_000)


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
