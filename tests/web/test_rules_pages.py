"""The pages on which admins set what judges comments, and everybody reads it."""

import html
import re
import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, event, select, update

from moderation import backtests, policies, review, sites
from moderation.backtests import Trial
from moderation.policies import Change, KeptRule
from moderation.rules import ListKind, Mode, Scope
from moderation.rules.options import LinkCount
from moderation.rules.settings import SETTABLE
from moderation.store.tables import AuditEntry, Backtest, Moderator, Permission, Role
from moderation.verdict import Accepted, Action
from tests.browsing import Console
from tests.browsing import words as said
from tests.conftest import add_moderator, add_site, at, on_each_database
from tests.making import stored

SITE = "/console/sites/1"
CHOICES = {
    "languages": "en",
    "good_lost": "",
    "bad_published": "",
    "audit_percent": "1",
    "second_percent": "2",
}
WORDS = {"kind": "terms", "action": "reject", "mode": "live"}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def service(request, tmp_path_factory):
    """A service with two sites, an admin ana, an admin mia, a reader ben."""
    with on_each_database(request, tmp_path_factory) as (database, address):
        add_site(database, "blog", "0123456789ab")
        add_site(database, "other", "ba9876543210")
        for name, role in (("ana", Role.ADMIN), ("mia", Role.ADMIN), ("ben", Role.READER)):
            added = add_moderator(database, name)
            with database.writing() as session:
                session.get_one(Moderator, added.id).role = role
                session.commit()
        consoles = {}
        for name in ("ana", "mia", "ben"):
            consoles[name] = Console(address)
            consoles[name].log_in(name)
        yield database, consoles


@pytest.fixture
def database(service):
    """The service's database, with the policy of the blog as it comes."""
    with service[0].writing() as session:
        found = sites.by_name(session, "blog")
        for name in policies.rules(session, found)[0]:
            policies.reset_rule(session, found, name, by="tests", now=at(0))
        for one in policies.lists(session, found):
            policies.remove_list(session, found, one.name, by="tests", now=at(0))
        policies.choose(session, found, languages=["en"], accepted=Accepted(), by="tests", now=at(0))
        session.commit()
    return service[0]


@pytest.fixture
def ana(service):
    return service[1]["ana"]


@pytest.fixture
def mia(service):
    return service[1]["mia"]


@pytest.fixture
def ben(service):
    return service[1]["ben"]


def fill_in(page, path, **fields):
    """The fields of a form with the revision that its page showed."""
    seen = re.search(r'name="seen" value="(\d+)"', page.text)
    return {"seen": seen[1], **fields}


def press(console, path, **fields):
    """Open a page, fill in its form, and press a button."""
    page = console.read(path)
    return console.send(page, path.partition("?")[0], **fill_in(page, path, **fields))


def finished(console, page):
    """Wait until a trial is over, as a browser that renews the page."""
    for _ in range(200):
        if 'http-equiv="refresh"' not in page.text:
            return page
        time.sleep(0.05)
        page = console.read(page.url.removeprefix(console.address))
    raise AssertionError(page.text)


def rules_of(database):
    with database.reading() as session:
        return policies.rules(session, sites.by_name(session, "blog"))[0]


def lists_of(database):
    with database.reading() as session:
        return policies.lists(session, sites.by_name(session, "blog"))


class TestReading:
    def test_whoever_sees_several_sites_chooses_one(self, database, ben):
        page = ben.read("/console/rules")

        assert "blog" in said(page)
        assert f'href="{SITE}/rules"' in page.text

    def test_every_rule_stands_there_with_what_it_looks_for(self, database, ben):
        page = said(ben.read(f"{SITE}/rules"))

        for name, rule in SETTABLE.items():
            assert name.replace("_", " ").capitalize() in page
            assert rule.summary in page

    @pytest.mark.parametrize(
        "path", ["rules/too_many_links", "rules/flood", "lists", "lists/edit", "choices", "changes"]
    )
    def test_a_reader_looks_at_everything_and_changes_nothing(self, database, ben, path):
        page = ben.read(f"{SITE}/{path}")

        assert page.status == 200
        assert 'name="do"' not in page.text
        refused = ben.send(page, f"{SITE}/rules/flood", seen="1", do="save", mode="off")
        assert refused.status == 403
        assert rules_of(database) == {}

    @pytest.mark.parametrize(
        "path",
        [
            "/console/sites/99/rules",
            f"{SITE}/rules/nothing",
            f"{SITE}/lists/edit?name=nothing",
            "/console/backtests/99",
        ],
    )
    def test_what_there_is_not_is_not_found(self, database, ana, path):
        assert ana.read(path).status == 404

    def test_whoever_may_look_at_one_site_is_led_to_it_and_finds_no_other(self, database, service):
        added = add_moderator(database, f"eve {datetime.now(UTC):%f}")
        with database.writing() as session:
            session.get_one(Moderator, added.id).every_site = False
            session.add(Permission(moderator_id=added.id, site_id=2))
            session.commit()
        eve = Console(service[1]["ana"].address)
        eve.log_in(added.name)

        assert eve.read("/console/rules").url.endswith("/console/sites/2/rules")
        assert eve.read(f"{SITE}/rules").status == 404
        assert eve.read(f"{SITE}/changes").status == 404


