"""What commands open before they work: the settings, and a database at the right schema."""

from collections.abc import Iterator
from contextlib import contextmanager

from moderation import settings
from moderation.store import Database, check_schema


@contextmanager
def database() -> Iterator[Database]:
    """Open the database of the settings; raises SchemaOutdated when it needs an upgrade."""
    opened = Database(settings.read().where_data_lives())
    try:
        check_schema(opened)
        yield opened
    finally:
        opened.close()
