"""Fill every table with made-up rows, so that a new table or column is tried without a word about it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Float,
    Integer,
    LargeBinary,
    String,
    Table,
    delete,
    insert,
)

from moderation.store.columns import Moment, Word, Words
from moderation.store.tables import Base

ROWS = 3
# What one kind of database likes to change: case, blanks, signs beyond 16 bits, dates far away.
_HOSTILE = ("'; DROP TABLE comments; -- ", "  Çéß 👩‍👩‍👧‍👦 \u202e\u200b", "x\r\n\t\x7f\ufffd“”")
_MOMENTS = (
    datetime(1, 1, 1, tzinfo=UTC),
    datetime(2026, 10, 25, 1, 30, 0, 123_456, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
)


def fill(connection: Connection) -> None:
    """Put ROWS rows into each table, in place of what a fresh database has."""
    made: dict[str, list[dict[str, Any]]] = {}
    for table in Base.metadata.sorted_tables:
        connection.execute(delete(table))
        made[table.name] = [
            {column.name: _value(column, number, made) for column in table.columns}
            for number in range(1, ROWS + 1)
        ]
        connection.execute(insert(table), made[table.name])


def _value(column: Column[Any], number: int, made: dict[str, list[dict[str, Any]]]) -> Any:
    for key in column.foreign_keys:
        if key.column.table.name != column.table.name:
            return made[key.column.table.name][number - 1][key.column.name]
        # To itself, or to an earlier row.
        return max(1, number - 1)
    if column.nullable and number == ROWS:
        return None
    return _of_type(column, number)


def _of_type(column: Column[Any], number: int) -> Any:
    for kind, make in _MAKERS.items():
        if isinstance(column.type, kind):
            return make(column.type, number)
    raise TypeError(f"{column} has a type of which nothing is known here: {column.type}")


# The first that fits counts: a BigInteger is an Integer as well.
_MAKERS: dict[type, Callable[[Any, int], Any]] = {
    Moment: lambda _, number: _MOMENTS[number - 1],
    Word: lambda kind, number: list(kind.kind)[number % len(kind.kind)],
    Words: lambda kind, number: tuple(kind.kind)[:number],
    JSON: lambda _, number: {"b": 0.1, "a": [number, None, _HOSTILE[1]]},
    Boolean: lambda _, number: number % 2 == 0,
    BigInteger: lambda _, number: number * 2**60,
    Integer: lambda _, number: number,
    Float: lambda _, number: number / 3,
    LargeBinary: lambda _, number: bytes(range(256)) * number,
    String: lambda kind, number: f"{number}{_HOSTILE[number - 1]}"[: kind.length],
}


def rows(connection: Connection) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that is stored."""
    return {table.name: _rows(connection, table) for table in Base.metadata.sorted_tables}


def _rows(connection: Connection, table: Table) -> list[tuple[Any, ...]]:
    return sorted((tuple(row) for row in connection.execute(table.select())), key=repr)
