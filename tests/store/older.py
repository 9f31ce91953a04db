"""Take a database back to an older schema, as nobody does but tests."""

from alembic import command

from moderation.store import Database, migrate


def downgrade(database: Database, revision: str) -> None:
    """Take back every migration after `revision`."""
    with database.engine.execution_options(writes=True).connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.connection.driver_connection.execute("PRAGMA foreign_keys = OFF")
        with connection.begin():
            config = migrate._config()  # noqa: SLF001  Nobody downgrades but tests.
            config.attributes["connection"] = connection
            command.downgrade(config, revision)
        if connection.dialect.name == "sqlite":
            connection.connection.driver_connection.execute("PRAGMA foreign_keys = ON")
