"""One call, whether it came by itself or among others: its key, its operation, its answer."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import NamedTuple

import msgspec
from werkzeug.datastructures import Headers

from moderation.store.tables import Site
from moderation.web.perspective.analysis import analyze
from moderation.web.perspective.failures import Content, bad_key, explain, no_key
from moderation.web.perspective.suggestion import suggest_score
from moderation.web.state import state

MEDIA_TYPE = "application/json; charset=UTF-8"

Operation = Callable[[Site, bytes], Content]

OPERATIONS: Mapping[str, Operation] = {
    "/v1alpha1/comments:analyze": analyze,
    "/v1alpha1/comments:suggestscore": suggest_score,
}
"""What there is to call, by path."""


class Answer(NamedTuple):
    """What a call is answered with."""

    status: HTTPStatus
    body: bytes
    headers: Mapping[str, str]


def perform(operation: Operation, key: str | None, body: bytes) -> Content:
    """Do what the site that `key` belongs to asks for. Raises Failure and whatever goes wrong."""
    return operation(_site(key), body)


def key(query: Mapping[str, str], headers: Headers) -> str | None:
    """Find the key in whichever of the three places it was sent."""
    scheme, _, credentials = headers.get("Authorization", "").partition(" ")
    return (
        query.get("key")
        or headers.get("X-Goog-Api-Key")
        or (credentials.strip() if scheme.lower() == "bearer" else None)
    )


def good(content: Content) -> Answer:
    """Answer with `content`."""
    return Answer(HTTPStatus.OK, msgspec.json.encode(content), {"Content-Type": MEDIA_TYPE})


def bad(error: Exception) -> Answer:
    """Answer with what went wrong."""
    failure = explain(error)
    body = msgspec.json.encode(failure.content)
    return Answer(failure.code, body, {"Content-Type": MEDIA_TYPE, **failure.headers})


def _site(key: str | None) -> Site:
    if not key:
        raise no_key()
    with state().database.looking_up() as connection:
        site = state().keys.site(connection, key.strip())
    if site is None:
        raise bad_key()
    return site
