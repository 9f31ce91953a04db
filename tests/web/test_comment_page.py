"""The page of one comment: what it shows around the text, what it hides, and what it leads to."""

import html
import re

import msgspec
import pytest
from sqlalchemy import event, select
from sqlalchemy.engine import Engine

from moderation import intake, moderators, policies, review
from moderation.draft import Author, Page
from moderation.rules import ListKind, Scope
from moderation.settings import Settings
from moderation.store import Database
from moderation.store.tables import AuditEntry, Moderator, Permission, Role, Site
from moderation.verdict import Action, Contribution, Foretold, Habit, Signal
from tests.browsing import Console
from tests.conftest import SHIPPED_MODELS, START, add_moderator, add_site, at, fresh_file, listening
from tests.making import draft, verdict

SLUR = "You are a grobian and a scoundrel."


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
    return add_site(database, "blog", "0123456789ab")


@pytest.fixture(scope="module")
def people(database):
    added = {name: add_moderator(database, name) for name in ("ana", "ben")}
    return added | {"reader": add_moderator(database, "reader", Role.READER)}


@pytest.fixture
def browse(service, people):
    """A browser in which somebody is logged in."""

    def browse(name):
        console = Console(service[1])
        console.log_in(name)
        return console

    return browse


@pytest.fixture
def ana(browse):
    return browse("ana")


@pytest.fixture
def store(database, site):
    """Store a comment and return its number."""

    def store(identifier, judged=None, **fields):
        with database.writing() as session:
            sent = draft(identifier, **fields)
            number = intake.record(session, site, sent, judged or verdict(), now=START)[0].id
            session.commit()
        return number

    return store


def offer(topic, word):
    """A text that only those on the same topic nearly copy."""
    said = [f"{topic}{letter}" for letter in "abcdefghijklmnop"]
    return " ".join([*said, word])


def show(console, number, query=""):
    return console.read(f"/console/comments/{number}{query}").text


def plain(page):
    """What a reader aloud says of a page."""
    spoken = re.sub(r'<(\w+)[^>]* aria-hidden="true"[^>]*>.*?</\1>', " ", page, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub("<[^>]+>", " ", spoken)).split())


def judged(*signals, action=Action.REVIEW):
    return msgspec.structs.replace(verdict(action), reasons=signals)


def test_what_cannot_be_seen_is_named_and_never_turns_the_page_around(ana, store):
    page = show(ana, store("unseen", text="ki\u200b\u200bll \u202egnp.evil \U000e0061"))

    assert "\u202e" not in page
    assert "\u200b" not in page
    said = plain(page)
    assert "ki (zero-width space) ll (right-to-left override) gnp.evil" in said
    assert "zero-width space, 2 times" in said
    assert "right-to-left override, once" in said


def test_links_are_text(ana, store):
    page = show(
        ana,
        store(
            "link",
            text="See https://example.org/offer now.",
            author=Author(url="https://b.example.org/"),
        ),
    )

    assert "See https://example.org/offer now." in plain(page)
    assert 'href="https://' not in page


def test_words_are_marked_by_how_much_they_moved_the_score_and_listed_for_readers_aloud(ana, store):
    told = (Contribution((0, 5), 2.0), Contribution((6, 8), 0.4), Contribution((9, 13), -1.0))
    signal = Signal(
        source="classifier",
        code="insult",
        message="M.",
        action=Action.REVIEW,
        words=told,
        spans=((0, 5), (6, 8)),
    )
    page = show(ana, store("weighed", judged(signal), text="Worst of good days."))

    text = page.partition('<div class="text"')[2].partition("</div>")[0]
    assert re.findall(r'<mark class="(.*?)">(.*?)</mark>', text) == [
        ("against s3", "Worst"),
        ("against s1", "of"),
        ("for s2", "good"),
    ]
    assert "Worst strongly against, +2.0 good for, −1.0 of a little against, +0.4" in plain(page)


def test_what_moderators_made_of_circumstances_is_told(ana, store):
    signal = Signal(
        source="classifier",
        code="spam",
        message="M.",
        action=Action.REVIEW,
        habits=(Habit("several_links", 1.5), Habit("signed_in", -0.5)),
    )
    said = plain(show(ana, store("habits", judged(signal))))

    assert "What moderators here made of several links against, +1.5 signed in for, −0.5" in said


def why(*foretold):
    """A verdict of a classifier that foretells reasons."""
    return judged(
        Signal(
            source="classifier",
            code="spam",
            message="M.",
            action=Action.REVIEW,
            foretold=tuple(Foretold(*one) for one in foretold),
        )
    )


