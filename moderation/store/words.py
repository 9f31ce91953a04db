"""Ask the index of words, on either database. Whatever somebody types is a question, and no error."""

import re
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, literal_column, not_
from sqlalchemy import table as named

from moderation.store import search

INDEX = named(search.INDEX)
"""The index on SQLite, to be joined by its rowid."""

ROWID: ColumnElement[int] = literal_column(f"{search.INDEX}.rowid")

# A phrase in quotes or a word; a minus before it excludes, and a star behind it stands for any end.
_TERM = re.compile(r"""(?P<minus>-?)(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"*]+))(?P<star>\*?)""")


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that a text shall say, or shall not."""

    words: str
    is_excluded: bool = False
    is_prefix: bool = False


def terms(asked: str) -> tuple[Term, ...]:
    """Read what somebody typed. What holds no letter and no digit asks for nothing."""
    return tuple(
        Term(words, is_excluded=bool(one["minus"]), is_prefix=bool(one["star"]))
        for one in _TERM.finditer(asked.replace("\0", " "))
        if any(map(str.isalnum, words := one["phrase"] or one["word"] or ""))
    )


def on_sqlite(asked: tuple[Term, ...]) -> ColumnElement[bool]:
    """Return the condition on INDEX. One term at least must not be excluded."""
    wanted = " AND ".join(_for_sqlite(term) for term in asked if not term.is_excluded)
    excluded = " OR ".join(_for_sqlite(term) for term in asked if term.is_excluded)
    return _matches(f"({wanted}) NOT ({excluded})" if excluded else wanted)


def without_on_sqlite(asked: tuple[Term, ...]) -> ColumnElement[bool]:
    """Return the condition on INDEX that a text says one of what is excluded."""
    return _matches(" OR ".join(map(_for_sqlite, asked)))


def on_postgresql(asked: tuple[Term, ...]) -> ColumnElement[bool]:
    """Return the condition on comments."""
    indexed: ColumnElement[str] = literal_column(search.words_on_postgresql())
    found = [(indexed.bool_op("@@")(_for_postgresql(term)), term.is_excluded) for term in asked]
    return and_(*(not_(matches) if is_excluded else matches for matches, is_excluded in found))


def _matches(question: str) -> ColumnElement[bool]:
    return literal_column(search.INDEX).bool_op("MATCH")(question)


def _for_sqlite(term: Term) -> str:
    # Within quotes nothing has a meaning, and there are no quotes within.
    return f'"{term.words}"' + (" *" if term.is_prefix else "")


def _for_postgresql(term: Term) -> ColumnElement[str]:
    # Quotes and backslashes are among what stands between words.
    words = term.words.translate(search.BETWEEN_WORDS)
    return func.to_tsquery(
        literal_column("'simple'::regconfig"), f"'{words}'" + (":*" if term.is_prefix else "")
    )
