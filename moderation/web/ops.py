"""What operators and their machines ask: is the process alive, can it do its work."""

from http import HTTPStatus

import structlog
from flask import Blueprint, Response, jsonify, redirect, url_for
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response as AnyResponse

from moderation.refusal import Refusal
from moderation.web.state import state

log = structlog.get_logger()

bp = Blueprint("ops", __name__)

_NO_DATABASE = "The database cannot be reached, or cannot be written to."


@bp.get("/")
def home() -> AnyResponse:
    """Lead people to the console."""
    return redirect(url_for("console.queue"))


@bp.get("/healthz")
def alive() -> Response:
    """Say that the process answers."""
    return jsonify(status="alive")


@bp.get("/readyz")
def ready() -> tuple[Response, HTTPStatus]:
    """Say whether comments can be accepted, and whether the classifier judges them.

    Without a classifier the service still accepts comments and sends all of them to review:
    that is degraded, not down, and a load balancer must not take it out.
    """
    try:
        state().probe.check()
    except (Refusal, SQLAlchemyError) as error:
        log.warning("not_ready", reason=str(getattr(error, "orig", error)))
        why = str(error) if isinstance(error, Refusal) else _NO_DATABASE
        return jsonify(status="unavailable", problems=[why]), HTTPStatus.SERVICE_UNAVAILABLE
    scorer = state().serving.current()
    problems = state().serving.problems
    return (
        jsonify(
            status="degraded" if problems else "ready",
            model=scorer.version if scorer else None,
            problems=list(problems),
        ),
        HTTPStatus.OK,
    )
