"""The layers below us: Flask that answers, and Flask that stores one row before it answers."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask, Response, request
from sqlalchemy import (
    Column,
    Connection,
    DateTime,
    Engine,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
    insert,
)

URL = "BENCH_DATABASE_URL"
"""The variable that names the database of `storing`."""

metadata = MetaData()
rows = Table(
    "comments",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("external_id", String(200), nullable=False, unique=True),
    Column("author", String(200), nullable=False),
    Column("page", String(2_000), nullable=False),
    Column("text", Text, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Index("by_page", "page", "received_at"),
)


def answering() -> Flask:
    """Build what answers with what it was sent, and does nothing else."""
    app = Flask(__name__)

    @app.post("/api/v1/comments")
    def answer() -> tuple[Response, int]:
        return _said(request.get_json()), 201

    return app


def storing() -> Flask:
    """Build what stores a comment as one row, durably, and answers after the commit."""
    app = Flask(__name__)
    engine = connected(os.environ[URL])

    @app.post("/api/v1/comments")
    def store() -> tuple[Response, int]:
        sent = request.get_json()
        with engine.begin() as connection:
            connection.execute(
                insert(rows).values(
                    external_id=sent["id"],
                    author=sent["author"]["name"],
                    page=sent["page"]["url"],
                    text=sent["text"],
                    received_at=datetime.now(UTC),
                )
            )
        return _said(sent), 201

    return app


def connected(url: str) -> Engine:
    """Connect as the SQLAlchemy manual says, so that a commit is on disk before it returns."""
    if not url.startswith("sqlite"):
        return create_engine(url.replace("postgresql:", "postgresql+psycopg:", 1))
    engine = create_engine(url)

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _entry: object) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _said(sent: dict[str, Any]) -> Response:
    return Response(json.dumps({"id": sent["id"]}), mimetype="application/json")


def made(folder: Path, url: str | None = None) -> str:
    """Make the table of `storing` in a fresh database, and return its address."""
    url = url or f"sqlite:///{folder / 'stored.db'}"
    engine = connected(url)
    metadata.create_all(engine)
    engine.dispose()
    return url
