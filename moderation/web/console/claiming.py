"""Note who has which comment open, if the database has time for it: no page waits for that."""

from datetime import datetime

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError

from moderation.review import claims
from moderation.store.tables import Role
from moderation.web.console.blueprint import allowed, moderator
from moderation.web.state import state

log = structlog.get_logger()

# Seconds that a page waits for other writers.
_PATIENCE = 0.2


def claim(comment_id: int | None, *, leaving: int | None = None, now: datetime) -> bool:
    """Claim a comment, if any, for whoever asks; give back the one being left; say if it went well.

    False only where somebody else was faster: whoever cannot decide claims nothing, and what could
    not be noted does not matter.
    """
    if not allowed().is_at_least(Role.MODERATOR):
        return True
    try:
        with state().database.writing(patience=_PATIENCE) as db:
            if leaving is not None:
                claims.give_back(db, leaving, moderator())
            is_ours = comment_id is None or claims.claim(db, comment_id, moderator(), now=now)
            db.commit()
    except (OperationalError, InterfaceError) as error:
        log.info("claim_not_noted", error=type(error.orig).__name__)
        return True
    return is_ours
