"""Refusals in one shape: RFC 9457 problem details, with a code that programs can rely on."""

from http import HTTPStatus

import msgspec
from flask import Response

# Python renamed these two from one version to the next; what programs read must not change with it.
_TITLES = {413: "Content Too Large", 422: "Unprocessable Content"}


def title(status: HTTPStatus) -> str:
    """Name a status as RFC 9110 does."""
    return _TITLES.get(status, status.phrase)


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Why a request was refused."""

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str


class Refused(Exception):
    """A request that is answered with a problem."""

    def __init__(
        self, status: HTTPStatus, code: str, detail: str, headers: dict[str, str] | None = None
    ) -> None:
        self.problem = Problem(title=title(status), status=status, code=code, detail=detail)
        self.headers = headers or {}
        super().__init__(detail)


def respond(problem: Problem, headers: dict[str, str] | None = None) -> Response:
    """Answer with `problem`."""
    return Response(
        msgspec.json.encode(problem),
        status=problem.status,
        headers=headers,
        mimetype="application/problem+json",
    )
