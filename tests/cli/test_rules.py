"""`moderation rules`: trials, the history and the way back, as an operator types them."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from moderation import policies, review, sites
from moderation.cli import main
from moderation.store import Database
from moderation.verdict import Action
from tests.conftest import add_site, at, fresh_file
from tests.making import stored


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run a command beside a database with a site, and comments that people decided on."""
    monkeypatch.chdir(tmp_path)
    database = Database(fresh_file(Path("instance")))
    add_site(database, "blog", "0123456789ab")
    with database.writing() as session:
        blog = sites.by_name(session, "blog")
        for number in range(5):
            text = f"Look: http://{number}.example.org/"
            comment = stored(
                session, blog, str(number), text=text, action=Action.APPROVE, probability=0.1
            )
            comment.verdict.reasons = [{**comment.verdict.reasons[0], "weight": -2.2}]
            action = Action.REJECT if number else Action.APPROVE
            review.report(session, comment.id, "ana", action, now=at(1))
        session.commit()
    database.close()

    def invoke(*words, site=True):
        return CliRunner().invoke(main, ["rules", *words, *(("--site", "blog") if site else ())])

    return invoke


def test_a_trial_says_what_would_change_and_changes_nothing(run):
    told = run("backtest", "too_many_links", "at_least=1", "--last", "100")

    assert told.exit_code == 0
    assert "5 of 5 verdicts would change." in told.stdout
    assert "Good comments that would be rejected without a person: 0 more." in told.stdout
    assert "left to a person" in told.stdout
    assert "5/5" in told.stderr
    assert run("history").stdout == ""


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("too_many_links", "at_least=3"), "nothing to try"),
        (("too_many_links", "at_least=0"), "from 1 to 1,000"),
        (("nothing",), "There is no rule nothing"),
    ],
)
def test_what_cannot_be_tried_is_refused(run, words, complaint):
    told = run("backtest", *words)

    assert (told.exit_code, complaint in told.stderr) == (1, True)


def test_what_a_trial_cannot_tell_is_said(run):
    assert "other options cannot be tried" in run("backtest", "flood", "minutes=9").stderr
    assert "was off" in run("backtest", "first_time_author", "--mode", "live").stderr


def test_changes_are_listed_and_taken_back(run):
    run("set", "too_many_links", "at_least=7")
    run("set", "too_many_links", "at_least=9")
    listed = run("history").stdout.splitlines()

    assert [line.split("\t")[0] for line in listed] == ["3", "2"]
    assert listed[0].split("\t")[2:] == ["command line", "rule:too_many_links", "changed"]

    refused = run("take-back", "2")
    assert refused.exit_code == 1
    assert "changed this again in revision 3" in refused.stderr
    assert "--anyway" in refused.stderr
    told = run("take-back", "2", "--anyway")
    assert told.stdout == "rule:too_many_links: as before revision 2. This is revision 4.\n"
    assert run("history").stdout.splitlines()[0].endswith("taken back")
    database = Database("sqlite:///instance/moderation.db")
    with database.reading() as session:
        assert policies.rules(session, sites.by_name(session, "blog"))[0] == {}
    database.close()


def test_a_revision_that_there_is_not_is_refused(run):
    told = run("take-back", "9")

    assert (told.exit_code, "No change of blog made revision 9" in told.stderr) == (1, True)
