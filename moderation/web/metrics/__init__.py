"""What Prometheus asks for: figures of requests, of the queue, of models and of the processes.

counted     what the processes count while they work
watched     what the database and the registry say when they are asked
processes   what the operating system says of each process

No label holds what readers or moderators wrote, nor a key: labels are names of sites, of groups and of
models, rules of addresses, and words from short lists.
"""

import hmac
from http import HTTPStatus

from flask import Flask, Response, abort, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from moderation.web.metrics import counted
from moderation.web.metrics.counted import judging_takes, note_judged
from moderation.web.metrics.processes import Processes
from moderation.web.metrics.watched import Watched
from moderation.web.state import state

__all__ = ["judging_takes", "note_judged", "set_up"]


def set_up(app: Flask, token: str) -> None:
    """Count the requests of `app`, and give the figures to whoever shows the token."""
    watched = Watched()
    app.after_request(counted.note_request)

    @app.get("/metrics")
    def metrics() -> Response:
        shown = request.authorization
        if shown is None or shown.type != "bearer" or not _is_same(shown.token, token):
            # As where there is nothing: strangers need not know that there is.
            abort(HTTPStatus.NOT_FOUND)
        asked = CollectorRegistry()
        asked.register(counted.together())
        asked.register(watched.now(state()))
        asked.register(Processes())
        return Response(generate_latest(asked), content_type=CONTENT_TYPE_LATEST)


def _is_same(shown: str | None, token: str) -> bool:
    return hmac.compare_digest((shown or "").encode(), token.encode())
