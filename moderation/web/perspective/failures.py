"""What goes wrong, said as Google says it: a code, its name, a sentence, and details for programs."""

import traceback
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from moderation.judgement import NotScored
from moderation.limits import TooMany
from moderation.review import Conflict
from moderation.web.state import state

log = structlog.get_logger()

Content = dict[str, Any]

_NAMES = {
    HTTPStatus.BAD_REQUEST: "INVALID_ARGUMENT",
    HTTPStatus.FORBIDDEN: "PERMISSION_DENIED",
    HTTPStatus.NOT_FOUND: "NOT_FOUND",
    HTTPStatus.CONFLICT: "ABORTED",
    HTTPStatus.TOO_MANY_REQUESTS: "RESOURCE_EXHAUSTED",
    HTTPStatus.INTERNAL_SERVER_ERROR: "INTERNAL",
    HTTPStatus.SERVICE_UNAVAILABLE: "UNAVAILABLE",
}
_SOON = {"Retry-After": "5"}


class Failure(Exception):
    """A call that is answered with an error."""

    def __init__(
        self,
        message: str,
        code: HTTPStatus = HTTPStatus.BAD_REQUEST,
        *,
        details: Sequence[Content] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.code = code
        self.details = details
        self.headers = headers or {}
        super().__init__(message)

    @property
    def content(self) -> Content:
        """The body of the answer."""
        error: Content = {
            "code": int(self.code),
            "message": str(self),
            "status": _NAMES.get(self.code, "UNKNOWN"),
        }
        if self.details:
            error["details"] = list(self.details)
        return {"error": error}


def refused(message: str, kind: str | None = None, **more: object) -> Failure:
    """Make the error of a comment that cannot be analysed; `kind` is what programs look at."""
    if kind is None:
        return Failure(message)
    detail = {
        "@type": "type.googleapis.com/google.commentanalyzer.v1alpha1.Error",
        "errorType": kind,
        **more,
    }
    return Failure(message, details=[detail])


def no_key() -> Failure:
    """Make the error of a call without a key."""
    return Failure(
        "Method doesn't allow unregistered callers (callers without established identity). "
        "Please use API Key or other form of API consumer identity to call this API.",
        HTTPStatus.FORBIDDEN,
    )


def bad_key() -> Failure:
    """Make the error of a key that is no site's. Its status is 400, as it is at Google."""
    detail = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "API_KEY_INVALID",
        "domain": "googleapis.com",
        "metadata": {"service": "commentanalyzer.googleapis.com"},
    }
    return Failure("API key not valid. Please pass a valid API key.", details=[detail])


def explain(error: Exception) -> Failure:
    """Say what went wrong. What was not foreseen is logged, and never with a word of the comment."""
    match error:
        case Failure():
            return error
        case NotScored():
            return _unavailable(str(error))
        case Conflict() | TooMany():
            return _later(error)
        case HTTPException():
            return _http(error)
        case OperationalError() | InterfaceError():
            log.error("storage_failed", error=type(error.orig).__name__, reason=str(error.orig))
            return _unavailable("The database could not do this now. Nothing was stored.")
    # An error's message can quote what it was about; the places where it happened cannot.
    where = [
        f"{one.filename}:{one.lineno} {one.name}" for one in traceback.extract_tb(error.__traceback__)
    ]
    log.error("unexpected_error", error=type(error).__name__, where=where)
    return Failure("Internal error encountered.", HTTPStatus.INTERNAL_SERVER_ERROR)


def _later(error: Conflict | TooMany) -> Failure:
    if isinstance(error, TooMany):
        return Failure(str(error), HTTPStatus.TOO_MANY_REQUESTS)
    message = "The comment was changed at the same moment. Please try again."
    return Failure(message, HTTPStatus.CONFLICT)


def _http(error: HTTPException) -> Failure:
    if isinstance(error, RequestEntityTooLarge):
        return Failure(f"Request payload size exceeds the limit: {state().settings.max_body} bytes.")
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    return Failure(error.description or status.description, status)


def _unavailable(why: str) -> Failure:
    message = f"The service is currently unavailable. {why}"
    return Failure(message, HTTPStatus.SERVICE_UNAVAILABLE, headers=_SOON)
