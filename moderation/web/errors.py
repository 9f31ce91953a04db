"""Translate what went wrong, once: into problem details for programs, into a page for people."""

from collections.abc import Callable
from http import HTTPStatus

import structlog
from flask import Flask, Response, g, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import InterfaceError, OperationalError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge, SecurityError

from moderation import backtests, delivery, intake, limits, moderators, policies, review, sites
from moderation.rules import settings
from moderation.web.problem import Problem, Refused, respond, title
from moderation.web.state import state

log = structlog.get_logger()

# What use cases refuse, and how it is said in HTTP.
_REFUSALS: dict[type[Exception], tuple[HTTPStatus, str]] = {
    intake.OtherContent: (HTTPStatus.CONFLICT, "other_content"),
    intake.EditedMeanwhile: (HTTPStatus.CONFLICT, "edited_meanwhile"),
    intake.UnknownComment: (HTTPStatus.NOT_FOUND, "unknown_comment"),
    backtests.UnknownBacktest: (HTTPStatus.NOT_FOUND, "unknown_backtest"),
    delivery.UnknownDelivery: (HTTPStatus.NOT_FOUND, "unknown_delivery"),
    policies.UnknownChange: (HTTPStatus.NOT_FOUND, "unknown_change"),
    policies.UnknownList: (HTTPStatus.NOT_FOUND, "unknown_list"),
    review.UnknownComment: (HTTPStatus.NOT_FOUND, "unknown_comment"),
    review.UnknownDecision: (HTTPStatus.NOT_FOUND, "unknown_decision"),
    settings.UnknownRule: (HTTPStatus.NOT_FOUND, "unknown_rule"),
    sites.UnknownSite: (HTTPStatus.NOT_FOUND, "unknown_site"),
    moderators.UnknownModerator: (HTTPStatus.NOT_FOUND, "unknown_moderator"),
    review.UnknownAct: (HTTPStatus.NOT_FOUND, "unknown_act"),
    review.UnknownWave: (HTTPStatus.NOT_FOUND, "unknown_wave"),
    review.NothingHolds: (HTTPStatus.CONFLICT, "nothing_holds"),
    review.NothingWaits: (HTTPStatus.CONFLICT, "nothing_waits"),
    review.CannotTake: (HTTPStatus.UNPROCESSABLE_ENTITY, "cannot_take"),
    review.BadNote: (HTTPStatus.UNPROCESSABLE_ENTITY, "bad_note"),
}

# Where Flask's own sentence is about servers and spelling.
_OWN_WORDS = {HTTPStatus.NOT_FOUND: "There is nothing at this address."}


def set_up(app: Flask) -> None:
    """Register the translations."""
    for refusal, (status, code) in _REFUSALS.items():
        app.register_error_handler(refusal, _refusal(status, code))
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(limits.TooMany, _too_many)
    app.register_error_handler(CSRFError, _forged)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OperationalError, _storage)
    app.register_error_handler(InterfaceError, _storage)
    app.register_error_handler(Exception, _unexpected)


def log_failure(error: Exception) -> None:
    """Log what operators must know of: a database that fails, or an error of ours."""
    if isinstance(error, OperationalError | InterfaceError):
        log.error(
            "storage_failed",
            error=type(error.orig).__name__,
            # SQLite says little in words: which kind of I/O error it was stands in its code.
            code=getattr(error.orig, "sqlite_errorname", None) or getattr(error.orig, "sqlstate", None),
            reason=str(error.orig),
        )
    else:
        log.error("unexpected_error", exc_info=error)


def _refusal(status: HTTPStatus, code: str) -> Callable[[Exception], Response]:
    return lambda error: _answer(status, code, str(error))


def _too_many(error: limits.TooMany) -> Response:
    """Say in the words of RFC 6585 and of the draft on RateLimit fields when to come again."""
    return _answer(
        HTTPStatus.TOO_MANY_REQUESTS,
        "too_many_comments",
        str(error),
        {
            "Retry-After": str(error.wait),
            "RateLimit-Policy": f'"comments";q={error.most};w={limits.SECONDS}',
            "RateLimit": f'"comments";r=0;t={error.wait}',
        },
    )


def _refused(error: Refused) -> Response:
    return _show(error.problem, error.headers)


def _forged(error: CSRFError) -> Response:
    detail = f"{error.description} Go back, reload the page and try again."
    return _answer(HTTPStatus.BAD_REQUEST, "csrf", detail)


def _http(error: HTTPException) -> Response:
    """Answer what Flask itself refuses: no such page, wrong method, too large a body."""
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    detail = _OWN_WORDS.get(status) or error.description or status.description
    if isinstance(error, SecurityError):
        detail = "The service does not answer to that host."
    if isinstance(error, RequestEntityTooLarge):
        detail = f"The body is larger than {state().settings.max_body:,} bytes."
    kept = {
        name: value
        for name, value in error.get_headers()
        if name.lower() not in {"content-type", "content-length"}
    }
    return _answer(status, title(status).lower().replace(" ", "_"), detail, kept)


def _storage(error: OperationalError | InterfaceError) -> Response:
    """Answer when the database cannot be reached or written: nothing was stored, try again."""
    log_failure(error)
    return _answer(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "storage_unavailable",
        "The database could not do this now. Nothing was stored; try again.",
        {"Retry-After": "5"},
    )


def _unexpected(error: Exception) -> Response:
    log_failure(error)
    return _answer(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "internal_error",
        f"Something went wrong on our side. It was logged as {g.request_id}.",
    )


def _answer(
    status: HTTPStatus, code: str, detail: str, headers: dict[str, str] | None = None
) -> Response:
    return _show(Problem(title=title(status), status=status, code=code, detail=detail), headers)


def _show(problem: Problem, headers: dict[str, str] | None) -> Response:
    """Answer programs with problem details, and people with a page."""
    # A request whose Host makes no sense has no addresses that a page could link to.
    is_lost = problem.status == HTTPStatus.BAD_REQUEST and request.url_rule is None
    if is_lost or not request.path.startswith("/console"):
        return respond(problem, headers)
    page = render_template("console/problem.html", problem=problem)
    return Response(page, status=problem.status, headers=headers)
