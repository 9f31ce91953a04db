"""What the database and the registry say when Prometheus asks."""

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

import structlog
from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from moderation import figures, registry, sites
from moderation.figures import operations
from moderation.registry import Serving
from moderation.store import size
from moderation.store.tables import Site
from moderation.web.state import State

log = structlog.get_logger()

# Two Prometheus servers, or one that is impatient, cost no more than one.
_SECONDS_KEPT = 10.0
# Weeks that are over hardly change, and counting twelve takes long where there are many comments.
_SECONDS_KEPT_OF_DRIFT = 3_600.0


class Watched:
    """The figures that are read when somebody asks, kept for a while."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Read nothing yet."""
        self._clock = clock
        self._reading = threading.Lock()
        self._kept: dict[str, tuple[float, list[Metric]]] = {}

    def now(self, state: State) -> Collector:
        """Return the figures as they are now, or were a few seconds ago."""
        return _Found([*self._of_database(state), *_of_models(state.serving)])

    def _of_database(self, state: State) -> list[Metric]:
        reachable = GaugeMetricFamily(
            "moderation_database_up", "Whether the database answers: 1 or 0.", value=1
        )
        now = datetime.now(UTC)
        # One reads, and whoever comes meanwhile waits for what he reads.
        with self._reading:
            try:
                with state.database.reading() as session:
                    found = [
                        *self._keep("quick", _SECONDS_KEPT, partial(_quick, session, state, now)),
                        *self._keep("drift", _SECONDS_KEPT_OF_DRIFT, partial(_drift, session, now)),
                    ]
            except SQLAlchemyError as error:
                # What else is known is told all the same, and this above all.
                log.warning("metrics_without_database", error=type(error).__name__)
                reachable.samples[0] = reachable.samples[0]._replace(value=0.0)
                return [reachable]
        return [reachable, *found]

    def _keep(self, name: str, seconds: float, read: Callable[[], list[Metric]]) -> list[Metric]:
        at, found = self._kept.get(name, (-float("inf"), []))
        if self._clock() - at >= seconds:
            found = read()
            self._kept[name] = self._clock(), found
        return found


class _Found(Collector):
    """Figures that were read."""

    def __init__(self, found: Sequence[Metric]) -> None:
        self._found = found

    def collect(self) -> Iterable[Metric]:
        return self._found


def _quick(session: Session, state: State, now: datetime) -> list[Metric]:
    every = sites.every(session)
    return [
        *_queue(operations.queues(session, every), now),
        *_decisions(operations.last_day(session, every, now=now)),
        *_deliveries(operations.outboxes(session, every), now),
        *_groups(session, state),
        _gauge("moderation_database_bytes", "Size of the database in bytes.", [], [((), size(session))]),
    ]


def _queue(queues: Iterable[operations.Queue], now: datetime) -> list[Metric]:
    keyed = [((one.site, one.waits_for), one) for one in queues]
    labels = ["site", "waits_for"]
    return [
        _gauge(
            "moderation_waiting_comments",
            "Comments that wait for a person, by site and what they wait for.",
            labels,
            ((key, one.comments) for key, one in keyed),
        ),
        _gauge(
            "moderation_oldest_waiting_seconds",
            "Seconds since the oldest comment came that waits for a person; 0 where none does.",
            labels,
            ((key, _age(one.oldest, now)) for key, one in keyed),
        ),
    ]


def _decisions(decided: Iterable[operations.LastDay]) -> list[Metric]:
    keyed = [((one.site, one.action), one) for one in decided]
    labels = ["site", "action"]
    return [
        _gauge(
            "moderation_decisions_last_day",
            "Decisions of people within the last 24 hours, by site and what they decided.",
            labels,
            ((key, one.decisions) for key, one in keyed),
        ),
        _gauge(
            "moderation_overturned_last_day",
            "Decisions within the last 24 hours that hold and reverse the service's verdict.",
            labels,
            ((key, one.overturned) for key, one in keyed),
        ),
    ]


def _deliveries(outboxes: Sequence[operations.Outbox], now: datetime) -> list[Metric]:
    counted = (
        ((one.site, state), number)
        for one in outboxes
        for state, number in (
            ("waiting", one.waiting - one.failing),
            ("failing", one.failing),
            ("given-up", one.given_up),
        )
    )
    return [
        _gauge(
            "moderation_deliveries",
            "Decisions that a site was not told yet: waiting, failing (tried in vain) or given-up.",
            ["site", "state"],
            counted,
        ),
        _gauge(
            "moderation_oldest_delivery_seconds",
            "Seconds since the oldest decision that a site is still to be told; 0 where there is none.",
            ["site"],
            (((one.site,), _age(one.oldest, now)) for one in outboxes),
        ),
    ]


def _groups(session: Session, state: State) -> list[Metric]:
    """Say of each group what serves it here; what should may be another."""
    serving = [
        (one.group, state.serving.of_group(one.group_id))
        for one in registry.choices(session, state.settings.models)
    ]
    return [
        _gauge(
            "moderation_model_up",
            "Whether a model judges the comments of a group of sites: 1 or 0.",
            ["group"],
            (((group,), int(model is not None)) for group, model in serving),
        ),
        _gauge(
            "moderation_model_info",
            "The model that judges the comments of a group of sites; always 1.",
            ["group", "model"],
            (((group, model.version), 1) for group, model in serving if model),
        ),
    ]


def _of_models(serving: Serving) -> list[Metric]:
    return [
        _gauge(
            "moderation_models_unusable",
            "Models that should serve and cannot, in the process that answers.",
            [],
            [((), len(serving.problems))],
        )
    ]


def _drift(session: Session, now: datetime) -> list[Metric]:
    names = _names(sites.every(session))
    of_sites = figures.weeks(session, now=now)
    return [
        _gauge(
            "moderation_drift_outside_band",
            "Whether a site's figure of the last full week left the band of the weeks before: 1 or 0.",
            ["site", "figure"],
            (
                ((names[number], figure), int(every[-1].is_outside))
                for number, of_site in of_sites.items()
                for figure, every in figures.points(of_site).items()
            ),
        )
    ]


def _names(every: Iterable[Site]) -> dict[int, str]:
    return {one.id: one.name for one in every}


def _age(since: datetime | None, now: datetime) -> float:
    # A clock that runs ahead makes nothing younger than new.
    return max(0.0, (now - since).total_seconds()) if since else 0.0


def _gauge(
    name: str, what: str, labels: Sequence[str], values: Iterable[tuple[Sequence[Any], float]]
) -> Metric:
    gauge = GaugeMetricFamily(name, what, labels=labels)
    for key, value in values:
        gauge.add_metric([str(one) for one in key], value)
    return gauge
