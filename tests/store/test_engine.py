"""The promises of the engine: durable, patient, in UTC, and silent about what readers wrote."""

import threading
from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, StatementError

from moderation import sites
from moderation.store import Database
from moderation.store.tables import Site
from tests.conftest import START, at


def test_sqlite_is_durable_and_checks_foreign_keys(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'new' / 'moderation.db'}")
    with database.reading() as session:
        found = {
            name: session.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    database.close()

    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000}


def test_writers_that_read_first_wait_for_each_other(database, site):
    """Each reads a number and writes one more; none fails, and none overwrites another."""

    def count() -> None:
        with database.writing() as session:
            row = session.scalars(select(Site).where(Site.id == site.id).with_for_update()).one()
            row.decision_count += 1
            session.commit()

    writers = [threading.Thread(target=count) for _ in range(16)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    with database.reading() as session:
        assert session.get_one(Site, site.id).decision_count == 16


def test_leaving_without_a_commit_stores_nothing(database, site):
    with database.writing() as session:
        sites.add(session, "other", "https://other.example.org/", now=START)

    with database.reading() as session:
        assert [one.name for one in sites.every(session)] == ["blog"]


def test_moments_come_back_in_utc(database):
    in_tokyo = datetime(2026, 11, 22, 18, 0, tzinfo=timezone(timedelta(hours=9)))
    with database.writing() as session:
        sites.add(session, "tokyo", "https://tokyo.example.org/", now=in_tokyo)
        session.commit()

    with database.reading() as session:
        found = sites.by_name(session, "tokyo").created_at
    assert found == at(0)
    assert found.utcoffset() == timedelta(0)


def test_a_moment_without_an_offset_is_refused(database):
    with database.writing() as session, pytest.raises(StatementError, match="no offset from UTC"):
        sites.add(session, "naive", "https://naive.example.org/", now=datetime(2026, 11, 22))  # noqa: DTZ001


def test_errors_do_not_tell_what_was_to_be_stored(database, site):
    with database.writing() as session:
        session.add(Site(name="blog", url="a secret", key_hash="another", created_at=START))
        with pytest.raises(IntegrityError) as caught:
            session.flush()

    assert "a secret" not in str(caught.value)