class TestRules:
    def test_what_an_admin_saves_holds_and_is_on_record(self, database, ana):
        page = press(
            ana, f"{SITE}/rules/too_many_links", do="save", mode="log-only", **{"option.at_least": "7"}
        )

        assert "Saved. It holds from the next comment on" in said(page)
        assert rules_of(database)["too_many_links"].options == LinkCount(at_least=7)
        assert rules_of(database)["too_many_links"].mode is Mode.LOG_ONLY
        assert "Last changed by ana" in said(page)
        with database.reading() as session:
            last = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
            assert (last.act, last.subject, last.done_by) == (
                "policy.rule",
                "rule:too_many_links",
                "ana",
            )

    @pytest.mark.parametrize(
        ("button", "mode"), [("log-only", Mode.LOG_ONLY), ("live", Mode.LIVE), ("save", None)]
    )
    def test_a_button_may_say_the_mode(self, database, ana, button, mode):
        path = f"{SITE}/rules/too_many_links"
        press(ana, path, do=button, mode="off", **{"option.at_least": "7"})

        assert rules_of(database)["too_many_links"].mode is mode

    def test_boxes_that_are_not_ticked_are_off(self, database, ana):
        press(
            ana,
            f"{SITE}/rules/suspicious_links",
            do="save",
            mode="live",
            **{"option.ports": "on"},
        )
        options = rules_of(database)["suspicious_links"].options

        assert (options.ports, options.markup, options.addresses) == (True, False, False)

    def test_a_rule_is_let_work_as_it_comes(self, database, ana):
        path = f"{SITE}/rules/flood"
        fields = {"option.from_author": "9", "option.from_range": "9", "option.minutes": "3"}
        assert "as it comes" in said(press(ana, path, do="save", mode="live", **fields))
        press(ana, path, do="reset", mode="live", **fields)

        assert rules_of(database) == {}

    def test_a_wrong_value_is_named_and_what_was_typed_is_kept(self, database, ana):
        fields = {"option.from_author": "1000", "option.from_range": "9", "option.minutes": "3.5"}
        page = press(ana, f"{SITE}/rules/flood", do="save", mode="log-only", **fields)

        assert page.status == 422
        assert "from_author must be a whole number from 1 to 100, not '1000'." in said(page)
        for value in fields.values():
            assert f'value="{value}"' in page.text
        assert re.search(r'value="log-only" required checked', page.text)
        assert rules_of(database) == {}

    def test_of_two_admins_the_second_is_told_and_loses_nothing(self, database, ana, mia):
        path = f"{SITE}/rules/too_many_links"
        hers = mia.read(path)
        press(ana, path, do="save", mode="live", **{"option.at_least": "7"})
        typed = {"do": "save", "mode": "off", "option.at_least": "9"}

        told = mia.send(hers, path, **fill_in(hers, path, **typed))
        assert told.status == 409
        assert "ana changed this after you opened the page" in said(told)
        assert 'value="9"' in told.text
        assert rules_of(database)["too_many_links"].options.at_least == 7

        # Now that she knows, she may.
        mia.send(told, path, **fill_in(told, path, **typed))
        assert rules_of(database)["too_many_links"].options.at_least == 9

    def test_a_trial_shows_what_it_has_caught_and_is_made_live(self, database, ana):
        path = f"{SITE}/rules/too_many_links"
        press(ana, path, do="log-only", mode="live", **{"option.at_least": "1"})
        assert "It has caught nothing yet" in said(ana.read(path))
        with database.writing() as session:
            site = sites.by_name(session, "blog")
            caught = stored(session, site, "caught", text="Caught by the trial")
            counted = stored(session, site, "counted", text="Another one that counted")
            review.report(session, caught.id, "ana", Action.REJECT, now=at(1))
            for comment, log_only in ((caught, True), (counted, False)):
                said_of_it = {"source": "too_many_links", "log_only": log_only}
                comment.verdict.reasons = [{**comment.verdict.reasons[0], **said_of_it}]
                session.execute(
                    update(backtests.catching.Facet)
                    .where(backtests.catching.Facet.comment_id == comment.id)
                    .where(backtests.catching.Facet.name == "reason:insult")
                    .values(name="reason:too_many_links")
                )
            session.commit()
        page = ana.read(path)

        assert "It spoke on 1 of the latest comments." in said(page)
        assert "people rejected 1 and approved 0; on 0 nobody has decided" in said(page)
        assert "Caught by the trial" in page.text
        assert "Another one" not in page.text
        assert f'href="/console/comments/{caught.id}"' in page.text
        press(ana, path, do="live", mode="log-only", **{"option.at_least": "1"})
        assert rules_of(database)["too_many_links"].mode is Mode.LIVE


