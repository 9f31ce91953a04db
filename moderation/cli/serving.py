"""`moderation serve`: run the service, and welcome an owner who starts it for the first time."""

import multiprocessing
import os
import secrets
import socket
import tempfile
from datetime import UTC, datetime

import click
import structlog
from granian import Granian
from granian.constants import Interfaces
from granian.http import HTTP1Settings

from moderation import moderators, settings, sites
from moderation.cli import opened
from moderation.log import of_libraries
from moderation.refusal import Refusal
from moderation.settings import Settings
from moderation.store import Database
from moderation.store.tables import Role

_FIRST_MODERATOR = "admin"
_FIRST_SITE = "blog"
# In each process. So many threads cost little, as most wait for clients: the application lets as many
# work at once as is set. More connections than that wait until one ends.
_CONNECTIONS = 512
# Bytes on each connection: of the longest headers, and of answers ahead of who asks but does not read.
_BUFFER = 64 * 1024
# Asked to reload, it starts each process anew, and so many seconds later ends the old one.
_SECONDS_TO_START = 10.0
# Where the processes count together; prometheus-client reads it when it is imported.
_COUNTS = "PROMETHEUS_MULTIPROC_DIR"

log = structlog.get_logger()


class AddressTaken(Refusal):
    """Where the service should listen, it cannot."""


@click.command()
@click.option("--host", help="Address to listen on. [default: MODERATION_HOST, else 127.0.0.1]")
@click.option("--port", type=click.IntRange(1, 65_535), help="[default: MODERATION_PORT, else 8000]")
def serve(host: str | None, port: int | None) -> None:
    """Run the service until it is stopped.

    On the first start it makes a first moderator and a first site, and shows their password and
    key once. Sent SIGHUP, it starts its processes anew, one after the other, and fails no request.

    Example: moderation serve --port 8080
    """
    chosen = settings.read()
    # Made here, before the workers start, so that all of them find the same.
    chosen.signing_key()
    host, port = host or chosen.host, port or chosen.port
    _check_free(host, port)
    with opened.database() as database:
        _welcome(database, chosen)
    address = f"http://{host}:{port}/"
    _tell(chosen, f"Serving on {address} (console: {address}console/)", "serving", address=address)
    # Fresh for each start: what a process counted that is gone counts on until then, and no longer.
    with tempfile.TemporaryDirectory(prefix="moderation-counts-") as counts:
        if chosen.metrics_token:
            os.environ[_COUNTS] = counts
        # Not copies of this process: asked to reload, they run what is installed by then.
        multiprocessing.set_start_method("spawn", force=True)
        Granian(
            "moderation.web:create_serving_app",
            factory=True,
            interface=Interfaces.WSGI,
            address=host,
            port=port,
            workers=chosen.workers,
            backpressure=_CONNECTIONS,
            blocking_threads=_CONNECTIONS,
            http1_settings=HTTP1Settings(max_buffer_size=_BUFFER),
            websockets=False,
            respawn_failed_workers=True,
            respawn_interval=_SECONDS_TO_START,
            log_dictconfig=of_libraries(chosen.log_format),
        ).serve()


def _check_free(host: str, port: int) -> None:
    """Refuse a port that is in use: the server would share it, and answer every other request."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as tried:
            # As servers do it: a port that was only just given up is free.
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(address)
    except OSError as error:
        raise AddressTaken(f"{host}:{port} cannot be used: {error.strerror}.") from None


def _welcome(database: Database, chosen: Settings) -> None:
    """Make what an owner needs to begin with, and show it once it is stored."""
    now = datetime.now(UTC)
    password = key = None
    with database.writing() as session:
        if not moderators.anyone(session):
            password = secrets.token_urlsafe(12)
            moderators.add(
                session, _FIRST_MODERATOR, password, role=Role.ADMIN, must_change=True, now=now
            )
        if not sites.exist(session):
            _, key = sites.add(session, _FIRST_SITE, "http://localhost/", now=now)
        session.commit()
    if password:
        people = (
            f"First moderator: {_FIRST_MODERATOR}\n"
            f"One-time password: {password}   (you choose your own at the first login)"
        )
        _tell(chosen, people, "first_moderator", name=_FIRST_MODERATOR, one_time_password=password)
    if key:
        people = f"First site: {_FIRST_SITE}\nSite key: {key}   (shown only now)"
        _tell(chosen, people, "first_site", name=_FIRST_SITE, key=key)


def _tell(chosen: Settings, people: str, event: str, **fields: str) -> None:
    """Tell whoever starts the service; where every line is to be JSON, in the log."""
    if chosen.log_format == "json":
        log.info(event, **fields)
    else:
        click.echo(people)
