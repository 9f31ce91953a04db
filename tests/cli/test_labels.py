"""`moderation labels` as an operator types it."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from moderation import feedback, review, sites
from moderation.cli import main
from moderation.store import Database
from moderation.store.tables import WaitsFor
from moderation.verdict import Action
from tests.conftest import add_site, at, fresh_file
from tests.making import decider, stored


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run a command beside a database with a site, on whose comments two people decided."""
    monkeypatch.chdir(tmp_path)
    database = Database(fresh_file(Path("instance")))
    add_site(database, "blog", "0123456789ab")
    people = [decider(database, name) for name in ("ana", "mallory")]
    with database.writing() as session:
        blog = sites.by_name(session, "blog")
        for number in range(6):
            comment = stored(session, blog, f"c{number}", text=f"Number {number}")
            by = people[number % 2]
            review.decide(session, comment.id, by, Action.REJECT, seen=0, now=at(number))
        comment.waits_for = WaitsFor.SECOND_OPINION
        session.flush()
        review.decide(session, comment.id, people[0], Action.APPROVE, seen=1, now=at(9))
        reported = stored(session, blog, "reported", text="Another")
        review.report(session, reported.id, "[bold]zoe", Action.REJECT, now=at(9))
        session.commit()
    database.close()
    return lambda *words, say="": CliRunner().invoke(main, ["labels", *words], input=say)


def taught():
    database = Database("sqlite:///instance/moderation.db")
    with database.reading() as session:
        found = len(list(feedback.examples(session)))
    database.close()
    return found


def rows(told):
    return [line.split() for line in told.stdout.splitlines() if line[2:].strip()]


def test_the_list_says_who_teaches_what_and_agrees_with_whom(run):
    told = rows(run("list"))

    assert ["[bold]zoe", "(at", "the", "site", "blog)", "1", "1.0", "0", "0", "0", "0", "-"] in told
    assert ["ana", "4", "4.0", "0", "0", "0", "0", "0%", "of", "1"] in told
    assert ["mallory", "2", "2.0", "0", "0", "0", "0", "0%", "of", "1"] in told
    assert " ".join(told[-1]).startswith("Models learn from 7 decisions")


def test_nothing_is_forgotten_before_somebody_has_said_yes(run):
    asked = run("forget", "--moderator", "mallory", say="n\n")

    assert (asked.exit_code, taught()) == (1, 7)
    assert "mallory: let models forget 3 decisions for good? [y/N]" in asked.stdout

    told = run("forget", "--moderator", "mallory", say="y\n")

    assert (told.exit_code, taught()) == (0, 5)
    assert "no model made from now on learns from 3 decisions" in told.stdout
    assert ["mallory", "0", "0.0", "0", "3", "0", "0", "0%", "of", "1"] in rows(run("list"))
    again = run("forget", "--moderator", "mallory")
    assert "there is no decision that a model could learn from" in again.stdout


def test_one_comment_is_forgotten_without_a_question_for_who_says_so(run):
    told = run("forget", "--comment", "c0", "--site", "blog", "--yes")

    assert (told.exit_code, taught()) == (0, 6)
    assert "learns from 1 decision." in told.stdout


@pytest.mark.parametrize(
    ("words", "code", "complaint"),
    [
        ((), 2, "whose decisions"),
        (("--moderator", "ana", "--comment", "c0"), 2, "whose decisions"),
        (("--moderator", "ana", "--site", "blog"), 2, "goes with --comment"),
        (("--moderator", "nobody"), 1, "no moderator named nobody"),
        (("--comment", "c0", "--site", "none"), 1, "no site named none"),
        (("--comment", "c99"), 1, "No site has sent a comment with the id c99"),
    ],
)
def test_what_cannot_be_meant_is_refused(run, words, code, complaint):
    told = run("forget", *words)

    assert (told.exit_code, complaint in told.stderr) == (code, True)
    assert taught() == 7
