"""The queue over real HTTP: filters, turns, colleagues, and what was put aside."""

import html
import re
import uuid
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from sqlalchemy import Engine, delete, event, select

from moderation import intake, moderators, review
from moderation.draft import Author, Page
from moderation.settings import Settings
from moderation.store import Database
from moderation.store.tables import Claim, Comment, Hold, Note, Role, Site, WaitsFor
from moderation.verdict import Action, Signal
from tests.browsing import PASSWORD, Console
from tests.conftest import SHIPPED_MODELS, START, add_moderator, add_site, fresh_file, listening
from tests.making import draft, verdict

THREAT = Signal(source="classifier", code="threat", message="Reads like a threat.", action=Action.REVIEW)


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """A database with a site and three people, and a service on it."""
    settings = Settings(instance=tmp_path_factory.mktemp("service"), models=SHIPPED_MODELS)
    database = Database(fresh_file(settings.instance))
    add_site(database, "blog", "0123456789ab")
    for name in ("ana", "ben"):
        add_moderator(database, name)
    with database.writing() as session:
        moderators.add(session, "rita", PASSWORD, now=START).role = Role.READER
        session.commit()
    with listening(settings) as address:
        yield database, address
    database.close()


@pytest.fixture(scope="module")
def people(service):
    """A browser for each."""
    browsers = {name: Console(service[1]) for name in ("ana", "ben", "rita")}
    for name, browser in browsers.items():
        browser.log_in(name)
    return browsers


@pytest.fixture
def ana(people):
    return people["ana"]


@pytest.fixture
def ben(people):
    return people["ben"]


@pytest.fixture
def database(service):
    return service[0]


@pytest.fixture
def queue(database):
    """Store comments that wait, and return their numbers; none waits from the test before."""

    def fill(*names: str, reasons=(), **fields: object) -> list[int]:
        judged = verdict()
        if reasons:
            judged = msgspec.structs.replace(judged, reasons=reasons)
        with database.writing() as session:
            made = [
                intake.record(
                    session,
                    site_of(session),
                    draft(f"{name} {uuid.uuid4()}", **({"text": f"{uuid.uuid4()} day"} | fields)),
                    judged,
                    now=now(),
                )[0]
                for name in names
            ]
            session.commit()
        return [one.id for one in made]

    yield fill
    with database.writing() as session:
        for table in (Claim, Hold):
            session.execute(delete(table))
        for comment in session.scalars(select(Comment)):
            comment.waits_for, comment.outcome, comment.superseded = None, Action.APPROVE, True
        session.commit()


def now():
    return datetime.now(UTC)


def site_of(session):
    return session.scalars(select(Site)).one()


def text_of(page):
    """What the page says, without its elements."""
    return " ".join(html.unescape(re.sub("<[^>]+>", " ", page.text)).split())


def authors_of(page):
    return re.findall(r"data-row[^>]*><bdi>(.*?)</bdi>", page.text)


def to(comment):
    return f"/console/comments/{comment}"


@contextmanager
def counting(asked):
    """Note what is asked of any database meanwhile; what begins a transaction asks for nothing."""

    def note(_connection, _cursor, statement, *_rest):
        if not statement.startswith(("BEGIN", "PRAGMA")):
            asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", note)


class TestFilters:
    def test_a_list_is_narrowed_down_and_says_by_what(self, ana, queue):
        queue("insult", author=Author(name="zoe", email="zoe@example.org"))
        queue("threat", reasons=(THREAT,), author=Author(name="max", email="max@example.org"))

        # A form without scripts sends its blank fields along.
        page = ana.read("/console/?text=&site=&reason=threat&language=&older_than=&younger_than=24")

        assert authors_of(page) == ["max"]
        assert "1 of 2 that wait matches" in text_of(page)
        assert "younger than 1 day ×" in text_of(page)
        without = re.search(r'href="([^"]+)"[^>]*aria-label="Without the filter “threat”"', page.text)
        assert without
        assert authors_of(ana.read(html.unescape(without[1]))) == ["zoe", "max"]

    @pytest.mark.parametrize(
        "title", ["Only of this author", "Only on this page", "Only with this reason"]
    )
    def test_a_click_on_a_chip_narrows_down_to_what_is_like_the_row(self, ana, queue, title):
        queue(
            "other",
            reasons=(THREAT,),
            author=Author(name="max", id="5"),
            page=Page(url="https://x.example.org/"),
        )
        queue("meant", author=Author(name="zoe", email="zoe@example.org"))
        row = next(
            part for part in ana.read("/console/").text.split('<li class="row">') if "zoe" in part
        )
        chip = re.search(rf'href="([^"]+)" title="{title}"', row)

        assert chip
        assert authors_of(ana.read(html.unescape(chip[1]))) == ["zoe"]

    def test_the_filter_goes_along_from_comment_to_comment(self, ana, queue):
        threats = queue("t0", "t1", reasons=(THREAT,))
        queue("insult")
        page = ana.read("/console/?reason=threat")
        start = re.search(r'href="(/console/next[^"]*)"', page.text)
        assert start

        opened = ana.read(html.unescape(start[1]))
        assert to(threats[0]) + "?" in opened.url
        form = re.search(r'action="([^"]+/decision[^"]*)"', opened.text)
        assert form
        following = ana.send(opened, html.unescape(form[1]), seen="0", decision="approve")
        assert to(threats[1]) + "?" in following.url
        skip = re.search(r'class="button skip" href="([^"]+)"', following.text)
        assert skip
        end = ana.read(html.unescape(skip[1]))

        assert end.url.endswith("/console/?reason=threat")
        assert "That was the last. 1 still waits" in text_of(end)

    @pytest.mark.parametrize(
        "query",
        [
            "site=x",
            "site=-1",
            "older_than=x",
            "older_than=-1",
            "older_than=1e99",
            "older_than=nan",
            "reason=%00",
            "page=%00",
            "after=99999999999",
            "held=x",
            "outcome=x",
            "text=" + "a" * 1_001,
        ],
    )
    @pytest.mark.parametrize("path", ["/console/", "/console/next", "/console/search"])
    def test_a_wrong_filter_gets_a_page_that_says_so(self, ana, path, query):
        told = ana.read(f"{path}?{query}")

        assert told.status == 422
        assert "<html" in told.text

    def test_nothing_found_is_no_dead_end(self, ana, queue):
        queue("1")

        page = ana.read("/console/?reason=nothing&author=nobody&page=nowhere")

        assert "Nothing like that here" in text_of(page)
        assert "Without any filter" in text_of(page)


