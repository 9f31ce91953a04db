"""Bring a database to the schema that this version of the code knows."""

from functools import cache
from importlib import resources

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from moderation.refusal import Refusal
from moderation.store import search
from moderation.store.engine import Database

# Any number, as long as nothing else in the database uses it for a lock.
_LOCK = 5_160_216


class BrokenReferences(Exception):
    """A migration is wrong; it was not applied."""


class SchemaOutdated(Refusal):
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
    with database.engine.execution_options(writes=True).connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            # SQLite alters a table by copying and dropping it, which would take along or trip over
            # what refers to it. Can only be switched outside of a transaction.
            _switch_foreign_keys(connection, "OFF")
        try:
            # One transaction for all: an upgrade that is interrupted leaves the old schema whole.
            with connection.begin():
                if not sqlite:
                    # Two upgrades at once: the second waits, and then finds nothing left to do.
                    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
                config = _config()
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
                search.set_up(connection)
                if sqlite and connection.execute(text("PRAGMA foreign_key_check")).first():
                    raise BrokenReferences("The upgrade would leave rows that refer to nothing.")
        finally:
            if sqlite:
                _switch_foreign_keys(connection, "ON")


def check_schema(database: Database) -> None:
    """Raise SchemaOutdated unless the database is at the newest revision."""
    with database.engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    if found != _newest():
        raise SchemaOutdated(found, _newest())


@cache
def _newest() -> str | None:
    return ScriptDirectory.from_config(_config()).get_current_head()


def _switch_foreign_keys(connection: Connection, state: str) -> None:
    driver = connection.connection.driver_connection
    if driver is not None:
        driver.execute(f"PRAGMA foreign_keys = {state}")


def _config() -> Config:
    config = Config()
    folder = resources.files("moderation.store") / "migrations"
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    return config
