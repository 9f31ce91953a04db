"""An upgrade of many rows that is killed leaves the old version whole, and the next one goes through."""

import hashlib
import os
import random
import subprocess
import time
from datetime import timedelta

import pytest
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from bench.decided import fill
from moderation.store import Database, check_schema
from tests.conftest import START
from tests.running import MODERATION
from tests.store.older import downgrade

# Before the version that described every comment anew, which takes longest.
OLD = "0005"
ROWS = 10_000
KILLS = 12
# Bytes and signs that a copy of a table might lose; the number makes each its own.
HOSTILE = (
    "'; DROP TABLE comments; -- {}",
    "  Çéß 👩‍👩‍👧‍👦 \u202e\u200b {}  ",
    "x\r\n\t\x7f\ufffd“” {}",
    "A civil word about the ferry, number {}.",
)
# What is looked at of each table: what both versions have, and no migration writes to.
KEPT = {
    "comments": "id, site_id, external_id, edition, text, author_name, author_email, author_ip,"
    " page_url, page_title, received_at, content_hash",
    "verdicts": "comment_id, action, probability, scores, reasons, model, policy",
    "decisions": "comment_id, revision, action, decided_at, moderator_id",
    "moderators": "id, name, password_hash",
    "sites": "id, name, url, key_hash",
}


@pytest.mark.long
def test_an_upgrade_that_is_killed_loses_nothing_and_the_next_goes_through(database, tmp_path):
    texts = [(HOSTILE[number % len(HOSTILE)].format(number), number % 7 == 0) for number in range(ROWS)]
    fill(database, ROWS, texts=texts, now=START + timedelta(days=30), tell=lambda *_: None)
    downgrade(database, OLD)
    before = held(database)
    began = time.monotonic()
    upgrading = begin(database, tmp_path)
    assert upgrading.wait() == 0
    whole = time.monotonic() - began
    check_schema(database)
    assert held(database) == before

    lots = random.Random(KILLS)
    found = set()
    killed = 0
    while killed < KILLS:
        if revision(database) != OLD:
            downgrade(database, OLD)
        upgrading = begin(database, tmp_path)
        time.sleep(lots.uniform(0.2, 1.0) * whole)
        upgrading.kill()
        killed += upgrading.wait() != 0
        # PostgreSQL lets go of the tables once it notices; whoever reads waits until then.
        assert held(database) == before
        found.add(revision(database))
    assert begin(database, tmp_path).wait() == 0

    assert OLD in found
    check_schema(database)
    assert held(database) == before


def begin(database: Database, folder) -> subprocess.Popen[bytes]:
    """Start an upgrade as an operator does."""
    settings = {
        "MODERATION_DATABASE_URL": database.url.render_as_string(hide_password=False),
        "MODERATION_INSTANCE": str(folder),
    }
    return subprocess.Popen([MODERATION, "db", "upgrade"], env=os.environ | settings)


def held(database: Database) -> dict[str, str]:
    """Hash what there is in each table."""
    with database.engine.connect() as connection:
        found = {
            table: connection.execute(text(f"SELECT {columns} FROM {table} ORDER BY 1, 2")).all()
            for table, columns in KEPT.items()
        }
    return {table: hashlib.sha256(repr(rows).encode()).hexdigest() for table, rows in found.items()}


def revision(database: Database) -> str | None:
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()
