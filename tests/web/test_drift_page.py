"""The page on drift over real HTTP: what it shows, to whom, and that the overview warns too."""

import random
import re
from datetime import UTC, datetime, time, timedelta
from html import unescape

import pytest
from sqlalchemy import Engine, event

from moderation.settings import Settings
from moderation.store import Database
from moderation.store.tables import Moderator, Permission, Site
from tests.browsing import Console, words
from tests.conftest import KEY, SHIPPED_MODELS, add_moderator, add_site, fresh_file, listening
from tests.planting import SEED, plant

MOST_QUERIES = 12


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """A service where the last week of the blog is unlike the others; ben may look at the forum only."""
    settings = Settings(instance=tmp_path_factory.mktemp("drift"), models=SHIPPED_MODELS)
    database = Database(fresh_file(settings.instance))
    blog, forum = add_site(database, "blog", KEY), add_site(database, "forum", "fedcba987654")
    _ana, ben = (add_moderator(database, name) for name in ("ana", "ben"))
    today = datetime.now(UTC).date()
    monday = datetime.combine(today - timedelta(days=today.weekday() + 7), time(), UTC)
    lots = random.Random(SEED)
    with database.writing() as session:
        session.add(Permission(moderator_id=ben.id, site_id=forum.id))
        session.get(Moderator, ben.id).every_site = False
        plant(session, session.get(Site, blog.id), lots, monday, has_moved=True)
        plant(session, session.get(Site, forum.id), lots, monday, has_moved=False)
        session.commit()
    with listening(settings) as address:
        yield address, blog.id, forum.id
    database.close()


@pytest.fixture(scope="module")
def ana(service):
    console = Console(service[0])
    console.log_in("ana")
    return console


@pytest.fixture(scope="module")
def ben(service):
    console = Console(service[0])
    console.log_in("ben")
    return console


@pytest.mark.parametrize("address", ["/console/drift", "/console/overview"])
def test_what_moved_stands_at_the_top(ana, address):
    said = words(ana.read(address))

    assert re.search(r"blog: at least \d+% of the comments got another probability", said)
    assert "forum:" not in said


@pytest.mark.parametrize("address", ["/console/drift", "/console/overview"])
def test_a_quiet_site_warns_of_nothing(ana, service, address):
    assert "moved away" not in words(ana.read(f"{address}?site={service[2]}"))


def test_each_figure_has_a_sentence_a_chart_and_a_table(ana, service):
    page = ana.read(f"/console/drift?site={service[1]}")
    said = words(page)

    assert said.count("which is unusual") + said.count("as usual (") + said.count("too few") >= 5
    assert len(re.findall(r'<section class="figure', page.text)) == 6
    # What waited for people was never decided: there is nothing to draw.
    assert len(re.findall(r'<polygon class="usual"', page.text)) == 4
    assert len(re.findall(r"<table>", page.text)) == 6


def test_new_words_lead_to_the_search(ana, service):
    page = ana.read(f"/console/drift?site={service[1]}")

    linked = re.search(r'href="([^"]+)"><bdi>zeppelin</bdi>', page.text)
    assert "zeppelin" in words(ana.read(unescape(linked[1])))
    assert "No word came up." in words(ana.read(f"/console/drift?site={service[2]}"))


def test_a_moderator_of_one_site_sees_no_other(ben, service):
    assert ben.read(f"/console/drift?site={service[1]}").status == 404
    said = words(ben.read("/console/drift"))
    assert "blog" not in said
    assert "zeppelin" not in said
    assert "moved away" not in said


@pytest.mark.parametrize("name", ["ana", "ben"])
def test_few_queries_are_enough(request, name):
    console, asked = request.getfixturevalue(name), []

    def note(*given):
        if given[2].lstrip().startswith("SELECT"):
            asked.append(given[2])

    event.listen(Engine, "before_cursor_execute", note)
    console.read("/console/drift")
    event.remove(Engine, "before_cursor_execute", note)

    assert 4 < len(asked) <= MOST_QUERIES, asked


def test_nothing_needs_what_the_policy_forbids(ana):
    page = ana.read("/console/drift")

    assert re.findall(r"\sstyle=|\son\w+=|<style|<script(?![^>]* src)", page.text) == []


@pytest.mark.parametrize(("query", "status"), [("site=", 200), ("site=x", 422), ("site=-1", 422)])
def test_what_cannot_be_asked_is_refused(ana, query, status):
    assert ana.read(f"/console/drift?{query}").status == status
