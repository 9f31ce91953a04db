"""Threads before an SQLite file write together: nothing is lost of it, and one's failure is its own."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from moderation.store import Database

_SECONDS = 20


@pytest.fixture
def database(tmp_path) -> Iterator[Database]:
    """A database with a table of numbers, each of which there can be once."""
    database = Database(f"sqlite:///{tmp_path / 'moderation.db'}")
    with database.writing() as session:
        session.execute(text("CREATE TABLE numbers (number INTEGER PRIMARY KEY)"))
        session.commit()
    yield database
    database.close()


def add(number: int) -> Callable[[Session], int]:
    def work(session: Session) -> int:
        session.execute(text("INSERT INTO numbers VALUES (:number)"), {"number": number})
        return number

    return work


def numbers(database: Database) -> list[int]:
    with database.reading() as session:
        return list(session.scalars(select(text("number FROM numbers"))))


class Held:
    """A transaction that one thread is in, before which others wait."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.told: dict[int, int | BaseException] = {}
        self._began, self._may_end = threading.Event(), threading.Event()
        self._threads = [threading.Thread(target=database.write, args=[self._hold])]
        self._threads[0].start()
        assert self._began.wait(_SECONDS)

    def _hold(self, session: Session) -> None:
        add(0)(session)
        self._began.set()
        assert self._may_end.wait(_SECONDS)

    def wait_with(self, number: int, work: Callable[[Session], int], **how: float) -> None:
        """Let another thread want to write; go on when it waits."""

        def want() -> None:
            try:
                self.told[number] = self.database.write(work, **how)
            except BaseException as error:  # noqa: BLE001 - The test asks for it.
                self.told[number] = error

        waiting = self._waiting()
        self._threads.append(threading.Thread(target=want))
        self._threads[-1].start()
        until = time.monotonic() + _SECONDS
        while self._waiting() == waiting and time.monotonic() < until:
            time.sleep(0.001)

    def end(self) -> None:
        """Let all go on, and wait until they are done."""
        self._may_end.set()
        for thread in self._threads:
            thread.join(_SECONDS)

    def _waiting(self) -> int:
        return len(self.database._together._waiting)  # noqa: SLF001 - Nothing else tells when.


def test_who_waits_at_once_is_written_in_one_transaction(database):
    commits = []
    event.listen(database.engine, "commit", commits.append)
    held = Held(database)
    for number in range(1, 9):
        held.wait_with(number, add(number))
    held.end()

    assert held.told == {number: number for number in range(1, 9)}
    assert numbers(database) == list(range(9))
    assert len(commits) == 2


def test_what_fails_fails_alone(database):
    held = Held(database)
    for number in (1, 2, 3):
        held.wait_with(number, add(number))
    held.wait_with(4, add(0))
    held.end()

    assert held.told.keys() == {1, 2, 3, 4}
    assert isinstance(held.told[4], IntegrityError)
    assert numbers(database) == [0, 1, 2, 3]


def test_who_has_no_patience_left_goes_without_it_stored(database):
    held = Held(database)
    held.wait_with(1, add(1))
    with pytest.raises(OperationalError, match="locked"):
        database.write(add(2), patience=0.01)
    held.end()

    assert numbers(database) == [0, 1]


def test_others_go_on_when_the_first_has_no_patience_left(database):
    """Somebody else has the file, and the one who leads gives up."""
    told: dict[int, int] = {}
    with database.writing() as elsewhere:
        elsewhere.execute(text("INSERT INTO numbers VALUES (0)"))
        leader = threading.Thread(target=lambda: _gives_up(database))
        leader.start()
        other = threading.Thread(target=lambda: told.update({2: database.write(add(2))}))
        other.start()
        leader.join(_SECONDS)
        elsewhere.commit()
    other.join(_SECONDS)

    assert told == {2: 2}
    assert numbers(database) == [0, 2]


def _gives_up(database: Database) -> None:
    with pytest.raises(OperationalError, match="locked"):
        database.write(add(1), patience=0.2)


def test_who_waits_hears_of_it_when_the_thread_that_writes_is_ended(database):
    def end(_session: Session) -> int:
        raise SystemExit

    held = Held(database)
    held.wait_with(1, end)
    held.wait_with(2, add(2))
    held.end()

    assert [type(held.told[number]) for number in (1, 2)] == [SystemExit, SystemExit]
    assert numbers(database) == [0]
    assert database.write(add(3)) == 3
