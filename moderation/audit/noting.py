"""Note what a person did."""

from datetime import datetime

from sqlalchemy.orm import Session

from moderation.audit.acts import ACTS
from moderation.store.tables import AuditEntry, Moderator

COMMAND_LINE = "command line"
"""Who did what an operator does by a command."""

SOMEBODY = "somebody"
"""Who was not let in."""

SINGLE_SIGN_ON = "single sign-on"
"""Who adds people for whom the provider vouches."""

_LONGEST_SUBJECT = 255


def note(
    session: Session,
    by: Moderator | str,
    act: str,
    subject: str,
    *,
    site_id: int | None = None,
    details: str = "",
    now: datetime,
) -> None:
    """Note an act such as `moderator.add`, what it was done to, and a sentence on it.

    Neither may hold what a reader wrote: the record outlives the comments. Raises LookupError for an
    act without words: it could not be found again.
    """
    if act not in ACTS:
        raise LookupError(f"{act} is not among the acts in audit/acts.py")
    session.add(
        AuditEntry(
            done_at=now,
            moderator_id=by.id if isinstance(by, Moderator) else None,
            done_by=by.name if isinstance(by, Moderator) else by,
            act=act,
            site_id=site_id,
            subject=subject[:_LONGEST_SUBJECT],
            details=details,
        )
    )
    session.flush()
