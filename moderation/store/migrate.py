"""Bring a database to the schema that this version of the code knows."""

from importlib import resources

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from moderation.store.engine import Database


class SchemaOutdated(Exception):
    """The database is not at the schema that this version needs."""

    def __init__(self, found: str | None, needed: str | None) -> None:
        self.found = found
        self.needed = needed
        state = f"is at revision {found}" if found else "has no tables yet"
        super().__init__(
            f"The database {state}, this version needs {needed}. Run: moderation db upgrade"
        )


def upgrade(database: Database) -> None:
    """Apply every migration that is missing. Does nothing on a current database."""
    # One transaction for all: an upgrade that is interrupted leaves the old schema whole.
    with database.engine.execution_options(begin="BEGIN IMMEDIATE").begin() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def check_schema(database: Database) -> None:
    """Raise SchemaOutdated unless the database is at the newest revision."""
    with database.engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    needed = ScriptDirectory.from_config(_config()).get_current_head()
    if found != needed:
        raise SchemaOutdated(found, needed)


def _config() -> Config:
    config = Config()
    folder = resources.files("moderation.store") / "migrations"
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    return config
