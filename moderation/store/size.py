"""How much room the data takes."""

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from moderation.store.plans import is_postgresql

_OF_SQLITE = text("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")


def size(session: Session) -> int:
    """Return the bytes of the database, without what is still in SQLite's write-ahead log."""
    if is_postgresql(session):
        return session.scalar(select(func.pg_database_size(func.current_database()))) or 0
    return session.scalar(_OF_SQLITE) or 0
