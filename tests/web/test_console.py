"""The moderators' pages over real HTTP: who gets in, what is shown, what a form may do."""

import html
import re
import urllib.error
import urllib.request
from html.parser import HTMLParser

import msgspec
import pytest

from moderation import intake, moderators, review
from moderation.draft import Author, Page
from moderation.settings import Settings
from moderation.store import Database
from moderation.store.tables import Site
from moderation.verdict import Action, Signal
from tests.browsing import PASSWORD, Console
from tests.conftest import SHIPPED_MODELS, START, add_moderator, add_site, at, fresh_file, listening
from tests.making import draft, stored, verdict

HOSTILE = (
    """"><script>alert(1)</script><img src=x onerror=alert(1)>' autofocus {{7*7}} &lt;b&gt; \u202e"""
)


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """A database, and a service on it."""
    settings = Settings(instance=tmp_path_factory.mktemp("service"), models=SHIPPED_MODELS)
    database = Database(fresh_file(settings.instance))
    with listening(settings) as address:
        yield database, address
    database.close()


@pytest.fixture(scope="module")
def database(service):
    return service[0]


@pytest.fixture(scope="module")
def site(database):
    """A site where no decision happens to be checked by somebody else, whatever its number."""
    added = add_site(database, "blog", "0123456789ab")
    with database.writing() as session:
        session.get_one(Site, added.id).second_share = 0.0
        session.commit()
    return added


@pytest.fixture(scope="module")
def people(database):
    return [add_moderator(database, name) for name in ("ana", "ben")]


@pytest.fixture
def stranger(service):
    return Console(service[1])


@pytest.fixture
def ana(service, people):
    console = Console(service[1])
    console.log_in("ana")
    return console


@pytest.fixture
def ben(service, people):
    console = Console(service[1])
    console.log_in("ben")
    return console


@pytest.fixture
def comment(request, database, site):
    """The number of a comment that waits; its id is the test's name."""
    with database.writing() as session:
        number = stored(session, site, request.node.name, text="Rubbish, all of it.").id
        session.commit()
    return number


class TestGettingIn:
    @pytest.mark.parametrize(
        "path", ["/", "/next", "/comments/1", "/decisions", "/password", "/decisions/1/undo", "/nowhere"]
    )
    def test_strangers_see_the_login_and_nothing_else(self, stranger, path):
        shown = stranger.read("/console" + path)

        assert shown.url.endswith("/console/login") or shown.status in {404, 405}
        assert "Log out" not in shown.text

    def test_who_logs_in_gets_where_he_wanted_to_go(self, stranger, people):
        stranger.read("/console/decisions?before=7")

        assert stranger.log_in("ana").url.endswith("/console/decisions?before=7")

    @pytest.mark.parametrize("name", ["ana", "nobody"])
    def test_a_wrong_password_is_refused_without_saying_what_was_wrong(self, stranger, people, name):
        refused = stranger.log_in(name, "wrong")

        assert refused.status == 401
        assert "Name or password is wrong." in refused.text
        assert f'value="{name}"' in refused.text

    def test_guessing_is_slowed_down(self, stranger, database):
        add_moderator(database, "guessed")
        refused = [stranger.log_in("guessed", "wrong").status for _ in range(6)]

        assert refused == [401] * 5 + [429]
        assert stranger.log_in("guessed").status == 429

    def test_a_cookie_of_before_the_login_is_not_the_cookie_after_it(self, stranger, people):
        stranger.read("/console/login")
        before = {cookie.value for cookie in stranger.cookies}
        stranger.log_in("ana")

        assert before.isdisjoint(cookie.value for cookie in stranger.cookies)

    def test_the_cookie_is_kept_from_scripts_and_other_sites(self, stranger):
        stranger.read("/console/login")

        kept = [cookie for cookie in stranger.cookies if cookie.name == "moderation"]
        assert [cookie.has_nonstandard_attr("HttpOnly") for cookie in kept] == [True]
        assert [cookie.get_nonstandard_attr("SameSite") for cookie in kept] == ["Lax"]

    def test_an_old_cookie_opens_nothing_after_the_logout(self, ana):
        kept = list(ana.cookies)
        ana.send(ana.read("/console/"), "/console/logout")
        ana.cookies.clear()
        for cookie in kept:
            ana.cookies.set_cookie(cookie)

        assert ana.read("/console/").url.endswith("/console/login")

    def test_a_made_up_password_must_be_replaced_first(self, stranger, database):
        with database.writing() as session:
            moderators.add(session, "first", "made up word", must_change=True, now=START)
            session.commit()

        assert stranger.log_in("first", "made up word").url.endswith("/console/password")
        page = stranger.read("/console/")
        assert page.url.endswith("/console/password")
        wrong = stranger.send(
            page, "/console/password", old="made up word", new="my own word", again="my own wrod"
        )
        assert (wrong.status, "not typed the same twice" in wrong.text) == (422, True)
        changed = stranger.send(
            page, "/console/password", old="made up word", new="my own word", again="my own word"
        )
        assert changed.url.endswith("/console/login")
        assert "Log out" in stranger.log_in("first", "my own word").text

    def test_a_wrong_old_password_changes_nothing(self, ana):
        refused = ana.send(
            ana.read("/console/password"),
            "/console/password",
            old="wrong",
            new="my own word",
            again="my own word",
        )

        assert refused.status == 422
        assert ana.log_in("ana", PASSWORD).status == 200

    def test_a_host_that_makes_no_sense_gets_a_problem(self, service):
        request = urllib.request.Request(service[1] + "/console/", headers={"Host": "x..y"})
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=10)

        assert refused.value.code == 400
        refused.value.close()