class TestTurns:
    @pytest.mark.parametrize(
        ("given", "told"),
        [
            ((WaitsFor.DECISION, {"threat": 0.9}, 0.95), "it may be a threat (90%)."),
            ((WaitsFor.DECISION, {"spam": 0.1}, 0.5), "the service finds it hard to tell."),
            ((WaitsFor.DECISION, {}, None), "the service could not judge it."),
            ((WaitsFor.DECISION, {}, 0.99), "it is not urgent, but has waited its time."),
            ((WaitsFor.AUDIT, {}, 0.5), "it is a check of what the service did."),
            ((WaitsFor.SECOND_OPINION, {}, 0.5), "a second opinion on it is wanted."),
        ],
    )
    def test_it_is_said_why_the_first_is_the_first(self, ana, database, queue, given, told):
        (number,) = queue("1")
        with database.writing() as session:
            comment = review.comment(session, number)
            comment.waits_for, comment.verdict.scores, comment.verdict.probability = given
            comment.due_at = now() - timedelta(hours=3)
            session.commit()

        assert f"First comes the comment due 3 hours ago: {told}" in text_of(ana.read("/console/"))

    def test_each_row_says_what_makes_it_urgent(self, ana, queue):
        queue("1")

        assert re.search(r"due in \d+ hours\s*hard to tell", text_of(ana.read("/console/")))

    def test_a_second_opinion_is_asked_for_without_telling_the_first(self, ana, ben, database, queue):
        (number,) = queue("1", author=Author(name="zoe"))
        ana.decide(number, "reject:abuse")
        with database.writing() as session:
            session.get_one(Comment, number).waits_for = WaitsFor.SECOND_OPINION
            session.commit()

        page = ben.read("/console/")
        main = page.text[page.text.index("<main") :]
        assert "A second opinion, please" in main
        assert not re.search("ana|Rejected<|abuse|put back|decided by", main.partition("<ol")[2])

    @pytest.mark.parametrize(
        ("outcome", "told"),
        [
            (Action.APPROVE, "Published; please check"),
            (Action.REJECT, "Rejected by the service; please check"),
        ],
    )
    def test_a_check_of_the_service_says_what_it_did(self, ana, database, queue, outcome, told):
        (number,) = queue("1")
        with database.writing() as session:
            comment = session.get_one(Comment, number)
            comment.waits_for, comment.outcome = WaitsFor.AUDIT, outcome
            session.commit()

        assert told in text_of(ana.read("/console/"))

    def test_near_copies_are_one_row(self, ana, database, queue):
        numbers = queue("a", "b", "c")
        with database.writing() as session:
            for number in numbers:
                session.get_one(Comment, number).wave_id = numbers[0]
            session.commit()
        page = ana.read("/console/")

        assert len(authors_of(page)) == 1
        assert "and 2 more like it" in text_of(page)
        assert "3 wait; the oldest came just now." in text_of(page)


