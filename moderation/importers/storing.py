"""Store comments that a site has had elsewhere, each once, with what was decided on them there."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from moderation import addresses, intake
from moderation.importers.record import Record, Status
from moderation.rules import Case, Policy
from moderation.rules.options import MOST_DAYS_OF_NEAR_COPIES
from moderation.sketch import sketch
from moderation.store.tables import (
    NOT_JUDGED,
    Comment,
    Decision,
    Facet,
    RejectionReason,
    Site,
    Sketch,
    StoredVerdict,
)
from moderation.text import normalise
from moderation.verdict import Action, Signal, Verdict

REPORTER = "import"
"""Who decided what was decided before the site came to us."""

_ASKS_NOBODY = Signal(
    source="import",
    code="imported",
    message="This came with the site’s history. No machine judged it here.",
    action=Action.REVIEW,
)
_NO_VERDICT = Verdict(
    action=Action.REVIEW,
    probability=None,
    scores={},
    reasons=(_ASKS_NOBODY,),
    model=None,
    policy=NOT_JUDGED,
    thresholds=None,
)
_WAITED = Signal(
    source="import",
    code="waited",
    message="It waited for a person at the site when it was imported.",
    action=Action.REVIEW,
)

# Drivers keep the statements that they prepared, and one for each number of rows would fill the memory.
_ROWS_IN_A_STATEMENT = 25

_DECISIONS = {
    Status.APPROVED: (Action.APPROVE, None),
    Status.SPAM: (Action.REJECT, RejectionReason.SPAM),
    Status.REJECTED: (Action.REJECT, RejectionReason.OTHER),
}


@dataclass(frozen=True, slots=True)
class Found:
    """Which of some records are new, and how many are stored already."""

    new: Sequence[Record]
    # Stored as they are, and stored with other content, which stays.
    same: int
    other: int


def look_up(session: Session, site: Site, records: Collection[Record]) -> Found:
    """Find out which of `records` are new to the site. Of two with one id, the first counts."""
    stored: dict[str, str] = {
        row.external_id: row.content_hash
        for row in session.execute(
            select(Comment.external_id, Comment.content_hash).where(
                Comment.site_id == site.id,
                Comment.external_id.in_([record.draft.id for record in records]),
                Comment.edition == 1,
            )
        )
    }
    new: list[Record] = []
    same = other = 0
    for record in records:
        known = stored.get(record.draft.id)
        if known is None:
            stored[record.draft.id] = addresses.content_hash(record.draft)
            new.append(record)
        elif known in addresses.content_hashes(record.draft):
            same += 1
        else:
            other += 1
    return Found(new, same, other)


def waiting(
    session: Session, site: Site, records: Collection[Record], policy: Policy, *, now: datetime
) -> list[Case]:
    """Prepare those of `records` for judgement that are new and wait for a person."""
    return [
        intake.case(session.connection(), site, record.draft, policy, now=now)
        for record in look_up(session, site, records).new
        if record.status is Status.PENDING
    ]


def store(
    session: Session,
    site: Site,
    records: Collection[Record],
    verdicts: Mapping[str, Verdict],
    *,
    now: datetime,
) -> Found:
    """Store the new ones of `records`, and say which they were.

    What waits for a person needs a verdict in `verdicts`, by its id. Nobody is told of what was
    decided at the site, and the site's feed does not tell it.
    """
    # Of two imports at once, one comes after the other.
    session.execute(select(Site.id).where(Site.id == site.id).with_for_update())
    found = look_up(session, site, records)
    if not found.new:
        return found
    judged = [_waits(verdicts[one.draft.id]) if _is_open(one) else _NO_VERDICT for one in found.new]
    texts = [normalise(record.draft.text) for record in found.new]
    rows = [
        intake.comment_columns(site, record.draft, verdict, text, edition=1, now=_when(record, now))
        | _settled(record)
        for record, verdict, text in zip(found.new, judged, texts, strict=True)
    ]
    inserted = session.execute(
        insert(Comment).returning(Comment.external_id, Comment.id),
        rows,
        execution_options={"insertmanyvalues_page_size": _ROWS_IN_A_STATEMENT},
    )
    # By id, because databases return rows in whatever order.
    numbers: dict[str, int] = {row.external_id: row.id for row in inserted}
    ids = [numbers[record.draft.id] for record in found.new]
    session.execute(insert(StoredVerdict), list(map(intake.verdict_columns, ids, judged)))
    session.execute(
        insert(Facet),
        [
            facet
            for comment_id, row, verdict in zip(ids, rows, judged, strict=True)
            for facet in intake.facet_columns(comment_id, row["language"], verdict)
        ],
    )
    decisions = [
        _decision(site, comment_id, record, now=now)
        for comment_id, record in zip(ids, found.new, strict=True)
        if not _is_open(record)
    ]
    if decisions:
        session.execute(insert(Decision), decisions)
    oldest = now - timedelta(days=MOST_DAYS_OF_NEAR_COPIES)
    sketches = [
        row
        for comment_id, record, text in zip(ids, found.new, texts, strict=True)
        # Nobody looks for near copies of what is older.
        if _when(record, now) > oldest
        for row in intake.sketch_columns(comment_id, sketch(text))
    ]
    if sketches:
        session.execute(insert(Sketch), sketches)
    return found


def _is_open(record: Record) -> bool:
    return record.status is Status.PENDING


def _settled(record: Record) -> dict[str, Any]:
    """What became of it; nobody checks what was decided elsewhere."""
    if _is_open(record):
        return {"outcome": Action.REVIEW, "revision": 0, "superseded": False}
    return {
        "outcome": _DECISIONS[record.status][0],
        "revision": 1,
        "superseded": False,
        "waits_for": None,
        "audit_share": None,
    }


def _when(record: Record, now: datetime) -> datetime:
    """The moment of a comment: its own date, unless it has none or lies in the future."""
    written = record.draft.submitted_at
    return now if written is None else min(written, now)


def _waits(verdict: Verdict) -> Verdict:
    """Let a person decide, whatever the machine says: the site never hears of verdicts given here."""
    return msgspec.structs.replace(
        verdict,
        action=Action.REVIEW,
        reasons=tuple(sorted((*verdict.reasons, _WAITED), key=lambda one: one.weight, reverse=True)),
    )


def _decision(site: Site, comment_id: int, record: Record, *, now: datetime) -> dict[str, Any]:
    action, reason = _DECISIONS[record.status]
    return {
        "comment_id": comment_id,
        "site_id": site.id,
        "revision": 1,
        "position": None,
        "action": action,
        "reason": reason,
        "decided_at": _when(record, now),
        "moderator_id": None,
        "reporter": REPORTER,
        "undoes_id": None,
    }