class TestLists:
    def test_a_list_is_added_changed_and_removed(self, database, ana):
        path = f"{SITE}/lists/edit"
        added = press(
            ana, path, do="save", is_new="yes", name=" rude ", entries="nitwit\r\ndunce", **WORDS
        )
        assert "rude" in said(added)
        (kept,) = lists_of(database)
        assert (kept.name, kept.entries, kept.scopes) == ("rude", "nitwit\ndunce", (Scope.TEXT,))

        shown = ana.read(f"{path}?name=rude")
        assert "nitwit\ndunce</textarea>" in shown.text
        press(
            ana,
            f"{path}?name=rude",
            do="log-only",
            name="rude",
            entries="dunce",
            **{**WORDS, "scope.name": "on", "scope.author": "on"},
        )
        (kept,) = lists_of(database)
        assert (kept.entries, kept.scopes, kept.mode) == (
            "dunce",
            (Scope.NAME, Scope.AUTHOR),
            Mode.LOG_ONLY,
        )

        press(ana, f"{path}?name=rude", do="reset", name="rude", entries="dunce", **WORDS)
        assert lists_of(database) == []

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({"kind": "networks", "entries": "203.0.113.0/24\nnowhere"}, "Line 2, 'nowhere': not an IP"),
            ({"kind": "patterns", "entries": "ok\n\n(?=a)b"}, "Line 3, '(?=a)b'"),
            ({"kind": "domains", "entries": "example.org", "scope.text": "on"}, "cannot look at text"),
            ({"kind": "fragments", "entries": "ana-7", "scope.author": "on"}, "cannot look at author"),
            ({"name": "x" * 101}, "is no name"),
            ({"name": ""}, "is no name"),
        ],
    )
    def test_a_wrong_line_is_named_and_what_was_typed_is_kept(self, database, ana, fields, sentence):
        typed = {"name": "mine", **WORDS, "entries": "a", **fields}
        page = press(ana, f"{SITE}/lists/edit", do="save", is_new="yes", **typed)

        assert page.status == 422
        assert sentence in said(page)
        assert f"{html.escape(typed['entries'])}</textarea>" in page.text
        assert f'<option value="{typed["kind"]}" selected>' in page.text
        assert lists_of(database) == []

    def test_a_new_list_does_not_replace_one_of_the_same_name(self, database, ana):
        path = f"{SITE}/lists/edit"
        for entries in ("nitwit", "dunce"):
            page = press(ana, path, do="save", is_new="yes", name="rude", entries=entries, **WORDS)

        assert "There is a list named rude already" in said(page)
        assert [one.entries for one in lists_of(database)] == ["nitwit"]

    def test_of_two_admins_the_second_is_told_and_loses_no_line(self, database, ana, mia):
        path = f"{SITE}/lists/edit"
        press(ana, path, do="save", is_new="yes", name="rude", entries="nitwit", **WORDS)
        hers = mia.read(f"{path}?name=rude")
        press(ana, f"{path}?name=rude", do="save", name="rude", entries="nitwit\nby ana", **WORDS)
        told = mia.send(
            hers, path, **fill_in(hers, path, do="save", name="rude", entries="by mia", **WORDS)
        )

        assert told.status == 409
        assert "by mia</textarea>" in told.text
        assert [one.entries for one in lists_of(database)] == ["nitwit\nby ana"]

    def test_names_and_entries_are_shown_as_text(self, database, ana, ben):
        with database.writing() as session:
            policies.put_list(
                session,
                sites.by_name(session, "blog"),
                "<b>'&?#/ä",
                kind=ListKind.TERMS,
                action=Action.REVIEW,
                lines="</textarea><script>",
                by="ana",
                now=at(1),
            )
            session.commit()
        page = ben.read(f"{SITE}/lists")
        link = re.search(r'href="(/console/sites/1/lists/edit\?name=[^"]+)"', page.text)
        shown = ben.read(html.unescape(link[1]))

        assert "<b>'" not in page.text
        assert "&lt;/textarea&gt;&lt;script&gt;</textarea>" in shown.text
        assert "<script>" not in ben.read(f"{SITE}/changes").text


