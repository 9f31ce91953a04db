"""Structured logs on standard error: constant event names with fields, never a reader's text."""

import logging
import sys
from collections.abc import Callable
from typing import Any, Literal

import structlog

Form = Literal["auto", "json", "console"]

# Most of these threads wait for clients; see `web/buffers.py`.
_DOUBT = "Python threads, which seems quite high"

_MARKS: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def configure(form: Form) -> None:
    """Choose the form of log lines; `auto` is for people where a terminal shows them, else JSON."""
    structlog.configure(
        processors=[*_MARKS, *_renderers(form)],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        # Whatever standard error is by then: servers and tests put another in its place.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )


def of_libraries(form: Form) -> dict[str, Any]:
    """Return how the server and other libraries are to log, so that their lines look like ours.

    It is what `logging.config.dictConfig` takes, in parts that replace Granian's own.
    """
    return {
        "filters": {"unintended": {"()": "moderation.log.unintended"}},
        "formatters": {"ours": {"()": "moderation.log.formatter", "form": form}},
        "handlers": {
            "ours": {
                "class": "logging.StreamHandler",
                "stream": "ext://sys.stderr",
                "formatter": "ours",
                "filters": ["unintended"],
            }
        },
        "loggers": {"_granian": {"handlers": ["ours"], "level": "INFO", "propagate": False}},
        "root": {"handlers": ["ours"], "level": "WARNING"},
    }


def unintended() -> Callable[[logging.LogRecord], bool]:
    """Return what lets lines through but for the server's doubt about its threads, which are meant."""
    return lambda record: _DOUBT not in record.getMessage()


def formatter(form: Form) -> logging.Formatter:
    """Return what writes a library's line as one of ours, with the name of its logger."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.add_logger_name, *_MARKS],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_renderers(form)],
    )


def _escape(
    _logger: object, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Write as escapes what a terminal would obey; JSON does so by itself."""
    return {
        name: repr(value)[1:-1] if isinstance(value, str) and not value.isprintable() else value
        for name, value in event.items()
    }


def _renderers(form: Form) -> list[structlog.typing.Processor]:
    people_watch = form == "console" or (form == "auto" and sys.stderr.isatty())
    # Tracebacks come without local variables, which hold what readers wrote.
    if people_watch:
        shown = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        return [_escape, shown]
    tracebacks = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
    return [structlog.processors.ExceptionRenderer(tracebacks), structlog.processors.JSONRenderer()]
