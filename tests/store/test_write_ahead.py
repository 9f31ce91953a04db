"""SQLite's log stays short, however much is read meanwhile."""

import threading

import pytest
from sqlalchemy import text

from moderation.store import Database
from moderation.store.write_ahead import WriteAheadLog

_MOST = 100_000


@pytest.fixture
def read_all_the_time(tmp_path):
    """A database of which at every moment somebody reads, as pages that overlap do."""
    database = Database(f"sqlite:///{tmp_path / 'moderation.db'}")
    with database.writing() as session:
        session.execute(text("CREATE TABLE notes (note TEXT)"))
        session.commit()
    is_over = threading.Event()
    turns = [threading.Semaphore(1), threading.Semaphore(0)]

    def read(mine: threading.Semaphore, other: threading.Semaphore) -> None:
        while not is_over.is_set():
            with database.reading() as session:
                session.execute(text("SELECT count(*) FROM notes"))
                # The other begins before this one ends.
                other.release()
                mine.acquire(timeout=1)

    readers = [threading.Thread(target=read, args=pair) for pair in (turns, turns[::-1])]
    for reader in readers:
        reader.start()
    yield database
    is_over.set()
    for reader in readers:
        reader.join()
    database.close()


def test_a_log_that_is_read_without_a_pause_is_begun_anew(read_all_the_time, tmp_path, monkeypatch):
    monkeypatch.setattr("moderation.store.write_ahead._SECONDS_BETWEEN_TRIES", 0.0)
    log = WriteAheadLog(tmp_path / "moderation.db", longest=_MOST)
    longest = 0
    for _ in range(300):
        with read_all_the_time.engine.connect() as connection:
            log.shorten(connection)
        with read_all_the_time.writing() as session:
            session.execute(text("INSERT INTO notes VALUES (:note)"), {"note": "x" * 2_000})
            session.commit()
        longest = max(longest, (tmp_path / "moderation.db-wal").stat().st_size)

    # 300 commits write some 2.4 MB.
    assert longest < 8 * _MOST


def test_who_reads_for_long_is_let_be(tmp_path, monkeypatch):
    monkeypatch.setattr("moderation.store.write_ahead._PATIENCE", 10)
    database = Database(f"sqlite:///{tmp_path / 'moderation.db'}")
    log = WriteAheadLog(tmp_path / "moderation.db", longest=0)
    with database.writing() as session:
        session.execute(text("CREATE TABLE notes (note TEXT)"))
        session.commit()
    with database.reading() as reader:
        reader.execute(text("SELECT count(*) FROM notes"))
        with database.writing() as session:
            session.execute(text("INSERT INTO notes VALUES ('one')"))
            session.commit()

        with database.engine.connect() as connection:
            log.shorten(connection)

        assert reader.scalar(text("SELECT count(*) FROM notes")) == 0
    with database.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM notes")) == 1
    database.close()