class TestChoices:
    def test_what_each_budget_buys_stands_beside_it(self, database, ben):
        page = said(ben.read(f"{SITE}/choices"))

        assert re.search(r"At most 1% – rejected from \d\d\.\d% on", page)
        assert re.search(r"At most 5% – published below \d+\.\d% ", page)
        assert "Model base-2026-11-24" in page

    def test_what_is_chosen_holds(self, database, ana):
        chosen = {
            "languages": "de, EN,de",
            "good_lost": "0.01",
            "bad_published": "0",
            "audit_percent": "2.5",
            "second_percent": "0",
        }
        page = press(ana, f"{SITE}/choices", do="save", **chosen)

        with database.reading() as session:
            site = sites.by_name(session, "blog")
            assert policies.choices(site) == policies.Choices(
                languages="de,en",
                good_lost=0.01,
                bad_published=0.0,
                audit_share=0.025,
                second_share=0.0,
            )
        assert re.search(r'<option value="0.01" selected>At most 1%', page.text)

    @pytest.mark.parametrize(
        ("wrong", "sentence"),
        [
            ({"languages": "english"}, "'english' is no language"),
            ({"languages": " , "}, "at least one language"),
            ({"audit_percent": "101"}, "from 0 to 1, not 1.01"),
            ({"audit_percent": "much"}, "'much' is no number"),
            ({"audit_percent": "nan"}, "from 0 to 1"),
            ({"good_lost": "2"}, "from 0 to 1, not 2"),
        ],
    )
    def test_what_cannot_be_is_refused_and_kept_on_the_page(self, database, ana, wrong, sentence):
        page = press(ana, f"{SITE}/choices", do="save", **{**CHOICES, **wrong})

        assert page.status == 422
        assert sentence in said(page)
        ((name, value),) = wrong.items()
        if name != "good_lost":
            assert re.search(f'name="{name}"[^>]* value="{re.escape(value)}"', page.text)


class TestHistory:
    def test_who_changed_what_is_shown_and_taken_back(self, database, ana, ben):
        path = f"{SITE}/rules/too_many_links"
        press(ana, path, do="save", mode="live", **{"option.at_least": "7"})
        page = ben.read(f"{SITE}/changes")

        assert "The rule too many links" in said(page)
        assert re.search(r"so many links on 3 7", said(page))
        assert "Take back" not in said(page)
        shown = ana.read(f"{SITE}/changes")
        act = re.search(r'action="([^"]+take-back)"', shown.text)
        taken = ana.send(shown, act[1])
        assert "is taken back. That is a change as well" in said(taken)
        assert "takes an earlier change back" in said(taken)
        assert rules_of(database) == {}

    def test_what_was_changed_since_is_taken_back_only_all_the_same(self, database, ana):
        path = f"{SITE}/rules/too_many_links"
        for links in "79":
            press(ana, path, do="save", mode="live", **{"option.at_least": links})
        shown = ana.read(f"{SITE}/changes?subject=rule:too_many_links")
        earlier = re.findall(r'action="([^"]+take-back)"', shown.text)[1]

        refused = ana.send(shown, earlier)
        assert refused.status == 409
        assert "ana changed this again in revision" in said(refused)
        assert rules_of(database)["too_many_links"].options.at_least == 9
        ana.send(refused, earlier, anyway="true")
        assert rules_of(database) == {}

    def test_lines_that_came_and_went_are_shown(self, database, ana):
        path = f"{SITE}/lists/edit"
        press(ana, path, do="save", is_new="yes", name="rude", entries="nitwit\ndunce", **WORDS)
        press(ana, f"{path}?name=rude", do="save", name="rude", entries="nitwit\nnumbskull", **WORDS)
        page = said(ana.read(f"{SITE}/changes"))

        assert "The list rude" in page
        assert "Removed: dunce Added: numbskull" in page

    def test_what_another_version_wrote_is_not_guessed_at(self, database, ana):
        press(
            ana,
            f"{SITE}/rules/flood",
            do="log-only",
            mode="live",
            **{"option.from_author": "9", "option.from_range": "9", "option.minutes": "3"},
        )
        with database.writing() as session:
            (last,) = policies.changes(session, sites.by_name(session, "blog"), limit=1)
            last.after = '{"type":"a thing of the future"}'
            session.commit()

        assert "Another version of the service wrote this" in said(ana.read(f"{SITE}/changes"))

    def test_of_another_site_nothing_is_taken_back(self, database, ana):
        press(ana, f"{SITE}/rules/too_many_links", do="save", mode="off", **{"option.at_least": "3"})
        shown = ana.read(f"{SITE}/changes")
        revision = re.search(r"changes/(\d+)/take-back", shown.text)[1]

        assert ana.send(shown, f"/console/sites/2/changes/{revision}/take-back").status == 404


