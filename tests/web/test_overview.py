"""The overview over real HTTP: what it shows, to whom, and the file that holds the same."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, event

from moderation import review
from moderation.settings import Settings
from moderation.store import Database
from moderation.store.tables import Moderator, Permission, Site
from moderation.verdict import Action
from moderation.web.console.overview import harmless
from tests.browsing import Console, words
from tests.conftest import KEY, SHIPPED_MODELS, add_moderator, add_site, fresh_file, listening
from tests.making import stored

APPROVE, REJECT = Action.APPROVE, Action.REJECT
MOST_QUERIES = 12


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """A service where the blog's verdicts are all audited; ben may look at the forum only."""
    settings = Settings(instance=tmp_path_factory.mktemp("overview"), models=SHIPPED_MODELS)
    database = Database(fresh_file(settings.instance))
    blog, forum = add_site(database, "blog", KEY), add_site(database, "forum", "fedcba9876543210")
    ana, ben = (add_moderator(database, name) for name in ("ana", "ben"))
    now = datetime.now(UTC)
    with database.writing() as session:
        session.add(Permission(moderator_id=ben.id, site_id=forum.id))
        session.get(Moderator, ben.id).every_site = False
        place = session.get(Site, blog.id)
        place.audit_share, place.second_share = 1.0, 0.0
        for number in range(40):
            came = now - timedelta(hours=number)
            said = APPROVE if number < 34 else REJECT
            comment = stored(session, place, f"a{number}", text="<b>Rot</b>", action=said, now=came)
            agrees = number not in {3, 35}
            decided = said if agrees else {APPROVE: REJECT, REJECT: APPROVE}[said]
            review.decide(session, comment.id, ana, decided, seen=0, now=came + timedelta(minutes=1))
        for number in range(5):
            stored(session, place, f"w{number}", now=now - timedelta(hours=2))
        stored(session, session.get(Site, forum.id), "f", text="In the forum.", now=now)
        review.report(session, comment.id, "=carla", Action.APPROVE, now=now)
        session.commit()
    with listening(settings) as address:
        yield database, address, blog.id, forum.id
    database.close()


@pytest.fixture(scope="module")
def ana(service):
    console = Console(service[1])
    console.log_in("ana")
    return console


@pytest.fixture(scope="module")
def ben(service):
    console = Console(service[1])
    console.log_in("ben")
    return console


def table(answer):
    return list(csv.DictReader(io.StringIO(answer.text)))


def value(rows, figure, **of):
    return [row["value"] for row in rows if row["figure"] == figure and of.items() <= row.items()]


class TestThePage:
    def test_each_figure_is_said_in_words(self, ana):
        said = words(ana.read("/console/overview?days=7"))

        assert "46 comments came" in said
        assert "publish or reject 87% of the comments at once" in said
        assert "97%, most likely between 85% and 99.5%; found on 34 comments." in said
        assert "Too few yet: 6 of about 30 needed." in said
        assert "Too few yet: 0 of about 30 needed." in said
        assert "People reversed 3 verdicts" in said

    def test_the_bars_stand_in_a_table_too(self, ana):
        page = ana.read("/console/overview?days=7")

        bars = re.findall(r'<rect class="room"', page.text)
        rows = re.findall(r'<tr><th scope="row">\d+ \w+</th><td>', page.text)
        # Of the volume, and of the share that the service decided.
        assert (len(bars), len(rows)) == (7, 14)

    def test_what_was_overturned_has_links_and_harms_nobody(self, ana):
        page = ana.read("/console/overview")

        assert "&lt;b&gt;Rot&lt;/b&gt;" in page.text
        assert "<b>Rot" not in page.text
        linked = re.search(r'class="excerpt" dir="auto"><a href="([^"]+)"', page.text)
        assert ana.read(linked[1]).status == 200

    @pytest.mark.parametrize("address", ["/console/overview", "/console/models"])
    def test_nothing_needs_what_the_policy_forbids(self, ana, address):
        page = ana.read(address)

        assert re.findall(r"\sstyle=|\son\w+=|<style|<script(?![^>]* src)", page.text) == []
        assert re.findall(r"(?:src|href)=\"(?:https?:)?//", page.text) == []

    @pytest.mark.parametrize("name", ["ana", "ben"])
    @pytest.mark.parametrize("days", [7, 90])
    def test_few_queries_are_enough(self, request, name, days):
        console, asked = request.getfixturevalue(name), []

        def note(*given):
            if given[2].lstrip().startswith("SELECT"):
                asked.append(given[2])

        event.listen(Engine, "before_cursor_execute", note)
        console.read(f"/console/overview?days={days}")
        event.remove(Engine, "before_cursor_execute", note)

        assert 5 < len(asked) <= MOST_QUERIES, asked

    def test_one_site_can_be_chosen(self, ana, service):
        page = ana.read(f"/console/overview?site={service[3]}")

        assert "1 comment came" in words(page)
        assert f'<option value="{service[3]}" selected>' in page.text
        assert f"site={service[3]}" in re.search(r'href="([^"]+)" download', page.text)[1]

    def test_the_form_for_all_sites_says_so_with_nothing(self, ana):
        assert "46 comments came" in words(ana.read("/console/overview?days=7&site="))

    @pytest.mark.parametrize("query", ["days=8", "days=x", "site=x", "site=-1"])
    def test_what_cannot_be_asked_is_refused(self, ana, query):
        assert ana.read(f"/console/overview?{query}").status == 422


class TestWhoSeesWhat:
    @pytest.mark.parametrize("page", ["overview", "overview.csv"])
    def test_a_moderator_of_one_site_does_not_find_another(self, ben, service, page):
        assert ben.read(f"/console/{page}?site={service[2]}").status == 404
        assert ben.read(f"/console/{page}?site={service[3]}").status == 200

    def test_nor_is_it_in_any_figure(self, ben):
        page = ben.read("/console/overview")

        assert "1 comment came" in words(page)
        assert "blog" not in page.text
        assert "Nobody reversed a verdict" in words(page)
        assert value(table(ben.read("/console/overview.csv")), "decisions_that_reject") == []

    def test_strangers_see_nothing(self, service):
        assert Console(service[1]).read("/console/overview.csv").url.endswith("/login")


class TestTheFile:
    def test_it_holds_what_the_page_shows(self, ana):
        rows = table(ana.read("/console/overview.csv?days=7"))

        assert sum(map(int, value(rows, "comments"))) == 46
        assert sum(map(int, value(rows, "automatic"))) == 40
        assert value(rows, "decisions_that_approve", of="ana") == ["34"]
        assert value(rows, "waiting_now", of="decision") == ["6"]
        assert value(rows, "precision_of_approvals") == ["0.9706"]
        assert value(rows, "precision_of_rejections_checked") == ["6"]
        assert value(rows, "precision_of_rejections") == []

    def test_it_names_its_site(self, ana, service):
        rows = table(ana.read(f"/console/overview.csv?site={service[2]}"))

        assert {row["site"] for row in rows} == {"blog"}

    def test_it_is_a_file_to_keep(self, ana):
        headers = ana.read("/console/overview.csv").headers

        assert headers["Content-Type"].startswith("text/csv")
        assert re.fullmatch(
            r'attachment; filename="overview-\d{4}-\d\d-\d\d-30-days.csv"',
            headers["Content-Disposition"],
        )

    @pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
    def test_no_cell_is_a_formula(self, cell):
        assert harmless(cell) == f"'{cell}"

    @pytest.mark.parametrize("cell", [-1, 0.5, "", "ana", "a=1"])
    def test_other_cells_stay_as_they_are(self, cell):
        assert harmless(cell) == cell
