"""Backtests that moderators start: one at a time for a site, in a thread, on record as it goes."""

import threading
from datetime import UTC, datetime, timedelta
from time import monotonic

import msgspec
import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from moderation import audit
from moderation.backtests.planning import Plan, plan
from moderation.backtests.replaying import measure
from moderation.backtests.results import Result
from moderation.judgement import Scorer
from moderation.policies import Change, Policies, drafted
from moderation.refusal import Refusal
from moderation.store import Database
from moderation.store.tables import Backtest, BacktestState, Moderator, Site

log = structlog.get_logger()

PATIENCE = timedelta(seconds=30)
"""Of a backtest that notes nothing for so long nobody hears any more: its process died."""
_SECONDS_BETWEEN_NOTES = 0.5


class UnknownBacktest(Refusal):
    """There is no backtest of that number."""


class AlreadyRunning(Refusal):
    """Another backtest of the site has not ended."""

    def __init__(self, backtest: Backtest) -> None:
        self.backtest = backtest
        super().__init__("Another trial on this site's comments is running. Try again when it is done.")


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """What is tried, and on how many comments."""

    change: Change
    most: int


def start(session: Session, site: Site, trial: Trial, by: Moderator, *, now: datetime) -> Backtest:
    """Put a backtest on record, which must be run then. Raises AlreadyRunning."""
    # Of two who start one at the same moment, one comes after the other.
    session.execute(select(Site.id).where(Site.id == site.id).with_for_update())
    running = session.scalar(
        select(Backtest)
        .where(
            Backtest.site_id == site.id,
            Backtest.state == BacktestState.RUNNING,
            Backtest.noted_at > now - PATIENCE,
        )
        .limit(1)
    )
    if running:
        raise AlreadyRunning(running)
    started = Backtest(
        site_id=site.id,
        moderator_id=by.id,
        started_at=now,
        noted_at=now,
        change=msgspec.json.encode(trial).decode(),
    )
    session.add(started)
    session.flush()
    audit.note(session, by, "policy.try", trial.change.subject, site_id=site.id, now=now)
    return started


def find(session: Session, backtest_id: int) -> Backtest:
    """Find a backtest, or raise UnknownBacktest."""
    found = session.get(Backtest, backtest_id)
    if found is None:
        raise UnknownBacktest(f"There is no trial {backtest_id}.")
    return found


def latest(session: Session, site: Site) -> Backtest | None:
    """Return the site's last backtest."""
    return session.scalar(
        select(Backtest).where(Backtest.site_id == site.id).order_by(Backtest.id.desc()).limit(1)
    )


def is_stopped(backtest: Backtest, *, now: datetime) -> bool:
    """Whether the process that ran it died."""
    return backtest.state is BacktestState.RUNNING and backtest.noted_at <= now - PATIENCE


def trial_of(backtest: Backtest) -> Trial:
    """Return what is tried."""
    return msgspec.json.decode(backtest.change, type=Trial)


def result_of(backtest: Backtest) -> Result | None:
    """Return what came of it; None where it is not done."""
    return msgspec.json.decode(backtest.result, type=Result) if backtest.result else None


def run_beside(database: Database, backtest_id: int, scorer: Scorer | None) -> threading.Thread:
    """Run a backtest in a thread of this process."""
    thread = threading.Thread(
        target=run, args=(database, backtest_id, scorer), name="backtest", daemon=True
    )
    thread.start()
    return thread


def run(database: Database, backtest_id: int, scorer: Scorer | None) -> None:
    """Run a backtest to its end, and note how far it is. Whatever goes wrong is noted too."""
    noted = _Notes(database, backtest_id)
    try:
        with database.reading() as session:
            backtest = find(session, backtest_id)
            trial = trial_of(backtest)
            made = _plan(session, backtest, trial, scorer)
        found = measure(database, backtest.site_id, made, most=trial.most, tell=noted.tell)
    except Refusal as refusal:
        noted.end(BacktestState.FAILED, problem=str(refusal))
    # It runs in nobody's request: who waits for it must be told.
    except Exception as error:
        log.exception("backtest_failed", backtest_id=backtest_id)
        noted.end(BacktestState.FAILED, problem=f"It broke off ({type(error).__name__}); it was logged.")
    else:
        noted.end(BacktestState.DONE, result=msgspec.json.encode(found).decode())


def _plan(session: Session, backtest: Backtest, trial: Trial, scorer: Scorer | None) -> Plan:
    site = session.get_one(Site, backtest.site_id)
    now = Policies().of(session, site)
    return plan(now, drafted(session, site, trial.change), trial.change, scorer)


class _Notes:
    """How far one backtest is, written now and then."""

    def __init__(self, database: Database, backtest_id: int) -> None:
        self._database, self._id = database, backtest_id
        self._noted = -_SECONDS_BETWEEN_NOTES

    def tell(self, done: int, total: int) -> None:
        """Note how many comments are done, of how many, unless that was noted just now."""
        if monotonic() - self._noted >= _SECONDS_BETWEEN_NOTES:
            self._noted = monotonic()
            self._write(done=done, total=total)

    def end(
        self, state: BacktestState, *, result: str | None = None, problem: str | None = None
    ) -> None:
        """Note that it is over."""
        self._write(state=state, result=result, problem=problem)

    def _write(self, **columns: object) -> None:
        with self._database.writing() as session:
            session.execute(
                update(Backtest)
                .where(Backtest.id == self._id)
                .values(noted_at=datetime.now(UTC), **columns)
            )
            session.commit()
