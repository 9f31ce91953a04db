"""Comments that their authors had erased: what sites hear of them, and what moderators see."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from moderation import audit, authors, feedback, intake, moderators, review, sites
from moderation.access import Access
from moderation.draft import Author, Page
from moderation.review import acts
from moderation.settings import Settings
from moderation.store.tables import Comment, Role
from moderation.verdict import Action
from moderation.web import create_app
from tests.browsing import Console, words
from tests.calling import call
from tests.conftest import KEY, add_moderator, add_site, at, on_each_database
from tests.making import draft, stored, verdict
from tests.web.pages import overviews

ERASED = "Erased at the author’s request on Nov 30, 2026"
EMAIL = "lea@example.org"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def service(request, tmp_path_factory):
    with on_each_database(request, tmp_path_factory) as made:
        add_site(made[0], "blog", KEY)
        yield made


@pytest.fixture(scope="module")
def database(service):
    return service[0]


@pytest.fixture(scope="module")
def ana(database):
    return add_moderator(database, "ana", Role.ADMIN)


@pytest.fixture(scope="module")
def console(service, ana):
    browser = Console(service[1])
    browser.log_in(ana.name)
    return browser


@pytest.fixture
def api(service):
    def ask(method, path, content=None):
        return call(method, f"{service[1]}/api/v1/{path}", content, key=KEY)

    return ask


def erase(database, email=EMAIL):
    moment = datetime(2026, 11, 30, 12, tzinfo=UTC)
    with database.writing() as session:
        for some in authors.find(session, authors.by_email(email), at_once=9).comments:
            authors.erase(session, some, by=audit.COMMAND_LINE, now=moment)
        session.commit()


@pytest.fixture
def store(database, request):
    """Store a comment of the author, in a database that other tests use as well; return its number."""

    def store(name, text="Wobblegrout.", **fields):
        with database.writing() as session:
            blog = sites.by_name(session, "blog")
            author = Author(name="Lea Wobblegrout", email=EMAIL)
            sent = {
                "author": author,
                "text": text,
                "page": Page(title="On war", url="https://a.example/"),
            }
            number = stored(session, blog, f"{name} {abs(hash(request.node.name))}", **sent | fields).id
            session.commit()
        return number

    return store


def test_a_site_that_sends_it_again_hears_what_became_of_it_and_only_an_edit_is_new(api, database):
    """Whatever it says: nobody can tell any more whether that is the same."""
    sent = {"id": "again", "text": "A fine day in Wobblegrout.", "author": {"email": EMAIL}}
    first = api("POST", "comments", sent).json
    assert first["erased_at"] is None
    with database.writing() as session:
        by = session.merge(add_moderator(database, "ben"))
        number = session.scalar(select(Comment.id).where(Comment.external_id == "again"))
        review.decide(session, number, by, Action.REJECT, seen=0, now=at(1))
        session.commit()
    erase(database)

    for text in (sent["text"], "Another text."):
        again = api("POST", "comments", {**sent, "text": text})
        assert (again.status, again.json["action"], again.json["edition"]) == (200, "reject", 1)
        assert again.json["erased_at"] == "2026-11-30T12:00:00Z"
        assert again.json["decision"]["action"] == "reject"
        assert [reason["message"] for reason in again.json["reasons"]] == [""] * len(first["reasons"])
    assert api("GET", "comments/again").json == again.json
    assert "again" in {one["id"] for one in api("GET", "decisions").json["decisions"]}
    with database.reading() as session:
        (row,) = session.scalars(select(Comment).where(Comment.external_id == "again"))
        assert (row.text, row.author_email) == ("", None)

    edited = api("PUT", "comments/again", sent)
    assert (edited.status, edited.json["edition"], edited.json["erased_at"]) == (200, 2, None)
    assert api("POST", "comments", sent).status == 200
    assert api("POST", "comments", {**sent, "text": "Other."}).status == 409


def test_every_page_that_shows_it_says_that_it_was_erased(console, database, ana, store, tmp_path):
    decided = store("decided", action=Action.APPROVE)
    with database.writing() as session:
        review.decide(session, decided, ana, Action.REJECT, seen=0, now=datetime.now(UTC))
        session.commit()
    waiting = store("waiting")
    erase(database)
    settings = Settings(instance=tmp_path, database_url=f"sqlite:///{tmp_path / 'a.db'}")
    app = create_app(settings)
    app.extensions["moderation"].database.close()
    shown = set()
    for address in [*overviews(app), "/console/search?outcome=approve"]:
        page = console.read(address)
        assert page.status < 500, address
        # Neither as a text without words, nor as what a translation of no words is.
        assert "(blank)" not in page.text, address
        assert "Content-Type" not in page.text, address
        if ERASED in words(page):
            shown.add(address)

    assert shown >= {"/console/search", "/console/decisions", "/console/overview"}
    assert f'/console/comments/{waiting}"' not in console.read("/console/").text


def test_its_own_page_shows_what_became_of_it_and_offers_nothing(console, database, ana, store):
    number = store("own")
    beside = store("beside", "Another.", author=Author(name="Otto", email="otto@example.org"))
    erase(database)

    page = console.read(f"/console/comments/{number}")
    said = words(page)
    assert f"{ERASED}. What became of it stays on record" in said
    assert "Nothing is stored any more that tells who it was." in said
    assert "Wobblegrout" not in said
    assert 'name="decision"' not in page.text
    assert "/spot" not in page.text
    assert ERASED in words(console.read(f"/console/comments/{beside}"))


def test_an_edition_that_was_erased_is_no_change_of_the_next_one(console, database, store):
    number = store("edition")
    erase(database)
    with database.writing() as session:
        old = session.get_one(Comment, number)
        blog = sites.by_name(session, "blog")
        sent = draft(old.external_id, "Back again.", author=Author(email="back@example.org"))
        newer = intake.replace(session, blog, sent, verdict(), now=at(9))[0].id
        session.commit()

    assert "What the author changed" not in words(console.read(f"/console/comments/{newer}"))
    assert ERASED in words(console.read(f"/console/comments/{number}"))


def test_whoever_decides_on_it_from_an_older_page_is_told(console, database, ana, store):
    number, other = store("late"), store("other", "Other.", author=Author(email="otto@example.org"))
    page = console.read(f"/console/comments/{number}")
    with database.writing() as session:
        act = acts.plan(session, ana, {number: 0, other: 0}, access=Access(ana), now=at(1))
        acts.choose(session, act, ana, Action.REJECT, now=at(1))
        session.commit()
    erase(database)

    address = f"/console/comments/{number}/decision"
    answer = console.send(page, address, seen="0", decision="approve")
    assert answer.status == 409
    assert "The author had this comment erased" in words(answer)
    with database.writing() as session:
        # Chosen for many at once, from a page that was older still.
        stale = acts.plan(session, ana, {number: 0}, access=Access(ana), now=at(2))
        acts.choose(session, stale, ana, Action.REJECT, now=at(2))
        for one in (session.merge(act), stale):
            assert acts.go_on(session, one, ana, now=at(2)) == 0
        (why,) = acts.left_alone(session, stale)
        assert (stale.decided, stale.left_alone, why.number, why.action) == (0, 1, 1, None)
        assert session.get_one(Comment, other).outcome is Action.REJECT
        assert review.report(session, number, "zoe", Action.REJECT, now=at(3)) is None
        session.commit()
    with database.reading() as session:
        assert session.get_one(Comment, number).revision == 0
        blog = sites.by_name(session, "blog")
        told = feedback.decisions_since(session, blog, 0, limit=1_000)
        assert number not in {one.comment_id for one in told}
    assert "1 was left alone because it had changed." in words(console.read(f"/console/acts/{stale.id}"))


def test_the_page_says_so_in_german(console, database, ana, store):
    number = store("german")
    erase(database)
    said = {}
    for language in ("de", None):
        with database.writing() as session:
            moderators.prefer(session, ana.id, blurs=False, language=language)
            session.commit()
        said[language] = words(console.read(f"/console/comments/{number}"))

    assert "Auf Wunsch des Verfassers gelöscht am 30.11.2026" in said["de"]