def suggested(page):
    """What stands on each button that is marked, as it is read aloud, and its value and key."""
    buttons = re.findall(r'<button [^>]*class="reject suggested"[^>]*>.*?</button>', page, re.DOTALL)
    return [(plain(one), *re.search(r'value="(.*?)" data-key="(.)"', one).groups()) for one in buttons]


class TestReasons:
    """For what reason moderators of the site would reject a comment."""

    def test_all_are_listed_and_the_likeliest_is_marked_on_its_button(self, ana, store):
        number = store("why", why(("abuse", 0.82), ("spam", 0.15), ("off-topic", 0.03)))
        page = show(ana, number)

        assert "If moderators here reject it, then as abuse 82% spam 15% off-topic 3%" in plain(page)
        assert suggested(page) == [("Abuse likeliest: 82% D", "reject:abuse", "d")]
        keys = re.findall(r'name="decision" value="(.*?)" data-key="(.)"', page)
        assert keys == [
            ("approve", "a"),
            ("reject:spam", "s"),
            ("reject:abuse", "d"),
            ("reject:off-topic", "f"),
            ("reject:other", "g"),
        ]

    def test_it_counts_for_nothing_until_a_button_is_pressed(self, ana, store, database):
        number = store("unpressed", why(("abuse", 0.82), ("spam", 0.18)))
        refused = ana.send(
            ana.read(f"/console/comments/{number}"),
            f"/console/comments/{number}/decision",
            seen="0",
            decision="reject:",
        )

        assert refused.status == 400
        with database.reading() as session:
            assert review.comment(session, number).decisions == []
        ana.decide(number, "reject:spam")
        with database.reading() as session:
            assert [one.reason for one in review.comment(session, number).decisions] == ["spam"]

    def test_where_none_is_likelier_than_the_others_together_no_button_is_marked(self, ana, store):
        page = show(ana, store("unclear", why(("abuse", 0.45), ("spam", 0.4), ("other", 0.15))))

        assert "then as abuse 45% spam 40% other 15%" in plain(page)
        assert suggested(page) == []

    @pytest.mark.parametrize("waits_for", ["audit", "second-opinion", None])
    def test_whom_chance_asks_looks_without_a_suggestion(self, ana, store, database, waits_for):
        number = store(f"asked for {waits_for}", why(("abuse", 0.82), ("spam", 0.18)))
        with database.writing() as session:
            review.comment(session, number).waits_for = waits_for
            session.commit()

        assert suggested(show(ana, number)) == []


def test_the_thread_the_author_and_the_copies_stand_around_it(ana, store):
    page = Page(url="https://blog.example.org/around", title="Around")
    store("parent", text="The first word.", page=page, author=Author(name="cleo"))
    store("between", judged(action=Action.REJECT), text=offer("around", "week"), page=page)
    number = store("around", text=offer("around", "day"), page=page, parent_id="parent")
    store("later", text="The last word.", page=page, author=Author(name="dan"))
    said = plain(show(ana, number))

    assert "In reply to cleo Waiting" in said
    assert re.search(r"Nearly the same text 1 rejected .* This author On this site", said)
    assert re.search(r"On the same page Before .* After dan Waiting .* The last word\.", said)
    thread = re.search(r'href="([^"]*)" data-key="t"', show(ana, number))
    assert "The last word." in ana.read(html.unescape(thread[1])).text


def test_what_the_author_changed_is_said_word_by_word(ana, store, database, site):
    number = store("edited", text="He is a good man.")
    with database.writing() as session:
        newest, _ = intake.replace(
            session, site, draft("edited", "He is a bad man."), verdict(), now=at(1)
        )
        session.commit()

    assert "He is a removed: good end of removal added: bad end of addition man." in plain(
        show(ana, newest.id)
    )
    assert f'href="/console/comments/{newest.id}"' in show(ana, number)


def test_a_check_says_why_it_is_here(ana, store, database, site):
    number = store("audited", judged(action=Action.APPROVE))
    with database.writing() as session:
        review.comment(session, number).waits_for = "audit"
        session.commit()

    assert "Published by the service; chance chose it for a check." in plain(show(ana, number))


def test_who_gives_a_second_opinion_learns_of_the_first_only_afterwards(
    browse, ana, store, database, site
):
    number = store("twice", text="Somebody else should look at this.")
    with database.writing() as session:
        session.get_one(Site, site.id).second_share = 1.0
        session.commit()
    try:
        ana.decide(number, "reject:abuse")
        ben = browse("ben")
        hidden = ("ana rejected", "Rejected as abuse", "by ana")
        row = plain(ben.read("/console/decisions").text).partition("Somebody else should")[0]
        assert row.endswith("ana Waits for your opinion ")
        said = plain(show(ben, number))
        assert "chance chose it for a second opinion" in said
        assert not any(words in said for words in hidden)
        assert "Somebody decided; you will see who" in said
        ben.decide(number, "approve")
        said = plain(show(ben, number))
        assert "ana rejected it as abuse" in said
        assert "ben approved it" in said
    finally:
        with database.writing() as session:
            session.get_one(Site, site.id).second_share = 0.0
            session.commit()


