"""Write for all who wait at once: of the threads before an SQLite file, one does the work of all.

A file has one writer at a time, and a commit costs as much for one comment as for many.
"""

import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

T = TypeVar("T")


class _Writing(Protocol):
    """Opens a session that may write, as `Database.writing` does."""

    def __call__(self, *, patience: float | None = None) -> AbstractContextManager[Session]: ...


class _Wish(Generic[T]):
    """What one thread wants done, and what came of it."""

    def __init__(self, work: Callable[[Session], T]) -> None:
        self._work = work
        self._result: T
        self._error: BaseException | None = None
        self.is_settled = False

    def do(self, session: Session) -> None:
        """Do it in a transaction, which is committed later."""
        self._result = self._work(session)

    def settle(self, error: BaseException | None = None) -> None:
        """Say that it is committed, or what went wrong."""
        self._error = error
        self.is_settled = True

    def result(self) -> T:
        """Return what came of it, or raise what went wrong."""
        if self._error:
            raise self._error
        return self._result


class Together:
    """One for each SQLite file and process."""

    def __init__(self, writing: _Writing, patience: float) -> None:
        """Write in sessions of `writing`; a thread waits for the others so many seconds at most."""
        self._writing = writing
        self._patience = patience
        self._waiting: list[_Wish[Any]] = []
        self._is_led = False
        self._changed = threading.Condition()

    def write(self, work: Callable[[Session], T], *, patience: float | None = None) -> T:
        """Do `work` in a transaction, maybe with that of others, and return its result once committed.

        It is done once more where the first time was undone, because something failed. Raises what it
        raises, and OperationalError when the patience ends.
        """
        wish = _Wish(work)
        patience = self._patience if patience is None else patience
        began = time.monotonic()
        with self._changed:
            self._waiting.append(wish)
            self._changed.wait_for(lambda: wish.is_settled or not self._is_led, patience)
            if wish not in self._waiting:
                # Somebody is at it, which does not take long.
                self._changed.wait_for(lambda: wish.is_settled)
                return wish.result()
            if self._is_led:
                self._waiting.remove(wish)
                raise OperationalError(None, None, sqlite3.OperationalError("database is locked"))
            self._is_led = True
        self._lead(wish, max(0.0, began + patience - time.monotonic()))
        return wish.result()

    def _lead(self, own: _Wish[Any], patience: float) -> None:
        """Wait for the file's turn, and do what all want who wait by then."""
        taken: list[_Wish[Any]] = []
        try:
            with self._writing(patience=patience) as session:
                session.connection()
                with self._changed:
                    taken, self._waiting = self._waiting, taken
                _commit(taken, session)
        except BaseException as error:
            for wish in taken:
                wish.settle(error)
            raise
        finally:
            with self._changed:
                if own in self._waiting:
                    self._waiting.remove(own)
                self._is_led = False
                self._changed.notify_all()


def _commit(wishes: Sequence[_Wish[Any]], session: Session) -> None:
    """Do them in one transaction; where that fails, each in its own, so that only one of them fails."""
    try:
        for wish in wishes:
            wish.do(session)
        session.commit()
    except Exception as error:  # noqa: BLE001 - Whoever wanted it is told.
        # Not a rollback, which would take away what an error tells of.
        session.close()
        if len(wishes) == 1:
            wishes[0].settle(error)
            return
        for wish in wishes:
            _commit([wish], session)
    else:
        for wish in wishes:
            wish.settle()
