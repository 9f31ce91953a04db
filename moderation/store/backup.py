"""Back up a database into one file, and restore it from there.

The file is an SQLite database, whichever kind is backed up: it can be looked at with any tool, kept for
years, and restored into either kind, on any machine.
"""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from moderation.durable import sync
from moderation.refusal import Refusal
from moderation.store.copying import Copied, Tell, copy
from moderation.store.engine import Database
from moderation.store.migrate import upgrade


class BackupExists(Refusal):
    """A backup never overwrites a file."""

    def __init__(self, file: Path) -> None:
        super().__init__(f"{file} is there already, and backups overwrite nothing: choose another name")


class BackupUnusable(Refusal):
    """A file cannot be restored from; the message says why."""


def back_up(database: Database, file: Path, tell: Tell) -> Copied:
    """Write all that `database` holds at one moment into `file`, while the service goes on.

    The file is there once it is whole, proved and on the disk; only its owner may read it. Raises
    BackupExists, SchemaOutdated and CopyDiffers.
    """
    if file.exists():
        raise BackupExists(file)
    with _beside(file) as unfinished:
        made = Database(f"sqlite:///{unfinished}")
        try:
            found = copy(database, made, tell)
        finally:
            made.close()
        # In one file, without the log that a service writes beside it.
        with closing(sqlite3.connect(unfinished)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
        unfinished.chmod(0o600)
        sync(unfinished)
        try:
            # Unlike a rename, a link never takes the place of another file.
            os.link(unfinished, file)
        except FileExistsError:
            raise BackupExists(file) from None
        sync(file.parent)
    return found


def restore(file: Path, database: Database, tell: Tell) -> Copied:
    """Fill an empty `database` from a backup, of this version or an older one; all of it or nothing.

    Raises BackupUnusable, NotEmpty and CopyDiffers.
    """
    with _beside(file) as copied:
        _check_whole(file)
        shutil.copyfile(file, copied)
        kept = Database(f"sqlite:///{copied}")
        try:
            # Of an older version. The backup itself stays as it is.
            upgrade(kept)
            return copy(kept, database, tell)
        finally:
            kept.close()


def _check_whole(file: Path) -> None:
    try:
        # Read only: opening what is not there would make it.
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            found = connection.execute("PRAGMA integrity_check").fetchone()[0]
            connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error as error:
        raise BackupUnusable(f"{file} is no backup that can be read: {error}") from error
    if found != "ok":
        raise BackupUnusable(f"{file} is damaged: {found}")


@contextmanager
def _beside(file: Path) -> Iterator[Path]:
    """Give a name for an unfinished file on the same disk; whatever is left of it goes away."""
    folder = tempfile.mkdtemp(prefix=f".{file.name}.", dir=file.absolute().parent)
    try:
        yield Path(folder) / "unfinished.sqlite3"
    finally:
        shutil.rmtree(folder, ignore_errors=True)