class TestBlurring:
    @pytest.fixture
    def number(self, request, store):
        signals = (
            Signal(
                source="list:slurs",
                code="listed_term",
                message="On the list slurs: “grobian”.",
                action=Action.REVIEW,
                spans=((10, 17),),
            ),
        )
        return store(request.node.name, judged(*signals), text=SLUR)

    @pytest.fixture
    def blurring(self, ana, number, database, people):
        """A browser of somebody who wants slurs blurred."""
        ana.send(ana.read(f"/console/comments/{number}"), f"/console/comments/{number}/blurs", blurs="1")
        yield ana
        with database.writing() as session:
            moderators.prefer(session, people["ana"].id, blurs=False, language=None)
            session.commit()

    def test_nothing_is_blurred_for_who_did_not_ask_for_it(self, ana, number):
        assert "data-veil" not in show(ana, number)

    def test_slurs_are_kept_from_eyes_and_ears_until_asked_for(self, blurring, number):
        page = show(blurring, number)

        assert '<span class="veil" data-veil aria-hidden="true">grobian</span>' in page
        said = plain(page)
        assert "grobian" not in said
        assert "You are a (hidden) and a scoundrel." in said
        assert "On the list slurs: (hidden)" in said
        reveal = re.search(r'data-reveal href="([^"]*)" data-key="b"', page)
        shown = blurring.read(html.unescape(reveal[1])).text
        assert "data-veil" not in shown
        assert SLUR in plain(shown)

    def test_it_can_be_switched_off_again(self, blurring, number):
        page = blurring.read(f"/console/comments/{number}")
        after = blurring.send(page, f"/console/comments/{number}/blurs", blurs="0")

        assert "data-veil" not in after.text


class TestWaves:
    def test_one_press_decides_on_all_that_wait_and_z_takes_all_of_it_back(self, ana, store, database):
        numbers = [
            store(f"pressed {word}", text=offer("pressed", word)) for word in ("night", "noon", "dusk")
        ]
        page = ana.read(f"/console/comments/{numbers[1]}")
        assert "and 2 more like it that wait" in plain(page.text)
        fields = dict(re.findall(r'name="(seen|upto|known)" value="(\d+)"', page.text))
        told = ana.send(
            page,
            f"/console/comments/{numbers[1]}/decision",
            decision="reject:spam",
            together="1",
            **fields,
        )

        assert "You rejected 3 comments as spam." in plain(told.text)
        assert self.outcomes(database, numbers) == {Action.REJECT}
        undo = re.search(r'action="(/console/decisions/\d+/undo)[^"]*"', told.text)
        undone = ana.send(told, undo[1])
        assert "3 decisions taken back" in plain(undone.text)
        assert self.outcomes(database, numbers) == {Action.REVIEW}

    def test_without_the_box_only_the_one_is_decided(self, ana, store, database):
        numbers = [store(f"alone {word}", text=offer("alone", word)) for word in ("night", "noon")]
        ana.decide(numbers[0], "approve")

        assert self.outcomes(database, numbers[:1]) == {Action.APPROVE}
        assert self.outcomes(database, numbers[1:]) == {Action.REVIEW}

    def test_what_a_colleague_decided_meanwhile_is_told_by_name_and_time(
        self, browse, ana, store, database
    ):
        numbers = [
            store(f"raced {word}", text=offer("raced", word)) for word in ("night", "noon", "dusk")
        ]
        page = ana.read(f"/console/waves/{numbers[0]}")
        assert "3 comments of nearly the same text wait" in plain(page.text)
        assert re.search(
            r"racedp removed: night end of removal added: noon end of addition", plain(page.text)
        )
        browse("ben").decide(numbers[2], "approve")
        fields = dict(re.findall(r'name="(upto|known)" value="(\d+)"', page.text))
        told = ana.send(page, f"/console/waves/{numbers[0]}/decision", decision="reject:spam", **fields)

        said = plain(told.text)
        assert "2 comments rejected as spam" in said
        assert "1 was left alone: ben approved it meanwhile. just now" in said
        assert self.outcomes(database, numbers[2:]) == {Action.APPROVE}

    def test_a_wave_that_there_is_not_is_not_found(self, ana, store):
        assert ana.read(f"/console/waves/{store('no wave', text='Nothing like it.')}").status == 404

    @staticmethod
    def outcomes(database, numbers):
        with database.reading() as session:
            return {review.comment(session, number).outcome for number in numbers}


