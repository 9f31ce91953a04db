"""Judge past comments twice, by the policy as it stands and with a change, without the classifier.

What the rules and the classifier said at intake is taken as it was stored; only what the change
touches is asked anew. Comments are read in batches and are never held all at once.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter
from typing import Any

import msgspec
from sqlalchemy import Row, Select, Text, cast, func, select

from moderation import addresses
from moderation.backtests.planning import Limit, Plan
from moderation.backtests.results import Result, Tally
from moderation.draft import Draft
from moderation.judgement import weigh
from moderation.rules import Case, History, Mode, gather
from moderation.store import Database
from moderation.store.tables import Comment, Decision, StoredVerdict
from moderation.verdict import Action, Signal, Thresholds

USUAL = 10_000
"""On how many comments a change is tried, unless somebody says otherwise."""
LEAST, MOST = 100, 50_000

_BATCH = 1_000
_CLASSIFIER, _IMPORT = "classifier", "import"
_CODE_OF_SETTINGS = "setting_unreadable"
_read_signals = msgspec.json.Decoder(tuple[Signal, ...]).decode

Tell = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class _Past:
    """A comment that people decided on, and what was said of it at intake."""

    id: int
    decided: Action
    draft: Draft
    edition: int
    received_at: datetime
    reasons: tuple[Signal, ...]
    is_scored: bool
    thresholds: Thresholds | None
    model: str | None


def measure(database: Database, site_id: int, plan: Plan, *, most: int, tell: Tell) -> Result:
    """Try a plan on the last `most` comments that people decided on.

    `tell` is told how many are done, and of how many.
    """
    started = perf_counter()
    with database.reading() as session:
        total = session.scalar(_how_many(site_id, most)) or 0
    tally, done = Tally(), 0
    tell(0, total)
    for batch in _batches(database, site_id, total):
        for past in batch:
            _compare(plan, past, tally)
        done += len(batch)
        tell(done, total)
    limits = tuple(one for one in plan.limits if one is not Limit.NOT_SCORED or tally.not_scored)
    return tally.result(limits=limits, seconds=perf_counter() - started)


def _compare(plan: Plan, past: _Past, tally: Tally) -> None:
    others: list[Signal] = []
    staying: list[Signal] = []
    rejection: float | None = None
    for one in past.reasons:
        if one.source == _IMPORT:
            # The site never heard of a verdict of ours.
            tally.history += 1
            return
        if one.source == _CLASSIFIER:
            rejection = one.weight if past.is_scored else None
        elif one.source == plan.stays:
            staying.append(one)
        elif one.source not in plan.replaced:
            others.append(one)
    if plan.model is not None and past.model != plan.model:
        tally.other_model += 1
        return
    case = Case.prepare(
        past.draft, plan.now.policy, History(is_edit=past.edition > 1, now=past.received_at)
    )
    actions = []
    for side in (plan.now, plan.draft):
        # What one side read of the text, the other need not read again.
        case = case.but(policy=side.policy)
        evidence = [*others, *_staying(staying, side.mode), *gather(case, plan.rules)]
        thresholds = side.thresholds or past.thresholds
        actions.append(weigh(evidence, _heard(plan, case, rejection), thresholds).action)
    if plan.reads is not None and rejection is None and case.language in plan.reads:
        tally.not_scored += 1
    tally.add(past.id, past.decided, *actions)


def _staying(said: list[Signal], mode: Mode | None) -> Iterator[Signal]:
    """What a rule said at intake, as it counts in a mode."""
    for one in said:
        if mode is not None and one.code != _CODE_OF_SETTINGS:
            yield msgspec.structs.replace(one, log_only=mode is Mode.LOG_ONLY)


def _heard(plan: Plan, case: Case, rejection: float | None) -> float | None:
    """What the classifier said, unless it would not have been asked about a text in this language."""
    if plan.reads is None or rejection is None or case.language in plan.reads:
        return rejection
    return None


def _batches(database: Database, site_id: int, total: int) -> Iterator[list[_Past]]:
    before: int | None = None
    left = total
    while left > 0:
        with database.reading() as session:
            rows = session.execute(_decided(site_id, before).limit(min(_BATCH, left))).all()
        if not rows:
            return
        before = rows[-1].position
        left -= len(rows)
        yield [_past(row) for row in rows]


def _decided(site_id: int, before: int | None) -> Select[Any]:
    """What people decided, the latest first. What was decided before the site came has no position."""
    rows = (
        select(
            Decision.position,
            Decision.action.label("decided"),
            Comment.id,
            Comment.edition,
            Comment.received_at,
            *(getattr(Comment, column) for column in addresses.DRAFTED),
            StoredVerdict.probability,
            StoredVerdict.model,
            StoredVerdict.review_at,
            StoredVerdict.reject_at,
            # As text: it is read into types at once.
            cast(StoredVerdict.reasons, Text).label("reasons"),
        )
        .join(Comment, Comment.id == Decision.comment_id)
        .join(StoredVerdict, StoredVerdict.comment_id == Comment.id)
        .where(Decision.site_id == site_id, *_HOLDS)
        .order_by(Decision.position.desc())
    )
    return rows if before is None else rows.where(Decision.position < before)


def _how_many(site_id: int, most: int) -> Select[Any]:
    limited = (
        select(Decision.id)
        .join(Comment, Comment.id == Decision.comment_id)
        .where(Decision.site_id == site_id, *_HOLDS)
        .limit(most)
        .subquery()
    )
    return select(func.count()).select_from(limited)


def _past(row: Row[Any]) -> _Past:
    thresholds = None
    if row.review_at is not None and row.reject_at is not None:
        thresholds = Thresholds(review_at=row.review_at, reject_at=row.reject_at)
    return _Past(
        row.id,
        row.decided,
        addresses.draft_of(row),
        row.edition,
        row.received_at,
        _read_signals(row.reasons),
        row.probability is not None,
        thresholds,
        row.model,
    )


# The last decision on each comment. An undo says nothing, whatever it restored.
_HOLDS = (
    Decision.position.is_not(None),
    Decision.revision == Comment.revision,
    Decision.undoes_id.is_(None),
    Decision.action != Action.REVIEW,
    # Nothing is left of it that could be judged.
    Comment.erased_at.is_(None),
)
