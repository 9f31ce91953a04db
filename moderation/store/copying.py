"""Copy a whole database into another, of either kind, and prove that both hold the same.

Rows go through the types of the tables, so that what comes out on SQLite is what went in on PostgreSQL,
and the other way round. Each table's rows are hashed as they are read, and once more as they arrived.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, LargeBinary, Row, Table, delete, func, insert, select

from moderation.refusal import Refusal
from moderation.store import search
from moderation.store.engine import Database
from moderation.store.migrate import check_schema, upgrade
from moderation.store.tables import Base

Tell = Callable[[str, int, int], None]

_ROWS_AT_ONCE = 1_000
# What the migrations themselves put into a fresh database.
_SEEDED = frozenset({"model_groups"})


class NotEmpty(Refusal):
    """There is something where a whole database should go."""

    def __init__(self, shown: str, table: str) -> None:
        super().__init__(f"{shown} is not empty (it has {table}): nothing was changed. Name a new one")


class CopyDiffers(Refusal):
    """What arrived is not what was sent; nothing was kept of it."""

    def __init__(self, table: str) -> None:
        super().__init__(f"The copy of {table} differs from what was copied, so nothing was kept of it")


class Copied(NamedTuple):
    """What was copied and found equal."""

    tables: int
    rows: int
    # SHA-256 over all rows of all tables.
    sha256: str


class _Read(NamedTuple):
    rows: int
    sha256: str


def copy(source: Database, target: Database, tell: Tell) -> Copied:
    """Copy every row of `source`, as of one moment, into `target`, which is made and must be empty.

    All of it or nothing. `source` goes on serving; what is written to it meanwhile is not copied.
    Raises SchemaOutdated, NotEmpty and CopyDiffers.
    """
    check_schema(source)
    upgrade(target)
    tables = Base.metadata.sorted_tables
    writer = target.engine.execution_options(writes=True)
    with _at_one_moment(source) as reading, writer.begin() as writing:
        _check_empty(writing, target, tables)
        # Filled at the end, in one go: row by row takes twice as long.
        search.take_down(writing)
        for table in tables:
            writing.execute(delete(table))
        found = [_copy(reading, writing, table, tell) for table in tables]
        count_on(writing, tables)
        search.set_up(writing)
    whole = hashlib.sha256("".join(one.sha256 for one in found).encode())
    return Copied(len(tables), sum(one.rows for one in found), whole.hexdigest())


def _copy(reading: Connection, writing: Connection, table: Table, tell: Tell) -> _Read:
    total = reading.scalar(select(func.count()).select_from(table)) or 0
    sent, arrived = _Sum(), _Sum()
    tell(table.name, 0, total)
    for rows in _batches(reading, table):
        for row in rows:
            sent.add(row)
        writing.execute(insert(table), [dict(row._mapping) for row in rows])  # noqa: SLF001 - its name
        tell(table.name, sent.rows, total)
    for rows in _batches(writing, table):
        for row in rows:
            arrived.add(row)
    if (arrived.rows, arrived.sha256) != (sent.rows, sent.sha256):
        raise CopyDiffers(table.name)
    return _Read(sent.rows, sent.sha256)


class _Sum:
    """The hashes of rows added up: the same in whatever order a database gives its rows."""

    def __init__(self) -> None:
        self.rows = 0
        self._sum = 0

    def add(self, row: Row[Any]) -> None:
        written = msgspec.json.encode(list(row), order="deterministic")
        self._sum += int.from_bytes(hashlib.sha256(written).digest())
        self.rows += 1

    @property
    def sha256(self) -> str:
        return f"{self._sum % 2**256:064x}"


def _batches(connection: Connection, table: Table) -> Iterator[Sequence[Row[Any]]]:
    # Of a model, a single row can take tens of megabytes.
    is_large = any(isinstance(column.type, LargeBinary) for column in table.columns)
    # By the primary key: rows that refer to others of their table come after them.
    rows = select(table).order_by(*table.primary_key)
    return connection.execute(
        rows, execution_options={"yield_per": 1 if is_large else _ROWS_AT_ONCE}
    ).partitions()


@contextmanager
def _at_one_moment(source: Database) -> Iterator[Connection]:
    engine = source.engine
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    # On SQLite every transaction sees one moment.
    with engine.connect() as connection, connection.begin():
        yield connection


def _check_empty(writing: Connection, target: Database, tables: list[Table]) -> None:
    for table in tables:
        if table.name not in _SEEDED and writing.execute(select(table).limit(1)).first():
            raise NotEmpty(target.url.render_as_string(hide_password=True), table.name)


def count_on(writing: Connection, tables: list[Table]) -> None:
    """Let PostgreSQL number new rows from where those end that are there; SQLite does by itself."""
    if writing.dialect.name != "postgresql":
        return
    for table in tables:
        for column in table.primary_key:
            if column is table.autoincrement_column:
                highest = select(func.max(column)).scalar_subquery()
                counter = func.pg_get_serial_sequence(table.name, column.name)
                writing.execute(select(func.setval(counter, highest)).where(highest.is_not(None)))