class TestTrying:
    @pytest.fixture
    def past(self, database):
        """Three comments that people decided on: one with a link that they approved."""
        with database.writing() as session:
            site = sites.by_name(session, "blog")
            session.execute(update(Backtest).values(state="done", result=None, problem="old"))
            found = {}
            for name, text, action, decided in (
                ("good", "Look: http://a.example/ <b>", Action.APPROVE, Action.APPROVE),
                ("bad", "Buy: http://b.example/", Action.APPROVE, Action.REJECT),
                ("plain", "Thank you.", Action.APPROVE, Action.APPROVE),
            ):
                identifier = f"{name} {datetime.now(UTC):%H%M%S%f}"
                comment = stored(session, site, identifier, text=text, action=action, probability=0.1)
                comment.verdict.reasons = [{**comment.verdict.reasons[0], "weight": -2.2}]
                review.report(session, comment.id, "mia", decided, now=at(1))
                found[name] = comment.id
            session.commit()
        return found

    def try_links(self, console):
        page = press(
            console,
            f"{SITE}/lists/edit",
            do="try",
            is_new="yes",
            name="links",
            entries="a.example\nb.example",
            most="1000",
            **{**WORDS, "kind": "domains"},
        )
        return finished(console, page)

    def test_a_draft_is_tried_shown_and_saved_from_there(self, database, ana, past):
        page = self.try_links(ana)
        shown = said(page)

        good = r"(?<!\d)[1-9]\d* good comments? more would be rejected without a person"
        assert re.search(good, shown)
        assert "people approved it" in shown
        for column in ("Precision", "Recall", "Left to a person"):
            assert column in shown
        # The harmful one first, as text.
        links = [int(one) for one in re.findall(r"/console/comments/(\d+)", page.text)]
        assert links.index(past["good"]) < links.index(past["bad"])
        assert past["plain"] not in links
        assert "&lt;b&gt;" in page.text
        assert lists_of(database) == []

        number = re.search(r"/backtests/(\d+)", page.url)[1]
        ana.send(page, f"/console/backtests/{number}/save", do="save")
        assert [one.entries for one in lists_of(database)] == ["a.example\nb.example"]

    def test_the_draft_can_be_changed_further_or_only_log_first(self, database, ana, past):
        page = self.try_links(ana)
        form = re.search(r'href="([^"]+draft=\d+)"', page.text)
        again = ana.read(html.unescape(form[1]))

        assert "a.example\nb.example</textarea>" in again.text
        number = re.search(r"/backtests/(\d+)", page.url)[1]
        ana.send(page, f"/console/backtests/{number}/save", do="log-only")
        assert [one.mode for one in lists_of(database)] == [Mode.LOG_ONLY]

    def test_what_was_changed_meanwhile_is_not_saved_over(self, database, ana, mia, past):
        page = self.try_links(ana)
        fields = {"name": "links", "entries": "mine", **WORDS}
        press(mia, f"{SITE}/lists/edit", do="save", is_new="yes", **fields)
        number = re.search(r"/backtests/(\d+)", page.url)[1]
        told = ana.send(page, f"/console/backtests/{number}/save", do="save")

        assert told.status == 409
        assert "mia changed this after you opened the page" in said(told)
        assert [one.entries for one in lists_of(database)] == ["mine"]

    @pytest.mark.usefixtures("past")
    @pytest.mark.parametrize(
        ("path", "fields", "sentence"),
        [
            (
                "rules/too_many_links",
                {"mode": "live", "option.at_least": "1"},
                "would change",
            ),
            (
                "rules/flood",
                {
                    "mode": "live",
                    "option.from_author": "2",
                    "option.from_range": "9",
                    "option.minutes": "3",
                },
                "Other options of this rule cannot be tried on past comments",
            ),
            (
                "rules/first_time_author",
                {"mode": "live"},
                "what it would have found is not known",
            ),
            (
                "choices",
                {**CHOICES, "good_lost": "0.1"},
                "judged by an earlier model",
            ),
            ("choices", {**CHOICES, "audit_percent": "9"}, "nothing to try"),
        ],
    )
    def test_every_form_can_be_tried_and_says_what_it_cannot_tell(self, ana, path, fields, sentence):
        page = finished(ana, press(ana, f"{SITE}/{path}", do="try", **fields))

        assert sentence in said(page)

    def test_what_cannot_be_tried_is_refused_on_the_form(self, database, ana, past):
        page = press(
            ana, f"{SITE}/rules/too_many_links", do="try", mode="live", **{"option.at_least": "0"}
        )

        assert page.status == 422
        assert "from 1 to 1,000" in said(page)

    def test_how_far_a_trial_is_and_that_it_stopped_is_told(self, database, ana, ben, past):
        change = Change(subject="rule:flood", after=KeptRule(mode="off"))
        now = datetime.now(UTC)
        with database.writing() as session:
            site = sites.by_name(session, "blog")
            who = session.scalars(select(Moderator).where(Moderator.name == "ana")).one()
            trial = Trial(change=change, most=1000)
            started = backtests.start(session, site, trial, who, now=now)
            started.done, started.total = 250, 1000
            session.commit()
        path = f"/console/backtests/{started.id}"
        running = ben.read(path)
        refused = press(ana, f"{SITE}/rules/edited", do="try", mode="off")
        with database.writing() as session:
            session.get_one(Backtest, started.id).noted_at = now - timedelta(seconds=31)
            session.commit()
        stopped = ben.read(path)

        assert '<progress max="1000" value="250"' in running.text
        assert '<meta http-equiv="refresh" content="2">' in running.text
        assert "250 of 1,000 comments" in said(running)
        assert refused.status == 409
        assert "Another trial on this site’s comments" in said(refused).replace("'", "’")
        assert "It stopped before it was done; run it again." in said(stopped)
        assert "refresh" not in stopped.text


