"""The threads that deliver: one looks what is due, and each site has at most one at work for it."""

import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError

from moderation import delivery
from moderation.outgoing import Networks
from moderation.sending.attempts import attempt
from moderation.store import Database

log = structlog.get_logger()

# Seconds between two looks when nothing happens, and when looking failed.
_PAUSE = 1.0
_PAUSE_AFTER_TROUBLE = 30.0
# How many sites are told at the same time.
_MOST_AT_WORK = 16


class Sender:
    """Delivers what is due while it runs. Several may run on one database."""

    def __init__(
        self,
        database: Database,
        allowed: Networks,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Prepare; nothing runs yet."""
        self._database = database
        self._allowed = allowed
        self._clock = clock
        self._thread: threading.Thread | None = None
        self._is_stopping = threading.Event()
        # Set when there may be something to do before the pause is over.
        self._look = threading.Event()
        self._lock = threading.Lock()
        self._at_work: dict[int, threading.Thread] = {}
        # When each site had its last turn, counted in turns: who waited longest is next, so that
        # sites whose receivers hang cannot take all turns.
        self._turns = 0
        self._last_turn: dict[int, int] = {}

    def start(self) -> None:
        """Begin. The threads end with the process, whatever they are doing: claims run out."""
        if self._thread:
            raise RuntimeError("the sender runs already")
        self._is_stopping.clear()
        self._thread = threading.Thread(target=self._run, name="sender", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End, and wait for what is under way."""
        if self._thread is None:
            return
        self._is_stopping.set()
        self._look.set()
        self._thread.join()
        self._thread = None
        with self._lock:
            under_way = list(self._at_work.values())
        for thread in under_way:
            thread.join()

    def _run(self) -> None:
        while not self._is_stopping.is_set():
            self._look.clear()
            try:
                with self._database.reading() as session:
                    waiting = delivery.due(session, now=self._clock())
                self._put_to_work(waiting)
                pause = _PAUSE
            # The database is away, or needs an upgrade; or the machine has no thread to spare.
            except (SQLAlchemyError, RuntimeError) as error:
                log.warning("sender_in_trouble", error=type(error).__name__)
                pause = _PAUSE_AFTER_TROUBLE
            self._look.wait(pause)

    def _put_to_work(self, waiting: Sequence[int]) -> None:
        with self._lock:
            free = [site_id for site_id in waiting if site_id not in self._at_work]
            free.sort(key=lambda site_id: self._last_turn.get(site_id, 0))
            for site_id in free[: _MOST_AT_WORK - len(self._at_work)]:
                self._turns += 1
                self._last_turn[site_id] = self._turns
                thread = threading.Thread(
                    target=self._work, args=(site_id,), name=f"deliver-{site_id}", daemon=True
                )
                thread.start()
                self._at_work[site_id] = thread

    def _work(self, site_id: int) -> None:
        was_any = False
        try:
            was_any = attempt(self._database, site_id, self._allowed, clock=self._clock)
        except SQLAlchemyError as error:
            # What was claimed comes due again.
            log.warning("delivery_not_noted", site_id=site_id, error=type(error).__name__)
        finally:
            with self._lock:
                del self._at_work[site_id]
            # The site may have more, and others may wait for the turn. Where another process was
            # faster there is nothing to hurry for.
            if was_any:
                self._look.set()
