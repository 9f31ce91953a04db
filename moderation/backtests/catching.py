"""What a rule or a list on trial has caught: its stored signals that were only logged."""

from dataclasses import dataclass, field

import msgspec
from sqlalchemy import Text, cast, select
from sqlalchemy.orm import Session

from moderation.store.tables import Comment, Facet, Site, StoredVerdict
from moderation.verdict import Action

# So many of the last comments with a reason are looked at, and so many shown.
_LOOKED_AT, _SHOWN = 1_000, 20


class _Said(msgspec.Struct):
    """What of a signal is needed here."""

    source: str
    log_only: bool = False


_read = msgspec.json.Decoder(list[_Said]).decode


@dataclass
class Caught:
    """The comments that were caught, and what people decided on them."""

    approved: int = 0
    rejected: int = 0
    # Nobody decided on them.
    undecided: int = 0
    latest: list[Comment] = field(default_factory=list)

    @property
    def total(self) -> int:
        """How many there are."""
        return self.approved + self.rejected + self.undecided


def caught(session: Session, site: Site, source: str, codes: tuple[str, ...]) -> Caught:
    """Find what a source, whose signals have these codes, has only logged of a site's last comments."""
    rows = session.execute(
        select(Comment.id, Comment.revision, Comment.outcome, cast(StoredVerdict.reasons, Text))
        .join(Facet, Facet.comment_id == Comment.id)
        .join(StoredVerdict, StoredVerdict.comment_id == Comment.id)
        .where(
            Facet.name.in_([f"reason:{code}" for code in codes]),
            Comment.site_id == site.id,
            Comment.superseded.is_(False),
        )
        .distinct()
        .order_by(Comment.id.desc())
        .limit(_LOOKED_AT)
    )
    found, numbers = Caught(), []
    for number, revision, outcome, reasons in rows:
        if not any(one.source == source and one.log_only for one in _read(reasons)):
            continue
        numbers.append(number)
        if not revision or outcome is Action.REVIEW:
            found.undecided += 1
        elif outcome is Action.APPROVE:
            found.approved += 1
        else:
            found.rejected += 1
    found.latest = shown(session, numbers[:_SHOWN])
    return found


def shown(session: Session, numbers: list[int]) -> list[Comment]:
    """Read comments by their numbers, in this order."""
    found = {one.id: one for one in session.scalars(select(Comment).where(Comment.id.in_(numbers)))}
    return [found[number] for number in numbers if number in found]
