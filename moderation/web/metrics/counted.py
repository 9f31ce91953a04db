"""What the processes count while they work: requests, comments judged, and how long both took.

`moderation serve` names a folder in PROMETHEUS_MULTIPROC_DIR. There each process keeps its counts in
files of its own, and whichever answers adds all of them up; what a process counted that has died stays
in the sum, so that counters never fall while the service runs. Without the folder a process knows only
its own counts.
"""

import os
import time

from flask import Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from moderation.verdict import Action

# Whoever asks may call his method what he likes.
_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
_OTHER = "other"
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

# When each series began is told only where a process counts alone, and nobody asks.
disable_created_metrics()  # type: ignore[no-untyped-call]  # The library's own is untyped.
_own = CollectorRegistry()

_requests = Counter(
    "moderation_http_requests_total",
    "Requests answered, by method, rule of the address and class of the status.",
    ["method", "route", "status"],
    registry=_own,
)
_request_seconds = Histogram(
    "moderation_http_request_seconds",
    "Seconds until a request was answered, by method and rule of the address.",
    ["method", "route"],
    buckets=_SECONDS,
    registry=_own,
)
_comments = Counter(
    "moderation_comments_judged_total",
    "Comments judged and stored, by site and what the service said.",
    ["site", "action"],
    registry=_own,
)
judging_takes = Histogram(
    "moderation_judging_seconds",
    "Seconds that rules and classifier took for one comment, without the database.",
    buckets=_SECONDS,
    registry=_own,
)


def note_request(response: Response) -> Response:
    """Count the request that is answered with `response`."""
    method = request.method if request.method in _METHODS else _OTHER
    # The rule, not the path: a path can hold what a stranger typed.
    route = request.url_rule.rule if request.url_rule else _OTHER
    _requests.labels(method, route, f"{response.status_code // 100}xx").inc()
    _request_seconds.labels(method, route).observe(time.perf_counter() - g.started)
    return response


def note_judged(site: str, action: Action) -> None:
    """Count a comment that was judged and stored."""
    _comments.labels(site, action).inc()


def together() -> Collector:
    """Return what all processes have counted, where they keep it together, or else this one."""
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if not folder:
        return _own
    return MultiProcessCollector(None, folder)  # type: ignore[no-untyped-call]  # As above.
