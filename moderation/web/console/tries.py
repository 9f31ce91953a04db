"""Count what is tried to prove who one is."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import structlog

from moderation import moderators
from moderation.web.state import state

log = structlog.get_logger()


@contextmanager
def counted(name: str, what: str, *, now: datetime) -> Iterator[None]:
    """Count the try that the block makes for `name`, and forgive it unless it was wrong.

    Raises TooManyFailures before the block begins, and lets WrongPassword and WrongCode through; they
    are noted with `what` as what went wrong.
    """
    with state().database.writing() as db:
        number = moderators.count_try(db, name, now=now)
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
        _forgive(number)
        raise
    _forgive(number)


def _forgive(number: int) -> None:
    with state().database.writing() as db:
        moderators.forgive(db, number)
        db.commit()
