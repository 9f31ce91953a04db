"""`moderation serve`: run the service, and welcome an owner who starts it for the first time."""

import os
import secrets
import socket
import tempfile
from datetime import UTC, datetime

import click
from granian import Granian
from granian.constants import Interfaces

from moderation import moderators, settings, sites
from moderation.cli import opened
from moderation.store import Database
from moderation.store.tables import Role

_FIRST_MODERATOR = "admin"
_FIRST_SITE = "blog"
# Where the processes count together; prometheus-client reads it when it is imported.
_COUNTS = "PROMETHEUS_MULTIPROC_DIR"


@click.command()
@click.option("--host", help="Address to listen on. [default: MODERATION_HOST, else 127.0.0.1]")
@click.option("--port", type=click.IntRange(1, 65_535), help="[default: MODERATION_PORT, else 8000]")
def serve(host: str | None, port: int | None) -> None:
    """Run the service until it is stopped.

    On the first start it makes a first moderator and a first site, and shows their password and
    key once.

    Example: moderation serve --port 8080
    """
    chosen = settings.read()
    # Made here, before the workers start, so that all of them find the same.
    chosen.signing_key()
    host, port = host or chosen.host, port or chosen.port
    _check_free(host, port)
    with opened.database() as database:
        _welcome(database)
    click.echo(f"Serving on http://{host}:{port}/ (console: http://{host}:{port}/console/)")
    # Fresh for each start: what a process counted that is gone counts on until then, and no longer.
    with tempfile.TemporaryDirectory(prefix="moderation-counts-") as counts:
        if chosen.metrics_token:
            os.environ[_COUNTS] = counts
        Granian(
            "moderation.web:create_serving_app",
            factory=True,
            interface=Interfaces.WSGI,
            address=host,
            port=port,
            workers=chosen.workers,
            blocking_threads=chosen.threads,
            websockets=False,
            respawn_failed_workers=True,
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
        raise click.ClickException(f"{host}:{port} cannot be used: {error.strerror}.") from None


def _welcome(database: Database) -> None:
    """Make what an owner needs to begin with, and show it once it is stored."""
    now = datetime.now(UTC)
    made: list[str] = []
    with database.writing() as session:
        if not moderators.anyone(session):
            password = secrets.token_urlsafe(12)
            moderators.add(
                session, _FIRST_MODERATOR, password, role=Role.ADMIN, must_change=True, now=now
            )
            made += [
                f"First moderator: {_FIRST_MODERATOR}",
                f"One-time password: {password}   (you choose your own at the first login)",
            ]
        if not sites.exist(session):
            _, key = sites.add(session, _FIRST_SITE, "http://localhost/", now=now)
            made += [f"First site: {_FIRST_SITE}", f"Site key: {key}   (shown only now)"]
        session.commit()
    for line in made:
        click.echo(line)