class TestColleagues:
    def test_what_somebody_has_open_is_marked_and_passed_over(self, ana, ben, queue):
        first, second = queue("first", "second")
        ana.read(to(first))

        assert "ana opened it just now." in text_of(ben.read("/console/"))
        assert "ana opened it" not in text_of(ana.read("/console/"))
        assert "ana opened this comment just now." in text_of(ben.read(to(first)))
        assert to(second) in ben.read("/console/next").url
        # Who skips it leaves it to the others.
        ana.read(f"/console/next?after={first}")
        assert to(first) in ben.read("/console/next").url

    def test_it_keeps_nobody_from_deciding(self, ana, ben, database, queue):
        (number,) = queue("1")
        ana.read(to(number))
        ben.decide(number, "approve")

        with database.reading() as session:
            assert review.comment(session, number).outcome is Action.APPROVE

    def test_what_all_have_open_ends_the_queue_with_a_word_on_it(self, ana, ben, queue):
        (number,) = queue("1")
        ana.read(to(number))
        end = ben.read("/console/next")

        assert end.url.endswith("/console/")
        assert "1 still waits: it was skipped, or somebody has it open." in text_of(end)

    def test_who_only_reads_claims_nothing(self, people, database, queue):
        (number,) = queue("1")
        assert people["rita"].read(to(number)).status == 200
        assert to(number) in people["rita"].read("/console/next").url

        with database.reading() as session:
            assert session.scalars(select(Claim)).all() == []

    def test_a_busy_database_keeps_no_page_from_showing(self, ana, database, queue):
        (number,) = queue("1")
        with database.writing() as session:
            session.execute(delete(Claim))
            shown = ana.read(to(number))
            following = ana.read("/console/next")

        assert (shown.status, following.status) == (200, 200)
        assert to(number) in following.url


class TestPutAside:
    def test_what_is_put_aside_waits_under_mine(self, ana, ben, queue):
        number, other = queue("mine", "other")
        page = ana.read(to(number))
        following = ana.send(page, f"{to(number)}/hold")

        assert to(other) in following.url
        assert "You find it under “Mine”." in text_of(following)
        assert "Mine 1" in text_of(ana.read("/console/"))
        assert f"comments/{number}?held=mine" in ana.read("/console/?held=mine").text
        others = text_of(ben.read("/console/"))
        assert "1 wait" in others
        assert "1 more was put aside for a colleague." in others
        assert f"comments/{number}" in ben.read("/console/?held=others").text
        shown = ben.read(to(number))
        assert "ana put this aside just now. You may decide all the same." in text_of(shown)
        back = ben.send(shown, f"{to(number)}/release")
        assert "It waits in everybody’s queue again." in text_of(back)
        assert "2 wait" in text_of(ben.read("/console/"))

    def test_a_colleague_is_handed_a_comment_with_a_note(self, ana, ben, queue):
        (number,) = queue("1")
        page = ana.read(f"{to(number)}/hand")
        chosen = dict(re.findall(r'<option value="(\d+)">(\w+)</option>', page.text))
        assert list(chosen.values()) == ["ben"]
        handed = ana.send(page, f"{to(number)}/hold", for_id=next(iter(chosen)), note="<b>You know him.")

        assert "It was handed to ben." in text_of(handed)
        assert "Nothing waits" in text_of(handed)
        assert to(number) in ben.read("/console/next?held=mine").url
        shown = ben.read(to(number))
        assert "ana handed this to you just now." in text_of(shown)
        assert "&lt;b&gt;You know him." in shown.text

    def test_what_cannot_be_done_is_said(self, people, ana, queue, database):
        (number,) = queue("1")
        page = ana.read(to(number))
        refused = [
            ana.send(page, f"{to(number)}/hold", for_id="999"),
            ana.send(page, f"{to(number)}/hold", note="a" * 2_001),
            ana.send(page, f"{to(number)}/notes", text=" "),
            ana.send(page, f"{to(999_999)}/hold"),
            people["rita"].send(people["rita"].read("/console/"), f"{to(number)}/hold"),
        ]
        ana.decide(number, "approve")
        refused.append(ana.send(page, f"{to(number)}/hold"))

        assert [answer.status for answer in refused] == [422, 422, 422, 404, 403, 409]
        with database.reading() as session:
            assert session.scalars(select(Note).where(Note.comment_id == number)).all() == []

    def test_notes_stand_beside_the_comment_with_who_wrote_them_and_when(self, ana, ben, queue):
        (number,) = queue("1")
        noted = ana.send(ana.read(to(number)), f"{to(number)}/notes", text="Seen before.")

        assert "Your note is beside the comment." in text_of(noted)
        assert "ana , just now Seen before." in text_of(ben.read(to(number)))


@pytest.mark.parametrize(
    "path",
    [
        "/console/",
        "/console/?reason=insult&text=day",
        "/console/?held=mine",
        "/console/search?text=day",
        "/console/comments/{number}",
    ],
)
def test_a_page_asks_the_database_twelve_times_at_most(ana, ben, service, queue, path):
    (number,) = queue("1")
    asked = []
    ana.decide(*queue("decided"), "approve")

    with counting(asked):
        assert ana.read(path.format(number=number)).status == 200

    assert 4 < len(asked) <= 12
