"""Open the database: the same promises on SQLite and on PostgreSQL.

A commit is on disk before it is acknowledged, and a writer takes its turn before it reads.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

from moderation.store import file

# Seconds a writer waits for the others before it gives up.
_WRITER_PATIENCE = 10.0
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
        self._writer = sessionmaker(
            self.engine.execution_options(begin="BEGIN IMMEDIATE"), expire_on_commit=False
        )

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a session that only reads; it holds nobody up."""
        with self._reader() as session:
            yield session

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
        engine = create_engine(url, connect_args={"timeout": _WRITER_PATIENCE}, hide_parameters=True)
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
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
    )


def _set_up_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    if not isinstance(connection, sqlite3.Connection):
        raise TypeError(f"expected the sqlite3 driver, got {type(connection).__name__}")
    # The driver's own notion of transactions would begin them late and quietly; ours begin below.
    connection.isolation_level = None
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    # Set anew for each transaction, as connections are used again.
    patience = _milliseconds(options.get("patience", _WRITER_PATIENCE))
    connection.exec_driver_sql(f"PRAGMA busy_timeout = {patience}")
    connection.exec_driver_sql(options.get("begin", "BEGIN"))


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1_000)
