"""Decide on many at once, through HTTP and without scripts: choose, look, decide, go on, stop, undo."""

import html
import re

import pytest
from sqlalchemy import func, select

from moderation import review
from moderation.review import acts
from moderation.store.tables import Act, Comment, Decision
from moderation.verdict import Action
from tests.browsing import Console
from tests.conftest import add_moderator, add_site, on_each_database
from tests.making import stored


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def service(request, tmp_path_factory):
    with on_each_database(request, tmp_path_factory) as made:
        yield made


@pytest.fixture(scope="module")
def database(service):
    return service[0]


@pytest.fixture(scope="module")
def site(database):
    return add_site(database, "blog", "0123456789ab")


@pytest.fixture(scope="module")
def people(service):
    consoles = {}
    for name in ("ana", "ben"):
        add_moderator(service[0], name)
        consoles[name] = Console(service[1])
        consoles[name].log_in(name)
    return consoles


@pytest.fixture
def ana(people):
    return people["ana"]


@pytest.fixture
def waiting(request, database, site):
    """The numbers of some comments that wait, which a word of their own finds."""
    word = f"word{abs(hash(request.node.name))}"
    with database.writing() as session:
        numbers = [
            stored(session, site, f"{word} {number}", text=f"Text {number} about {word}.").id
            for number in range(6)
        ]
        session.commit()
    return word, numbers


def plain(page):
    return " ".join(html.unescape(re.sub("<[^>]+>", " ", page.text)).split())


def choose(console, numbers):
    """Tick the boxes of some comments in the queue, and press the button beneath."""
    page = console.read("/console/")
    return console.send(page, "/console/bulk", chosen=[f"{number}:0" for number in numbers])


def act_of(page):
    return re.search(r"/console/acts/(\d+)", page.url)[1]


def outcomes(database, numbers):
    with database.reading() as session:
        return [review.comment(session, number).outcome for number in numbers]


def test_what_was_chosen_is_shown_first_and_decided_by_one_press(ana, database, waiting):
    _word, numbers = waiting
    page = choose(ana, numbers[:3])
    assert "Nothing is decided yet 3 comments chosen" in plain(page)
    assert "Text 0 about" in plain(page)
    assert set(outcomes(database, numbers)) == {Action.REVIEW}

    done = ana.send(page, f"/console/acts/{act_of(page)}/decision", decision="reject:abuse")

    assert "3 comments rejected as abuse" in plain(done)
    assert "You rejected 3 comments as abuse." in plain(done)
    assert outcomes(database, numbers) == [Action.REJECT] * 3 + [Action.REVIEW] * 3
    assert "3 comments at once" in plain(ana.read("/console/decisions"))
    undone = ana.send(done, f"/console/acts/{act_of(page)}/undo")
    assert "3 decisions taken back" in plain(undone)
    assert set(outcomes(database, numbers)) == {Action.REVIEW}
    again = ana.send(done, f"/console/acts/{act_of(page)}/undo")
    assert again.status == 409


def test_all_that_a_search_finds_is_decided_in_steps_and_can_be_stopped(ana, database, site):
    with database.writing() as session:
        for number in range(acts.STEP + 2):
            stored(session, site, f"stopped {number}", text=f"Number {number} of throngs.")
        session.commit()
    page = ana.read("/console/search?text=throngs")
    found = re.search(r'name="found" value="([^"]*)"', page.text)
    assert found, page.text
    page = ana.send(page, "/console/bulk", found=html.unescape(found[1]))
    assert "102 comments chosen" in plain(page)
    act = act_of(page)
    page = ana.send(page, f"/console/acts/{act}/decision", decision="approve")
    assert "100 of 102 done" in plain(page)
    page = ana.send(page, f"/console/acts/{act}/stop")

    assert "100 comments approved" in plain(page)
    with database.reading() as session:
        waits = Comment.text.endswith("of throngs."), Comment.outcome == Action.REVIEW
        assert session.scalar(select(func.count()).where(*waits)) == 2


def test_what_others_decided_meanwhile_is_told_and_left_alone(ana, people, database, waiting):
    _word, numbers = waiting
    page = choose(ana, numbers)
    for number in numbers[:2]:
        people["ben"].decide(number, "approve")
    done = ana.send(page, f"/console/acts/{act_of(page)}/decision", decision="reject:spam")

    assert "4 comments rejected as spam" in plain(done)
    assert "2 were left alone: ben approved them meanwhile. just now" in plain(done)
    assert outcomes(database, numbers) == [Action.APPROVE] * 2 + [Action.REJECT] * 4


def test_nobody_goes_on_with_what_another_chose(ana, people, database, waiting):
    _word, numbers = waiting
    page = choose(ana, numbers)
    ben = people["ben"]
    own = ben.read("/console/")

    for path in ("decision", "step", "stop"):
        refused = ben.send(own, f"/console/acts/{act_of(page)}/{path}", decision="approve")
        assert refused.status == 404
    assert ben.read(f"/console/acts/{act_of(page)}").status == 404
    assert set(outcomes(database, numbers)) == {Action.REVIEW}


def test_what_was_chosen_can_be_dropped(ana, database, waiting):
    _word, numbers = waiting
    page = choose(ana, numbers)
    dropped = ana.send(page, f"/console/acts/{act_of(page)}/stop")

    assert dropped.url.endswith("/console/")
    shown = ana.read(f"/console/acts/{act_of(page)}")
    assert "None of the comments can be decided on" in plain(shown)
    assert set(outcomes(database, numbers)) == {Action.REVIEW}


@pytest.mark.parametrize(
    "fields",
    [
        {"chosen": "1"},
        {"chosen": "1:x"},
        {"chosen": "-1:0"},
        {"chosen": "1:0\n"},
        {"found": "outcome=nonsense"},
        {"found": "site=x"},
    ],
)
def test_a_choice_that_no_page_offers_is_refused(ana, fields):
    assert ana.send(ana.read("/console/"), "/console/bulk", **fields).status == 400


def test_a_choice_of_nothing_says_so(ana):
    page = ana.send(ana.read("/console/"), "/console/bulk", chosen=["999999:0"])

    assert "None of the comments can be decided on" in plain(page)


def test_what_takes_more_steps_goes_on_in_the_same_act_without_scripts(ana, database, site):
    with database.writing() as session:
        for number in range(2 * acts.STEP + 1):
            stored(session, site, f"many {number}", text=f"Number {number} of multitudes.")
        session.commit()
    page = ana.send(ana.read("/console/"), "/console/bulk", found="text=multitudes&outcome=review")
    act = act_of(page)
    page = ana.send(page, f"/console/acts/{act}/decision", decision="reject:spam")
    steps = 1
    while f"{act}/step" in page.text and steps < 9:
        page = ana.send(page, f"/console/acts/{act}/step")
        steps += 1

    assert steps == 3
    assert "201 comments rejected as spam" in plain(page)
    with database.reading() as session:
        found = session.get_one(Act, int(act))
        assert (found.total, found.decided, found.left_alone) == (201, 201, 0)
        decided = select(func.count(), func.count(Decision.comment_id.distinct()))
        assert session.execute(decided.where(Decision.act_id == found.id)).one() == (201, 201)
