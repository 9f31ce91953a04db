"""Whether comments can be stored: found out by writing, without keeping anybody waiting."""

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from moderation.store import Database, Probe, SchemaOutdated
from tests.conftest import fresh_file


class Clock:
    """A clock that stands still until it is told."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_it_writes_and_changes_no_row(database):
    before = revision(database)

    Probe(database).check()

    assert revision(database) == before


def test_what_was_found_holds_for_a_second(database):
    clock = Clock()
    probe = Probe(database, clock=clock)
    probe.check()
    with database.writing() as session:
        session.execute(text("DELETE FROM alembic_version"))
        session.commit()

    clock.now = 0.9
    probe.check()
    clock.now = 1.0
    with pytest.raises(SchemaOutdated):
        probe.check()


def test_others_who_write_are_no_sign_of_trouble(database, monkeypatch):
    monkeypatch.setattr("moderation.store.probe._PATIENCE", 0.1)
    with database.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = version_num"))

        Probe(database).check()


def test_a_database_that_takes_nothing_is_found_out(database, database_url):
    if database.engine.dialect.name == "sqlite":
        read_only = Database(f"sqlite:///file:{database.url.database}?mode=ro&uri=true")
    else:
        read_only = Database(f"{database_url}&options=-c default_transaction_read_only=on")
    try:
        with pytest.raises(SQLAlchemyError, match=r"(?i)read-?only"):
            Probe(read_only).check()
    finally:
        read_only.close()


def test_a_file_that_is_gone_is_not_made_anew_and_another_is_opened(tmp_path):
    database = Database(fresh_file(tmp_path))
    file = tmp_path / "moderation.db"
    kept = file.read_bytes()
    revision(database)
    file.unlink()

    for _ in range(2):
        with pytest.raises(OperationalError, match="was removed: put it back"):
            revision(database)
        # Neither by the connections that were open nor by new ones.
        database.close()
    assert not file.exists()

    _put(file, kept)
    found = revision(database)
    _put(file, kept)
    assert revision(database) == found
    database.close()


def _put(file: Path, content: bytes) -> None:
    beside = file.with_name("beside")
    beside.write_bytes(content)
    beside.replace(file)
    for name in ("-wal", "-shm"):
        file.with_name(file.name + name).unlink(missing_ok=True)


def revision(database: Database) -> str:
    with database.reading() as session:
        found: str = session.scalars(text("SELECT version_num FROM alembic_version")).one()
    return found
