"""`moderation drift` as an operator and cron read it."""

import json
import random
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from moderation.cli import main
from moderation.store import Database
from moderation.store.tables import Site
from tests.conftest import KEY, add_site, fresh_file
from tests.planting import SEED, plant


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run a command on a database where the blog has moved and the forum has not."""
    monkeypatch.chdir(tmp_path)
    database = Database(fresh_file(Path("instance")))
    today = datetime.now(UTC).date()
    monday = datetime.combine(today - timedelta(days=today.weekday() + 7), time(), UTC)
    lots = random.Random(SEED)
    for name, key in (("blog", KEY), ("forum", "fedcba987654"), ("empty", "fedcba987655")):
        added = add_site(database, name, key)
        with database.writing() as session:
            if name != "empty":
                plant(session, session.get(Site, added.id), lots, monday, has_moved=name == "blog")
            session.commit()
    database.close()
    return lambda *words: CliRunner().invoke(main, words)


def test_what_moved_is_said_and_logged_and_ends_with_its_own_code(run):
    told = run("drift")

    assert told.exit_code == 4
    assert "blog" in told.stdout
    assert "forum" in told.stdout
    assert "blog: at least" in told.stderr
    logged = [json.loads(line) for line in told.stderr.splitlines() if line.startswith("{")]
    assert {(one["event"], one["level"], one["site"]) for one in logged} == {
        ("drift", "warning", "blog")
    }
    assert "scores" in {one["figure"] for one in logged}


@pytest.mark.parametrize("name", ["forum", "empty"])
def test_a_quiet_site_ends_well(run, name):
    told = run("drift", "--site", name)

    assert (told.exit_code, told.stderr) == (0, "")


def test_a_site_that_is_not_there_is_named(run):
    told = run("drift", "--site", "nowhere")

    assert (told.exit_code, "nowhere" in told.stderr) == (1, True)
