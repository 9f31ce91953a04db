"""Start the service and its peers, each as its manual says, each with as many processes."""

import secrets
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from bench.http import peers
from bench.serving import free_port, is_there, running
from bench.texts import ROOT
from moderation import sites
from moderation.settings import Settings
from moderation.store import Database, upgrade

OURS, ISSO = "comments", "comments-for-isso"
"""The two ways in which comments are written: as the service takes them, and as Isso does."""

_PATH = "/api/v1/comments"

_ISSO_SETTINGS = """
[general]
dbpath = {folder}/isso.db
host = http://blog.example.org/
[moderation]
enabled = true
[guard]
enabled = false
[server]
listen = http://127.0.0.1:{port}/
[hash]
salt = {salt}
"""


@dataclass(frozen=True, slots=True)
class Server:
    """One that runs: what to call it, where it is, and what it wants to be shown."""

    name: str
    address: str
    path: str = _PATH
    bodies: str = OURS
    # The address of its database on PostgreSQL.
    postgresql: str | None = None

    def learn(self) -> None:
        """Let PostgreSQL look at what is stored, as it does by itself every minute."""
        if self.postgresql:
            with psycopg.connect(self.postgresql, autocommit=True) as connection:
                connection.execute("ANALYZE")

    key: str | None = None


@contextmanager
def moderation(name: str, folder: Path, postgresql: str | None = None) -> Iterator[Server]:
    """Run the service as shipped, with a key, on SQLite or on a database of PostgreSQL."""
    folder.mkdir()
    url = postgresql or f"sqlite:///{folder / 'moderation.db'}"
    database = Database(url)
    upgrade(database)
    with database.writing() as session:
        _, key = sites.add(session, "blog", "https://blog.example.org/", now=datetime.now(UTC))
        session.commit()
    database.close()
    port = free_port()
    environment = {
        "MODERATION_INSTANCE": str(folder),
        "MODERATION_MODELS": str(ROOT / "models"),
        "MODERATION_DATABASE_URL": url,
        "MODERATION_PORT": str(port),
    }
    words = [str(Path(sys.executable).with_name("moderation")), "serve"]
    with _running(words, port, folder, environment) as address:
        yield Server(name, address, key=key, postgresql=postgresql)


@contextmanager
def flask(name: str, folder: Path, factory: str, postgresql: str | None = None) -> Iterator[Server]:
    """Run one of `peers` under the server that the service uses, with its workers and threads."""
    folder.mkdir()
    port = free_port()
    shipped = Settings()
    environment = {peers.URL: peers.made(folder, postgresql)} if factory == "storing" else {}
    words = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", "--no-ws"),
        *("--port", str(port), "--workers", str(shipped.workers)),
        *("--blocking-threads", str(shipped.threads), f"bench.http.peers:{factory}"),
    ]
    with _running(words, port, folder, environment) as address:
        yield Server(name, address, postgresql=postgresql)


@contextmanager
def isso(name: str, folder: Path) -> Iterator[Server]:
    """Run Isso under gunicorn with its moderation on and its limits off."""
    folder.mkdir()
    port = free_port()
    settings = folder / "isso.cfg"
    settings.write_text(
        _ISSO_SETTINGS.format(folder=folder, port=port, salt=secrets.token_hex(8)), "utf-8"
    )
    words = [
        *(sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}"),
        *("--workers", str(Settings().workers), "--preload", "isso.run"),
    ]
    with _running(words, port, folder, {"ISSO_SETTINGS": str(settings)}) as address:
        yield Server(name, address, path="/new?uri=%2Fpage%2F", bodies=ISSO)


@contextmanager
def _running(words: list[str], port: int, folder: Path, environment: Mapping[str, str]) -> Iterator[str]:
    address = f"http://127.0.0.1:{port}"
    # Most of them have no first page, and say so.
    with running(words, lambda: is_there(address), log=folder / "log", environment=environment):
        yield address
