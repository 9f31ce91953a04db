"""Where everything is kept: typed tables, the two kinds of database, and their migrations."""

from moderation.store.alone import Busy, alone
from moderation.store.engine import Database, is_there
from moderation.store.migrate import SchemaOutdated, check_schema, upgrade

__all__ = ["Busy", "Database", "SchemaOutdated", "alone", "check_schema", "is_there", "upgrade"]
