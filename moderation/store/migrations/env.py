"""Alembic's entry: runs the migrations on the connection that `moderation.store.migrate` hands in."""

from alembic import context

from moderation.store.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    # SQLite cannot alter most of a table in place; Alembic then copies it.
    render_as_batch=True,
    compare_server_default=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