class TestDeciding:
    def test_a_decision_is_on_record_and_leads_on(self, ana, database, comment):
        decided = ana.decide(comment, "reject:abuse")

        assert decided.status == 200
        with database.reading() as session:
            found = review.comment(session, comment)
        assert [(one.moderator.name, one.action, one.reason) for one in found.decisions] == [
            ("ana", Action.REJECT, "abuse")
        ]

    def test_the_second_moderator_sees_who_was_first(self, ana, ben, database, comment):
        ana.decide(comment, "approve")
        told = ben.decide(comment, "reject:spam", seen=0)

        assert told.status == 409
        assert "ana" in told.text
        with database.reading() as session:
            assert len(review.comment(session, comment).decisions) == 1

    def test_whoever_saw_an_older_edition_is_told(self, ana, database, site, comment):
        page = ana.read(f"/console/comments/{comment}")
        with database.writing() as session:
            old = review.comment(session, comment)
            newer = draft(old.external_id, "Buy!")
            latest, _ = intake.replace(session, site, newer, verdict(), now=at(1))
            session.commit()
        told = ana.send(page, f"/console/comments/{comment}/decision", seen="0", decision="approve")

        assert told.status == 409
        assert f"/console/comments/{latest.id}" in told.text
        assert f"/console/comments/{latest.id}" in ana.read(f"/console/comments/{comment}").text

    def test_undo_puts_the_comment_back(self, ana, database, comment):
        page = ana.decide(comment, "approve")
        with database.reading() as session:
            decision = review.comment(session, comment).decisions[-1]
        undone = ana.send(page, f"/console/decisions/{decision.id}/undo")

        assert undone.url.endswith(f"/console/comments/{comment}")
        assert "The comment waits again." in undone.text
        again = ana.send(undone, f"/console/decisions/{decision.id}/undo")
        assert again.status == 409

    @pytest.mark.parametrize(
        "fields",
        [
            {"seen": "0"},
            {"decision": "approve"},
            {"seen": "x", "decision": "approve"},
            {"seen": "-1", "decision": "approve"},
            {"seen": "99999999999999999999", "decision": "approve"},
            {"seen": "0", "decision": "review"},
            {"seen": "0", "decision": "approve\n"},
            {"seen": "0", "decision": "reject:"},
            {"seen": "0", "decision": "reject:because"},
            {"seen": "0", "decision": "approve:spam"},
        ],
    )
    def test_a_form_that_no_page_has_is_refused(self, ana, database, comment, fields):
        page = ana.read(f"/console/comments/{comment}")
        refused = ana.send(page, f"/console/comments/{comment}/decision", **fields)

        assert refused.status == 400
        with database.reading() as session:
            assert review.comment(session, comment).decisions == []

    @pytest.mark.parametrize(
        "path", ["/console/comments/{}/decision", "/console/logout", "/console/login"]
    )
    def test_a_form_without_its_token_is_refused(self, ana, database, comment, path):
        refused = ana.send_raw(path.format(comment), seen="0", decision="approve")

        assert refused.status == 400
        assert "Log out" in ana.read("/console/").text
        with database.reading() as session:
            assert review.comment(session, comment).decisions == []

    def test_what_was_skipped_stays_behind(self, ana, database, site):
        """Who skips a comment does not meet it again after each decision."""
        with database.writing() as session:
            skipped = [stored(session, site, f"skipped {number}") for number in range(3)]
            for number, comment in enumerate(skipped):
                # Before all that other tests left behind.
                comment.due_at = at(-1_000 + number)
            numbers = [comment.id for comment in skipped]
            session.commit()
        page = ana.read("/console/next")
        assert page.url.endswith(f"/console/comments/{numbers[0]}")
        page = ana.read(f"/console/next?after={numbers[0]}")
        assert f"/console/comments/{numbers[1]}" in page.url
        hidden = dict(re.findall(r'name="(seen|after)" value="(\d+)"', page.text))
        page = ana.send(page, f"/console/comments/{numbers[1]}/decision", decision="approve", **hidden)

        assert f"/console/comments/{numbers[2]}" in page.url
        for number in (numbers[0], numbers[2]):
            ana.decide(number, "approve")

    def test_what_there_is_not_cannot_be_decided(self, ana):
        page = ana.read("/console/password")

        assert ana.read("/console/comments/99999999999999999999").status == 404
        gone = ana.send(page, "/console/comments/999999/decision", seen="0", decision="approve")
        undone = ana.send(page, "/console/decisions/999999/undo")
        assert (gone.status, undone.status) == (404, 404)
        assert "There is no comment 999999." in gone.text


