"""Say which index is not worth using. PostgreSQL knows its rows; SQLite guesses, and guesses wrong."""

from typing import Any, TypeVar

from sqlalchemy import ColumnElement
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

T = TypeVar("T")


class Unindexed(FunctionElement[T]):
    """A column, in a condition for which SQLite shall leave its index aside."""

    inherit_cache = True

    def __init__(self, column: InstrumentedAttribute[T] | ColumnElement[T]) -> None:
        self.type = column.type
        super().__init__(column)


@compiles(Unindexed)
def _as_it_is(element: Unindexed[Any], compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.clauses.clauses[0], **options)


@compiles(Unindexed, "sqlite")
def _with_a_plus(element: Unindexed[Any], compiler: SQLCompiler, **options: Any) -> str:
    # SQLite's own way to say it: the value is the same, and no index is on it.
    return "+" + _as_it_is(element, compiler, **options)
