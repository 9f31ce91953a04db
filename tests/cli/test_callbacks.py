"""`moderation callback` as an operator types it."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from moderation import delivery, review, sites
from moderation.cli import main
from moderation.store import Database
from moderation.store.tables import Delivery
from moderation.verdict import Action
from tests.conftest import add_site, at, fresh_file
from tests.making import decider, stored
from tests.receiving import receiving, status

SECRET = re.compile(r"whsec_[A-Za-z0-9+/]{43}=\n")


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run a command beside a database with two sites."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MODERATION_CALLBACK_NETWORKS", "127.0.0.0/8")
    database = Database(fresh_file(Path("instance")))
    add_site(database, "blog", "0123456789ab")
    add_site(database, "other", "cdef00000000")
    database.close()
    return lambda *words: CliRunner().invoke(main, ["callback", *words])


@pytest.fixture
def database(run):
    """The same database."""
    opened = Database("sqlite:///instance/moderation.db")
    yield opened
    opened.close()


@pytest.fixture
def given_up(run, database):
    """The number of a delivery to the blog that was given up, and of one that waits."""
    run("set", "blog", "https://blog.example.org/heard")
    ana = decider(database)
    with database.writing() as session:
        blog = sites.by_name(session, "blog")
        for identifier in ("first", "second"):
            comment = stored(session, blog, identifier)
            review.decide(session, comment.id, ana, Action.APPROVE, seen=0, now=at(0))
        claimed = delivery.claim(session, blog.id, now=at(0))
        delivery.failed(session, claimed, "It hangs.", most_attempts=1, now=at(0))
        session.commit()
    return claimed.id, claimed.id + 1


def due(database, number):
    with database.reading() as session:
        return session.scalar(select(Delivery.due_at).where(Delivery.id == number))


def test_a_callback_is_set_shown_rotated_and_switched_off(run):
    added = run("set", "blog", "https://blog.example.org/heard")
    shown = run("show", "blog")
    rotated = run("rotate", "blog")
    off = run("off", "blog")
    gone = run("show", "blog")

    assert SECRET.fullmatch(added.stdout)
    assert shown.stdout == (f"https://blog.example.org/heard\n{added.stdout}0 waiting, 0 given up\n")
    assert SECRET.fullmatch(rotated.stdout)
    assert rotated.stdout != added.stdout
    assert off.exit_code == 0
    assert (gone.exit_code, "moderation callback set blog URL" in gone.stderr) == (1, True)


@pytest.mark.parametrize(
    "words",
    [
        ("set", "blog", "blog.example.org"),
        ("set", "blog", "ftp://blog.example.org/"),
        ("set", "nowhere", "https://blog.example.org/"),
        ("show", "blog"),
        ("rotate", "blog"),
        ("off", "blog"),
        ("test", "blog"),
        ("deliveries", "nowhere"),
        ("replay", "blog", "1"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(run, words):
    told = run(*words)

    assert told.exit_code == 1
    assert told.stderr.startswith("Error: ")
    assert "Traceback" not in told.stderr


def test_deliveries_are_listed_with_what_became_of_them(run, given_up):
    failed, waiting = given_up

    assert run("deliveries", "blog").stdout.splitlines() == [
        f"{waiting}\tcallback\tsecond\tapprove\twaiting\t0 attempts",
        f"{failed}\tcallback\tfirst\tapprove\tgiven-up\t1 attempt\tIt hangs.",
    ]
    assert run("deliveries", "blog", "--failed").stdout.startswith(f"{failed}\t")
    assert run("deliveries", "other").stdout == ""
    assert run("show", "blog").stdout.endswith("1 waiting, 1 given up\n")


def test_one_delivery_is_replayed(run, database, given_up):
    failed, _ = given_up

    assert run("replay", "blog", str(failed)).exit_code == 0
    assert due(database, failed) <= datetime.now(UTC)
    assert run("replay", "other", str(failed)).exit_code == 1


def test_all_that_was_given_up_is_replayed(run, database, given_up):
    failed, waiting = given_up
    told = run("replay", "blog", "--all-failed")

    assert told.stdout.startswith("1 due again")
    assert due(database, failed) is not None
    assert due(database, waiting) == at(0)


@pytest.mark.parametrize("words", [(), ("1", "--all-failed")])
def test_what_to_replay_must_be_said_once(run, words):
    assert run("replay", "blog", *words).exit_code == 2


def test_trying_out_says_how_it_ended(run):
    with receiving(status(200), status(500)) as receiver:
        run("set", "blog", receiver.url)
        well, badly = run("test", "blog"), run("test", "blog")

    assert (well.exit_code, well.stdout) == (0, f"{receiver.url} took it.\n")
    assert (badly.exit_code, "answered with status 500" in badly.stderr) == (1, True)
    assert [one.json["type"] for one in receiver.heard] == ["test", "test"]


def test_commands_send_nothing_else(run, given_up, database):
    """Only a running service sends what is due."""
    with receiving() as receiver:
        run("set", "blog", receiver.url)
        run("show", "blog")
        run("deliveries", "blog")

    assert receiver.heard == []
