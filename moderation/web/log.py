"""Log each request once: what was asked, by its rule, and how it ended.

Who is logged in is named by his number. Each request has a number as well, which every line about it
carries and the answer too: so whoever is told of a failure can be asked for it.
"""

import secrets
import time

import structlog
from flask import Flask, Response, g, request

log = structlog.get_logger()

_HEADER = "X-Request-Id"


def set_up(app: Flask) -> None:
    """Log the requests of `app`."""

    @app.before_request
    def start() -> None:
        g.started = time.perf_counter()
        g.request_id = secrets.token_hex(8)
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

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
        response.headers[_HEADER] = g.request_id
        return response

    @app.teardown_request
    def end(error: BaseException | None) -> None:  # noqa: ARG001  What Flask calls it with.
        structlog.contextvars.unbind_contextvars("request_id", "moderator_id")
