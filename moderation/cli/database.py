"""`moderation db`: the database's schema, backups, and the move to another database."""

from contextlib import closing
from pathlib import Path

import click

from moderation import settings, store
from moderation.cli import opened
from moderation.progress import progress
from moderation.store import Copied

_file = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))


@click.group()
def db() -> None:
    """Look after the database: its schema, its backups, and where it is."""


@db.command()
def upgrade() -> None:
    """Bring the database to the schema of this version.

    Safe to run at any time; does nothing when there is nothing to do.

    Example: moderation db upgrade
    """
    with _of_settings() as database:
        store.upgrade(database)
        click.echo(f"{_shown(database)} is up to date.")


@db.command()
@_file
def backup(file: Path) -> None:
    """Write everything that is stored now into FILE, while the service goes on.

    FILE is an SQLite database, whichever kind of database the service uses, and appears when it is
    whole. It holds comments, people, keys and published models: keep it where nobody else reads it.

    Example: moderation db backup moderation-2026-12-01.sqlite3
    """
    with opened.database() as database, progress() as tell:
        found = store.back_up(database, file, tell)
    click.echo(f"{file} holds {_told(found)}")


@db.command()
@_file
def restore(file: Path) -> None:
    """Fill the database of the settings, which must be empty, from a backup.

    A backup of an older version is brought to this one; FILE itself stays as it is.

    Example: MODERATION_INSTANCE=elsewhere moderation db restore moderation-2026-12-01.sqlite3
    """
    with _of_settings() as database, progress() as tell:
        found = store.restore(file, database, tell)
    click.echo(f"{_shown(database)} holds {_told(found)}")


@db.command()
@click.argument("url")
@click.option("--yes", is_flag=True, help="Do not ask whether the service is stopped.")
def move(url: str, *, yes: bool) -> None:
    """Copy everything into the empty database at URL, and prove that it arrived.

    Stop the service before: what it is sent meanwhile stays behind. Then set MODERATION_DATABASE_URL
    to URL and start it again. The database that was moved stays as it is.

    Example: moderation db move postgresql://moderation:secret@db.example.org/moderation
    """
    if not yes:
        click.confirm("Is the service stopped, on every machine?", abort=True)
    with opened.database() as database, closing(store.Database(url)) as target, progress() as tell:
        found = store.copy(database, target, tell)
    click.echo(f"{_shown(target)} holds {_told(found)}")
    click.echo("Set MODERATION_DATABASE_URL to it and start the service again.")


def _of_settings() -> closing[store.Database]:
    """Open the database of the settings, at whatever schema it is."""
    return closing(store.Database(settings.read().where_data_lives()))


def _told(found: Copied) -> str:
    return (
        f"{found.rows:,} rows in {found.tables} tables, each found equal to what was copied "
        f"(SHA-256 {found.sha256[:16]})."
    )


def _shown(database: store.Database) -> str:
    return database.url.render_as_string(hide_password=True)