def test_no_page_asks_the_database_more_than_a_dozen_times(database, ana):
    change = Change(subject="rule:flood", after=KeptRule(mode="off"))
    with database.writing() as session:
        site = sites.by_name(session, "blog")
        who = session.scalars(select(Moderator).where(Moderator.name == "ana")).one()
        session.execute(update(Backtest).values(state="done"))
        trial = Trial(change=change, most=1000)
        tried = backtests.start(session, site, trial, who, now=datetime.now(UTC)).id
        session.commit()
    backtests.run(database, tried, None)
    press(ana, f"{SITE}/rules/too_many_links", do="log-only", mode="live", **{"option.at_least": "1"})
    press(ana, f"{SITE}/lists/edit", do="log-only", is_new="yes", name="x", entries="a", **WORDS)
    asked = []

    def note(_connection, _cursor, statement, *_):
        if statement.startswith("SELECT"):
            asked[-1] += 1

    event.listen(Engine, "before_cursor_execute", note)
    try:
        for path in (
            "/console/rules",
            f"{SITE}/rules",
            f"{SITE}/rules/too_many_links",
            f"{SITE}/lists",
            f"{SITE}/lists/edit?name=x",
            f"{SITE}/choices",
            f"{SITE}/changes",
            f"/console/backtests/{tried}",
        ):
            asked.append(0)
            assert ana.read(path).status == 200
    finally:
        event.remove(Engine, "before_cursor_execute", note)

    assert 0 < max(asked) <= 12, asked
