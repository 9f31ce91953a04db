"""Let nothing of what was erased stay behind in the files of a database.

Databases mark what goes as free, and overwrite it some day.
"""

from sqlalchemy import text
from sqlalchemy.orm import Session

from moderation.store.engine import Database
from moderation.store.plans import is_postgresql
from moderation.store.search import INDEX
from moderation.store.tables import Base

_CHANGES = text("SELECT total_changes()")
# Of the index of words, how many are written in a transaction.
_PAGES = 500


def overwrite(session: Session) -> None:
    """Let SQLite overwrite at once what goes in this session; PostgreSQL does when it is vacuumed."""
    if not is_postgresql(session):
        session.execute(text("PRAGMA secure_delete = ON"))


def scrub(database: Database) -> None:
    """Overwrite what is left of erased rows and words. Takes as long as the database is large.

    Where others read meanwhile, what they still look at goes later, by itself.
    """
    if database.engine.dialect.name == "postgresql":
        tables = ", ".join(table.name for table in Base.metadata.sorted_tables)
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f"VACUUM {tables}"))
        return
    # A word that goes is only struck out there, until the parts of the index are put together: in steps,
    # because others wait for each of them. The first begins anew, the others go on.
    pages = -_PAGES
    while _merge(database, pages):
        pages = _PAGES
    driver = database.engine.raw_connection()
    try:
        # Outside of any transaction.
        driver.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        driver.close()


def _merge(database: Database, pages: int) -> bool:
    """Put so many pages of the parts of SQLite's index together; return whether there was something."""
    merge = text(f"INSERT INTO {INDEX}({INDEX}, rank) VALUES ('merge', :pages)")  # noqa: S608
    with database.writing() as session:
        overwrite(session)
        before = session.scalar(_CHANGES)
        session.execute(merge, {"pages": pages})
        changed: int = session.scalar(_CHANGES) - before
        session.commit()
    # As SQLite's documentation says it: the statement itself is one change.
    return changed > 1
