"""The schema: what the migrations build is what the tables say, on both databases."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from moderation.store import Database, SchemaOutdated, check_schema, upgrade
from moderation.store.tables import Base


def test_the_migrations_build_what_the_tables_say(database):
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, Base.metadata)

    assert differences == []


def test_upgrading_a_current_database_does_nothing(database):
    upgrade(database)

    check_schema(database)


def test_a_database_without_tables_is_refused_with_what_to_do(tmp_path):
    empty = Database(f"sqlite:///{tmp_path / 'empty.db'}")

    with pytest.raises(SchemaOutdated, match="moderation db upgrade"):
        check_schema(empty)
    empty.close()
