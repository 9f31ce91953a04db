"""Let nothing of what was erased stay behind in the files of a database.

Databases mark what goes as free, and overwrite it some day.
"""

from sqlalchemy import text
from sqlalchemy.orm import Session

from moderation.store.engine import Database
from moderation.store.plans import is_postgresql
from moderation.store.search import INDEX
from moderation.store.tables import Base


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
    with database.writing() as session:
        overwrite(session)
        # A word that goes is only struck out there, until the parts of the index are put together.
        session.execute(text(f"INSERT INTO {INDEX}({INDEX}) VALUES ('optimize')"))  # noqa: S608
        session.commit()
    driver = database.engine.raw_connection()
    try:
        # Outside of any transaction.
        driver.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        driver.close()
