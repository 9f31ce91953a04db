"""Count what is tried to prove who one is, and let few try at the same time."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import structlog
from flask import request

from moderation import moderators
from moderation.web.state import state

log = structlog.get_logger()

# So many may be at it in one process, one comparing a password and one waiting for that: the other
# threads take comments meanwhile.
_AT_ONCE = 2
_places = threading.BoundedSemaphore(_AT_ONCE)


@contextmanager
def counted(name: str, what: str, *, now: datetime) -> Iterator[None]:
    """Count the try that the block makes for `name`, and forgive it unless it was wrong.

    Raises TooManyFailures before the block begins, and lets WrongPassword and WrongCode through; they
    are noted with `what` as what went wrong.
    """
    # Nobody waits for a place: whoever waits holds up a thread as well.
    if not _places.acquire(blocking=False):
        raise moderators.TooManyFailures(
            "Too many people log in at this moment. Try again in a few seconds."
        )
    try:
        yield from _counted(name, what, now)
    finally:
        _places.release()


def _counted(name: str, what: str, now: datetime) -> Iterator[None]:
    with state().database.writing() as db:
        numbers = moderators.count_try(db, name, address=request.remote_addr, now=now)
        db.commit()
    try:
        yield
    except (moderators.WrongPassword, moderators.WrongCode):
        with state().database.writing() as db:
            moderators.note_failure(db, name, what, now=now)
            db.commit()
        log.info("login_failed")
        raise
    except BaseException:
        _forgive(numbers)
        raise
    _forgive(numbers)


def _forgive(numbers: tuple[int, ...]) -> None:
    with state().database.writing() as db:
        moderators.forgive(db, numbers)
        db.commit()
