"""The index of words in comments: FTS5 on SQLite, a GIN index on PostgreSQL.

It is not among the tables, because each database has its own kind. On SQLite, triggers keep it; an
altered table loses its triggers, so that they are made anew after each upgrade.
"""

from sqlalchemy import Connection, inspect, text

SEARCHED = (
    "text",
    "author_name",
    "author_email",
    "author_url",
    "author_ip",
    "page_title",
    "page_url",
    "external_id",
)
"""The columns of comments in which words are looked for."""

INDEX = "comments_search"
"""What the index is called: on SQLite a table, with the number of the comment as rowid."""

# PostgreSQL takes addresses for words of their own; both databases shall find what stands in them.
_BETWEEN_WORDS = """@./_:-?&=#%+~,;!"'()[]<>*|\\"""

BETWEEN_WORDS = dict.fromkeys(map(ord, _BETWEEN_WORDS), " ")
"""For str.translate: a question must know no other words than what PostgreSQL indexed."""

_TRIGGERS = ("comments_search_insert", "comments_search_delete", "comments_search_update")


def set_up(connection: Connection) -> None:
    """Make what is missing of the index, and fill it where it is new."""
    if connection.dialect.name == "postgresql":
        connection.execute(
            text(f"CREATE INDEX IF NOT EXISTS {INDEX} ON comments USING gin ({words_on_postgresql()})")
        )
        return
    columns = ", ".join(SEARCHED)
    is_new = not inspect(connection).has_table(INDEX)
    connection.execute(
        text(
            f"CREATE VIRTUAL TABLE IF NOT EXISTS {INDEX} USING fts5({columns}, content='comments', "
            "content_rowid='id', tokenize='unicode61 remove_diacritics 2')"
        )
    )
    new, old = (", ".join(f"{row}.{column}" for column in SEARCHED) for row in ("new", "old"))
    add = f"INSERT INTO {INDEX}(rowid, {columns}) VALUES (new.id, {new});"  # noqa: S608
    remove = f"INSERT INTO {INDEX}({INDEX}, rowid, {columns}) VALUES ('delete', old.id, {old});"  # noqa: S608
    for name, event, act in zip(
        _TRIGGERS,
        ("INSERT", "DELETE", f"UPDATE OF {columns}"),
        (add, remove, remove + add),
        strict=True,
    ):
        connection.execute(
            text(f"CREATE TRIGGER IF NOT EXISTS {name} AFTER {event} ON comments BEGIN {act} END")
        )
    if is_new:
        connection.execute(text(f"INSERT INTO {INDEX}({INDEX}) VALUES ('rebuild')"))  # noqa: S608


def take_down(connection: Connection) -> None:
    """Remove the index; a database of an older version has none."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"DROP INDEX IF EXISTS {INDEX}"))
        return
    for name in _TRIGGERS:
        connection.execute(text(f"DROP TRIGGER IF EXISTS {name}"))
    connection.execute(text(f"DROP TABLE IF EXISTS {INDEX}"))


def is_of_the_index(name: str | None) -> bool:
    """Whether a table or an index belongs to the index of words, of which the tables know nothing."""
    return name is not None and name.startswith(INDEX)


def words_on_postgresql() -> str:
    """Return what PostgreSQL indexes: a query must name the same expression."""
    columns = " || ' ' || ".join(f"coalesce(comments.{column}, '')" for column in SEARCHED)
    marks = _BETWEEN_WORDS.replace("'", "''")
    blanks = " " * len(_BETWEEN_WORDS)
    return f"to_tsvector('simple'::regconfig, translate({columns}, '{marks}', '{blanks}'))"