class TestFromTheSpot:
    @pytest.mark.parametrize(
        "fields",
        [
            {"kind": "terms", "entry": "free money", "place": "reject:rejected-words"},
            {"kind": "domains", "entry": "pills.example.com", "place": "review:watched-domains"},
            {"kind": "networks", "entry": "203.0.113.0/24", "place": "reject:rejected-networks"},
        ],
    )
    def test_what_a_comment_holds_is_put_on_a_list_of_its_site(self, ana, store, database, site, fields):
        kind, entry = fields["kind"], fields["entry"]
        number = store(
            f"spot {entry}",
            text="Get free money at https://pills.example.com/x",
            author=Author(ip="203.0.113.9"),
        )
        page = ana.read(f"/console/comments/{number}/spot")
        assert entry in page.text or kind == ListKind.TERMS
        told = ana.send(page, f"/console/comments/{number}/spot/list", **fields)

        assert f"“{entry}” is now on the list" in plain(told.text)
        with database.reading() as session:
            kept = {one.name: one for one in policies.lists(session, site)}
            name = fields["place"].partition(":")[2]
            assert (kept[name].kind, kept[name].entries) == (kind, entry)
            noted = session.scalars(select(AuditEntry).where(AuditEntry.act == "policy.list")).all()
            assert (noted[-1].done_by, noted[-1].subject) == ("ana", f"list:{name}")

    def test_what_cannot_be_an_entry_is_refused_with_the_reason(self, ana, store):
        number = store("bad entry")
        page = ana.read(f"/console/comments/{number}/spot")
        refused = ana.send(
            page,
            f"/console/comments/{number}/spot/list",
            kind="domains",
            entry="no domain",
            place="reject:rejected-domains",
        )

        assert refused.status == 422
        assert "not the name of a host" in refused.text

    def test_an_author_with_an_id_is_approved_by_it(self, ana, store, database, site):
        number = store("vouched", author=Author(name="dan", id="77", email="dan@example.org"))
        page = ana.read(f"/console/comments/{number}/spot")
        assert "Anyone can type it in" not in page.text
        ana.send(page, f"/console/comments/{number}/spot/author", by="author")

        self.on_list(database, site, "approved-authors", Scope.AUTHOR, "77")

    def test_an_author_without_one_by_the_address_with_a_warning(self, ana, store, database, site):
        number = store("typed", author=Author(name="dan", email="dan@example.org"))
        page = ana.read(f"/console/comments/{number}/spot")
        assert "Anyone can type it in" in page.text
        ana.send(page, f"/console/comments/{number}/spot/author", by="email")

        self.on_list(database, site, "approved-addresses", Scope.EMAIL, "dan@example.org")
        again = ana.send(page, f"/console/comments/{number}/spot/author", by="email")
        assert "already" in again.text

    @staticmethod
    def on_list(database, site, name, scope, entry):
        with database.reading() as session:
            kept = {one.name: one for one in policies.lists(session, site)}[name]
            assert (kept.action, kept.scopes, kept.entries) == (Action.APPROVE, (scope,), entry)


def test_a_reader_sees_everything_and_can_do_nothing(browse, store):
    number = store("read only")
    reader = browse("reader")
    page = reader.read(f"/console/comments/{number}")

    assert "What a day." in page.text
    assert 'name="decision"' not in page.text
    assert reader.read(f"/console/comments/{number}/spot").status == 403
    for path in (f"comments/{number}/spot/list", f"waves/{number}/decision", "bulk"):
        assert reader.send(page, f"/console/{path}").status == 403


def test_the_page_takes_twelve_queries_at_most(browse, store, database, site, people):
    """Of a moderator for some sites, about an edited comment of a wave, with everything around it."""
    limited = add_moderator(database, "limited")
    with database.writing() as session:
        session.get_one(Moderator, limited.id).every_site = False
        session.add(Permission(moderator_id=limited.id, site_id=site.id))
        session.commit()
    store("counted parent", text="Parent.")
    store("counted copy", text=offer("counted", "dawn"))
    store("counted", text="What I think.", parent_id="counted parent")
    with database.writing() as session:
        sent = draft("counted", offer("counted", "dusk"), parent_id="counted parent")
        newest, _ = intake.replace(session, site, sent, verdict(), now=at(1))
        session.commit()
    console = browse("limited")
    console.read(f"/console/comments/{newest.id}")
    statements: list[str] = []

    def note(*about):
        if about[2].startswith(("SELECT", "WITH")):
            statements.append(about[2])

    event.listen(Engine, "before_cursor_execute", note)
    try:
        page = console.read(f"/console/comments/{newest.id}")
    finally:
        event.remove(Engine, "before_cursor_execute", note)

    assert "more like it that waits" in plain(page.text)
    assert len(statements) <= 12, "\n\n".join(statements)
