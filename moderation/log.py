"""Structured logs on standard error: constant event names with fields, never a reader's text."""

import logging
import sys
from typing import Literal

import structlog


def configure(form: Literal["auto", "json", "console"]) -> None:
    """Choose the form of log lines; `auto` is for people where a terminal shows them, else JSON."""
    people_watch = form == "console" or (form == "auto" and sys.stderr.isatty())
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *_renderers(people_watch=people_watch),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        # Whatever standard error is by then: servers and tests put another in its place.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )


def _renderers(*, people_watch: bool) -> list[structlog.typing.Processor]:
    # Tracebacks come without local variables, which hold what readers wrote.
    if people_watch:
        return [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    tracebacks = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
    return [structlog.processors.ExceptionRenderer(tracebacks), structlog.processors.JSONRenderer()]
