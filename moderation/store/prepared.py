"""Statements that every comment needs: made into SQL once for each kind of database, not each time.

SQLAlchemy takes several times as long to prepare a statement as SQLite does to run it.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from itertools import chain
from typing import Any, NamedTuple, cast

import psycopg
from sqlalchemy import Connection, Dialect, Executable, Table, insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase

_Convert = Callable[[Any], Any]


class _Compiled(NamedTuple):
    """What the driver is given."""

    sql: str
    # The parameters in the order in which the driver wants them; None where it wants their names.
    order: tuple[str, ...] | None
    # Those that the statement itself holds, as the driver takes them.
    constants: Mapping[str, Any]
    converts: Mapping[str, _Convert]

    def arguments(self, given: Mapping[str, Any]) -> Any:
        if self.constants or self.converts:
            given = {**self.constants, **given}
            for name, convert in self.converts.items():
                given[name] = convert(given[name])
        return given if self.order is None else [given[name] for name in self.order]

    def of_rows(self, every: Sequence[Mapping[str, Any]]) -> tuple[str, Any]:
        """Return an INSERT with places for so many rows, and what is put there."""
        head, values, places = self.sql.rpartition(" VALUES ")
        arguments = list(map(self.arguments, every))
        if self.order is not None:
            return self.sql + f", {places}" * (len(every) - 1), list(chain(*arguments))
        numbered = ", ".join(places.replace("%(", f"%({row}_") for row in range(len(every)))
        named = {f"{row}_{name}": one for row, of in enumerate(arguments) for name, one in of.items()}
        return head + values + numbered, named


class Prepared:
    """One statement. Its parameters are of the types of their columns; what it returns is the driver's.

    So columns of words, moments and JSON come back as text, or as what the driver makes of them.
    """

    def __init__(
        self, statement: Executable | Mapping[str, Executable], *, sets: Iterable[str] = ()
    ) -> None:
        """Take a statement with named parameters, or one for each kind of database.

        Of an INSERT, take the columns that it `sets`.
        """
        self._statement = statement
        self._sets = list(sets) or None
        self._compiled: dict[str, _Compiled] = {}

    @classmethod
    def insert(cls, table: type[DeclarativeBase]) -> "Prepared":
        """Insert a row with all its columns but the number."""
        of_table = cast(Table, table.__table__)
        return cls(insert(of_table), sets=_columns(of_table))

    @classmethod
    def insert_unless_there(
        cls, table: type[DeclarativeBase], key: Sequence[str], *, besides: Collection[str] = ()
    ) -> "Prepared":
        """Insert a row with all its columns but the number and those `besides`, and return its number.

        Where another row has the same `key`, which is unique, do nothing and return nothing.
        """
        of_table = cast(Table, table.__table__)
        kinds = {
            name: kind(of_table).on_conflict_do_nothing(index_elements=key).returning(of_table.c.id)
            for name, kind in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
        }
        return cls(kinds, sets=_columns(of_table, besides))

    def run(self, connection: Connection, given: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Run it with these parameters, and return the rows."""
        compiled = self.compiled(connection.dialect)
        with _Cursor(connection) as cursor:
            cursor.execute(compiled.sql, compiled.arguments(given))
            return list(cursor.fetchall()) if cursor.description else []

    def first(self, connection: Connection, given: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """Run it, and return its first row, or None where there is none."""
        rows = self.run(connection, given)
        return rows[0] if rows else None

    def compiled(self, dialect: Dialect) -> _Compiled:
        """Return what the driver of such a database is given."""
        found = self._compiled.get(dialect.name)
        if found is None:
            # Two threads may both do it, and come to the same.
            found = self._compiled[dialect.name] = self._compile(dialect)
        return found

    def _compile(self, dialect: Dialect) -> _Compiled:
        statement: Any = self._statement
        if isinstance(statement, Mapping):
            statement = statement[dialect.name]
        compiled = statement.compile(dialect=dialect, column_keys=self._sets)
        constants: dict[str, Any] = {}
        converts: dict[str, _Convert] = {}
        for bind, name in compiled.bind_names.items():
            convert = bind.type.dialect_impl(dialect).bind_processor(dialect)
            if not bind.required:
                constants[name] = convert(bind.value) if convert else bind.value
            elif convert:
                converts[name] = convert
        order = tuple(compiled.positiontup) if compiled.positional else None
        return _Compiled(str(compiled), order, constants, converts)


def ask_together(
    connection: Connection, *asked: tuple[Prepared, Mapping[str, Any]]
) -> list[list[tuple[Any, ...]]]:
    """Run several and return the rows of each. PostgreSQL is sent all of them at once."""
    pipeline = _pipeline(connection)
    if pipeline is None:
        return [one.run(connection, given) for one, given in asked]
    with ExitStack() as opened, pipeline:
        cursors = [opened.enter_context(_Cursor(connection)) for _ in asked]
        for cursor, (one, given) in zip(cursors, asked, strict=True):
            compiled = one.compiled(connection.dialect)
            cursor.execute(compiled.sql, compiled.arguments(given))
        return [list(cursor.fetchall()) for cursor in cursors]


def put_together(connection: Connection, *asked: tuple[Prepared, Sequence[Mapping[str, Any]]]) -> None:
    """Insert rows, all of a table in one statement. PostgreSQL is sent all statements at once.

    Each statement costs more than a row. On SQLite, the driver also lets other threads of the process go
    first between two, while other processes wait for this transaction to end.
    """
    with _Cursor(connection) as cursor, _pipeline(connection) or nullcontext():
        for one, every in asked:
            if every:
                cursor.execute(*one.compiled(connection.dialect).of_rows(every))


def _pipeline(connection: Connection) -> AbstractContextManager[Any] | None:
    raw = connection.connection.driver_connection
    return raw.pipeline() if isinstance(raw, psycopg.Connection) else None


class _Cursor:
    """The driver's cursor. What goes wrong is raised as SQLAlchemy does, without what readers wrote."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def __enter__(self) -> DBAPICursor:
        self._cursor = self._connection.connection.cursor()
        return self._cursor

    def __exit__(self, _kind: object, error: BaseException | None, _traceback: object) -> None:
        self._cursor.close()
        dialect = self._connection.dialect
        if not isinstance(error, dialect.loaded_dbapi.Error):
            return
        # A connection that is dead is given up.
        if dialect.is_disconnect(error, self._connection.connection.dbapi_connection, None):
            self._connection.invalidate(error)
        raise DBAPIError.instance(
            None, None, error, dialect.loaded_dbapi.Error, hide_parameters=True, dialect=dialect
        ) from error


def _columns(table: Table, besides: Collection[str] = ()) -> list[str]:
    return [one.name for one in table.columns if one.name not in {*besides, "id"}]