class TestPages:
    def test_a_comment_shows_its_words_the_reasons_and_who_decided(self, ana, ben, database, site):
        with database.writing() as session:
            number = stored(session, site, "shown", text="Rubbish & worse.").id
            session.commit()
        ben.decide(number, "reject:off-topic")
        page = html.unescape(ana.read(f"/console/comments/{number}").text)

        assert "Rubbish & worse." in page
        assert "Reads like an insult." in page
        assert "rejected it as off-topic" in page
        assert "On war" in page

    def test_what_is_only_on_trial_is_shown_beside_the_comment_and_not_in_the_queue(
        self, ana, database, site
    ):
        trial = Signal(
            source="list:new",
            code="listed_term",
            message="On the list new: “day”.",
            action=Action.REJECT,
            weight=6.0,
            log_only=True,
        )
        judged = verdict(Action.REVIEW, 0.99)
        judged = msgspec.structs.replace(judged, reasons=(trial, *judged.reasons))
        with database.writing() as session:
            comment, _ = intake.record(session, site, draft("on trial"), judged, now=START)
            session.commit()

        page = html.unescape(ana.read(f"/console/comments/{comment.id}").text)
        assert "On the list new: “day”." in page
        assert "on trial: would ask to reject" in page
        assert "On the list new" not in html.unescape(ana.read("/console/").text)

    def test_evidence_that_only_weighs_is_not_said_to_ask_for_approval(self, ana, database, site):
        weak = Signal(source="x", code="x", message="Weak.", action=Action.APPROVE, weight=0.5)
        vouching = Signal(source="y", code="y", message="Known.", action=Action.APPROVE, weight=-0.5)
        trial = msgspec.structs.replace(weak, message="New.", log_only=True)
        judged = msgspec.structs.replace(verdict(), reasons=(weak, vouching, trial))
        with database.writing() as session:
            comment, _ = intake.record(session, site, draft("weak"), judged, now=at(0))
            session.commit()

        shown = " ".join(
            re.sub("<[^>]+>", " ", ana.read(f"/console/comments/{comment.id}").text).split()
        )
        assert re.search(
            r"Weak\. only weighs .* Known\. asks to approve .* New\. on trial: would only weigh", shown
        )

    def test_outcomes_have_a_list_each(self, ana, database, site):
        with database.writing() as session:
            for action in Action:
                stored(session, site, f"listed {action}", text=f"A {action} text.", action=action)
            session.commit()

        for action in Action:
            page = ana.read(f"/console/?outcome={action}").text
            assert [f"A {other} text." in page for other in Action] == [
                other is action for other in Action
            ]

    def test_the_record_shows_the_latest_decisions_and_leads_to_older_ones(self, ana, database, site):
        with database.writing() as session:
            by = moderators.add(session, "busy", PASSWORD, now=START)
            for number in range(60):
                one = stored(session, site, f"record {number}", text=f"Number {number}.")
                review.decide(session, one.id, by, Action.APPROVE, seen=0, now=at(number))
            session.commit()
        first = ana.read("/console/decisions").text
        older = re.search(r'href="([^"]*before=\d+)"', first)

        assert "Number 59." in first
        assert "Number 9." not in first
        assert "Number 9." in ana.read(html.unescape(older[1])).text

    @pytest.mark.parametrize(
        "path", ["/console/?outcome=nonsense", "/console/next?after=x", "/console/next?after=-1"]
    )
    def test_a_wrong_question_gets_a_page_that_says_so(self, ana, path):
        told = ana.read(path)

        assert told.status == 422
        assert "<html" in told.text

    def test_hostile_words_in_every_field_stay_words(self, ana, database, site):
        """No page gains an element or an attribute over what it has for harmless words."""
        # What cannot be seen is marked, in harmless words as well.
        words = ("word \u202e", HOSTILE)
        harmless, hostile = (self._with_every_field(database, site, word) for word in words)
        ana.decide(harmless, "approve")
        ana.decide(hostile, "approve")

        for path in ("/console/comments/{}", "/console/comments/{}?x=" + "%3Cb%3E"):
            shape = Shape.of(ana.read(path.format(harmless)).text)
            assert Shape.of(ana.read(path.format(hostile)).text) == shape
        for path in ("/console/decisions", "/console/?outcome=approve"):
            page = ana.read(path).text
            assert "<script>alert" not in page
            assert "<img" not in page
            assert "{{7*7}}" in html.unescape(page)

    @staticmethod
    def _with_every_field(database, site, word: str) -> int:
        author = Author(name=word, email=word, url=word, ip=word, user_agent=word, id=word[:99])
        with database.writing() as session:
            number = stored(
                session,
                site,
                f"hostile {word[:99]}",
                text=word,
                author=author,
                page=Page(url=word, title=word),
                parent_id=word[:99],
            ).id
            session.commit()
        return number


class Shape(HTMLParser):
    """The elements of a page with the names of their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, tuple[str, ...]]] = []

    @classmethod
    def of(cls, page: str) -> list[tuple[str, tuple[str, ...]]]:
        """Read a page."""
        parser = cls()
        parser.feed(page)
        return parser.elements

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note one element."""
        self.elements.append((tag, tuple(name for name, _ in attrs)))
