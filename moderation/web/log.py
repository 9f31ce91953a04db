"""Log each request once: what was asked, by its rule, and how it ended."""

import time

import structlog
from flask import Flask, Response, g, request

log = structlog.get_logger()


def set_up(app: Flask) -> None:
    """Log the requests of `app`."""

    @app.before_request
    def start() -> None:
        g.started = time.perf_counter()

    @app.after_request
    def finish(response: Response) -> Response:
        log.info(
            "request",
            method=request.method,
            # The rule, not the path: a path can hold what a stranger typed.
            route=request.url_rule.rule if request.url_rule else None,
            status=response.status_code,
            milliseconds=round((time.perf_counter() - g.started) * 1000, 1),
        )
        return response
