"""Where everything is kept: typed tables, the two kinds of database, and their migrations."""

from moderation.store.engine import Database, is_there
from moderation.store.migrate import SchemaOutdated, check_schema, upgrade

__all__ = ["Database", "SchemaOutdated", "check_schema", "is_there", "upgrade"]
