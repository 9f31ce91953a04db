"""What serves for a while only, on whatever site: look-ups, what was delivered, what ended."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, delete, exists, func, or_, select, tuple_
from sqlalchemy.orm import Session

from moderation import policies, sites, waves
from moderation.moderators import tries
from moderation.pruning.counting import STEP, Count, Tell
from moderation.rules.options import NearCopies
from moderation.store import Database, scrubbing
from moderation.store.tables import (
    Backtest,
    Comment,
    Delivery,
    DeliveryState,
    Facet,
    FailedLogin,
    Login,
    ModelGroup,
    Moderator,
    ShadowVerdict,
    Sketch,
)

DELIVERED_FOR = timedelta(days=90)
"""How long it is kept what was delivered, and when."""
GIVEN_UP_FOR = timedelta(days=365)
"""How long a delivery that was given up can be sent anew."""
TRIED_FOR = timedelta(days=180)
"""How long backtests are kept, and what models said that are on trial no more."""


@dataclass(frozen=True, slots=True)
class _Stale:
    """Rows of one table that serve no more."""

    kind: str
    table: Any
    condition: ColumnElement[bool]
    days: int | None = None

    @property
    def key(self) -> Sequence[Any]:
        """The columns of its primary key, in which order it is read."""
        columns: Sequence[Any] = list(self.table.__table__.primary_key)
        return columns


def count_stale(session: Session, *, now: datetime) -> Iterator[Count]:
    """Count what `prune_stale` would remove now, but for sketches and facets of what is still to go."""
    for one in _kinds(session, now):
        yield Count(one.kind, _count(session, one), days=one.days)


def prune_stale(database: Database, *, tell: Tell, now: datetime) -> Iterator[Count]:
    """Remove what serves no more, a few rows in each transaction."""
    with database.reading() as session:
        kinds = _kinds(session, now)
    for one in kinds:
        with database.reading() as session:
            total = _count(session, one)
        done, after = 0, None
        tell(one.kind, done, total)
        # Read in the order of the key, each row once, while others write.
        while total:
            with database.reading() as session:
                found = _next(session, one, after)
            if not found:
                break
            after = found[-1]
            with database.writing() as session:
                scrubbing.overwrite(session)
                _remove(session, one, found)
                session.commit()
            done += len(found)
            tell(one.kind, done, max(done, total))
        yield Count(one.kind, done, days=one.days)


def _count(session: Session, one: _Stale) -> int:
    return session.scalar(select(func.count()).select_from(one.table).where(one.condition)) or 0


def _next(session: Session, one: _Stale, after: Sequence[Any] | None) -> Sequence[Sequence[Any]]:
    rows = select(*one.key).where(one.condition).order_by(*one.key).limit(STEP)
    if after is not None:
        rows = rows.where(tuple_(*one.key) > tuple_(*after))
    return session.execute(rows).all()


def _remove(session: Session, one: _Stale, found: Sequence[Sequence[Any]]) -> None:
    """Remove rows by their keys, unless one serves again since it was read."""
    names = [f"of_{column.name}" for column in one.key]
    keys = [column == bindparam(name) for column, name in zip(one.key, names, strict=True)]
    # On the connection: through the session, many rows at once cannot go by a condition.
    session.connection().execute(
        delete(one.table.__table__).where(*keys, one.condition),
        [dict(zip(names, row, strict=True)) for row in found],
    )


def _kinds(session: Session, now: datetime) -> list[_Stale]:
    looked_back = _looked_back(session)
    since = now - 2 * looked_back
    is_blank = Comment.erased_at.is_not(None)
    left = exists().where(Moderator.id == Login.moderator_id, Moderator.left_at.is_not(None))
    on_trial = exists().where(ModelGroup.shadow == ShadowVerdict.model)
    return [
        _Stale(
            "sketches",
            Sketch,
            exists().where(Comment.id == Sketch.comment_id, or_(is_blank, Comment.received_at < since)),
            days=2 * looked_back.days,
        ),
        _Stale(
            "search facets of removed comments",
            Facet,
            exists().where(Comment.id == Facet.comment_id, is_blank),
        ),
        _Stale(
            "deliveries that arrived",
            Delivery,
            and_(*Delivery.are(DeliveryState.DELIVERED), Delivery.delivered_at < now - DELIVERED_FOR),
            days=DELIVERED_FOR.days,
        ),
        _Stale(
            "deliveries that were given up",
            Delivery,
            and_(*Delivery.are(DeliveryState.GIVEN_UP), Delivery.created_at < now - GIVEN_UP_FOR),
            days=GIVEN_UP_FOR.days,
        ),
        _Stale("logins that ended", Login, or_(Login.expires_at < now, left)),
        _Stale("tries to log in", FailedLogin, FailedLogin.failed_at < now - tries.COUNTED_FOR),
        # One that runs notes how far it is all the time.
        _Stale("backtests", Backtest, Backtest.noted_at < now - TRIED_FOR, days=TRIED_FOR.days),
        _Stale(
            "verdicts of models on trial no more",
            ShadowVerdict,
            and_(
                exists().where(
                    Comment.id == ShadowVerdict.comment_id, Comment.received_at < now - TRIED_FOR
                ),
                ~on_trial,
            ),
            days=TRIED_FOR.days,
        ),
    ]


def _looked_back(session: Session) -> timedelta:
    """How far back anybody looks for near copies: copies on other sites count as well."""
    compiled = policies.Policies()
    days = [compiled.of(session, site).options(NearCopies).days for site in sites.every(session)]
    return max([waves.LASTS, *(timedelta(days=one) for one in days)])
