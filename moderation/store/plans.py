"""Help databases to plan what they are asked.

SQLite knows nothing of its rows and guesses which index helps, wrongly at times. PostgreSQL knows, but
makes one plan for a question that it was asked before with other words: one that was good for a common
word reads every comment in search of a rare one.
"""

from typing import Any, TypeVar

from sqlalchemy import ColumnElement, text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

T = TypeVar("T")

_PLANNING = "planning anew"
# Until the transaction ends.
_SETTINGS = text(
    "SELECT set_config('plan_cache_mode', 'force_custom_plan', true),"
    " set_config('enable_seqscan', 'off', true),"
    " set_config('cpu_operator_cost', '0.025', true)"
)


def plan_anew(session: Session) -> None:
    """Let PostgreSQL plan what is asked in this transaction for the very values that are asked for.

    And let it read an index rather than a table: that taking apart a text takes long, it does not know.
    It is told to reckon with ten times of what it thinks; else the rows that it sampled last decide
    whether it takes apart every text in search of a word that is in none.
    """
    session.connection()
    transaction = session.get_transaction()
    if is_postgresql(session) and session.info.get(_PLANNING) is not transaction:
        session.execute(_SETTINGS)
        session.info[_PLANNING] = transaction


def is_postgresql(session: Session) -> bool:
    """Whether the database is PostgreSQL; else it is SQLite."""
    return session.get_bind().dialect.name == "postgresql"


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
