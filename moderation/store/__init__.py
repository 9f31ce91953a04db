"""Where everything is kept: typed tables, the two kinds of database, their migrations and backups."""

from moderation.store.alone import Busy, alone
from moderation.store.backup import BackupExists, BackupUnusable, back_up, restore
from moderation.store.copying import Copied, CopyDiffers, NotEmpty, copy
from moderation.store.engine import Database, is_there
from moderation.store.migrate import SchemaOutdated, check_schema, upgrade
from moderation.store.prepared import Prepared, ask_together, put_together
from moderation.store.probe import Probe
from moderation.store.size import size

__all__ = [
    "BackupExists",
    "BackupUnusable",
    "Busy",
    "Copied",
    "CopyDiffers",
    "Database",
    "NotEmpty",
    "Prepared",
    "Probe",
    "SchemaOutdated",
    "alone",
    "ask_together",
    "back_up",
    "check_schema",
    "copy",
    "is_there",
    "put_together",
    "restore",
    "size",
    "upgrade",
]
