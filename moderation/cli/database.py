"""`moderation db`: the database's schema."""

import click

from moderation import settings, store


@click.group()
def db() -> None:
    """Look after the database's schema."""


@db.command()
def upgrade() -> None:
    """Bring the database to the schema of this version.

    Safe to run at any time; does nothing when there is nothing to do.

    Example: moderation db upgrade
    """
    database = store.Database(settings.read().where_data_lives())
    store.upgrade(database)
    shown = database.url.render_as_string(hide_password=True)
    database.close()
    click.echo(f"{shown} is up to date.")
