"""Refusals in one shape: RFC 9457 problem details, with a code that programs can rely on."""

from http import HTTPStatus

import msgspec
from flask import Response


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
        self.problem = Problem(title=status.phrase, status=status, code=code, detail=detail)
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
