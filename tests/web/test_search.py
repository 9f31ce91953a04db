"""The search over real HTTP: what is found, how it is shown, and what somebody may type."""

import html
import re
from datetime import UTC, datetime

import pytest

from moderation import intake
from moderation.draft import Author
from moderation.store.tables import Moderator, Permission, Role
from moderation.verdict import Action
from tests.browsing import Console
from tests.conftest import add_moderator, add_site, on_each_database
from tests.making import draft, stored, verdict


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def service(request, tmp_path_factory):
    """A service with comments on two sites; ana may look at both, and ben at one."""
    with on_each_database(request, tmp_path_factory) as (database, address):
        blog, other = (
            add_site(database, name, key * 12) for name, key in (("blog", "a"), ("other", "b"))
        )
        add_moderator(database, "ana")
        ben = add_moderator(database, "ben")
        moment = datetime.now(UTC)
        with database.writing() as session:
            session.get_one(Moderator, ben.id).every_site = False
            session.get_one(Moderator, ben.id).role = Role.READER
            session.add(Permission(moderator_id=ben.id, site_id=blog.id))
            stored(session, blog, "old", text="The first word on <b>bananas</b>.", now=moment)
            intake.replace(
                session, blog, draft("old", text="A second word on bananas."), verdict(), now=moment
            )
            stored(session, other, "other", text="Bananas elsewhere.", now=moment)
            stored(
                session,
                blog,
                "no",
                action=Action.REJECT,
                text="No bananas.",
                author=Author(name="zoe"),
                now=moment,
            )
            for number in range(30):
                stored(session, blog, f"many {number}", text=f"Number n{number} of many.", now=moment)
            session.commit()
        yield address


@pytest.fixture(scope="module")
def ana(service):
    return logged_in(service, "ana")


def logged_in(address, name):
    console = Console(address)
    console.log_in(name)
    return console


def said(page):
    """The excerpts of what was found, in their order."""
    return [
        html.unescape(one) for one in re.findall(r'<p class="excerpt" dir="auto">(.*?)</p>', page.text)
    ]


def text_of(page):
    return " ".join(html.unescape(re.sub("<[^>]+>", " ", page.text)).split())


def test_what_says_the_words_is_found_the_latest_first_and_older_editions_are_marked(ana):
    page = ana.read("/console/search?text=bananas")

    assert said(page) == [
        "No bananas.",
        "Bananas elsewhere.",
        "A second word on bananas.",
        "The first word on <b>bananas</b>.",
    ]
    assert "4 comments found." in text_of(page)
    rows = page.text.split('<li class="row">')
    assert ["an older edition" in row for row in rows[1:]] == [False, False, False, True]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("text=bananas+-elsewhere+-first&outcome=review", ["A second word on bananas."]),
        ("text=bananas&outcome=reject", ["No bananas."]),
        ("text=%22word+on+banan%22*", ["A second word on bananas."]),
        ("text=zoe", ["No bananas."]),
        ("text=bananas&younger_than=0", []),
        ("text=bananas&reason=insult&language=en&site=2", ["Bananas elsewhere."]),
        ("site=2", ["Bananas elsewhere."]),
    ],
)
def test_a_search_is_narrowed_down(ana, query, expected):
    assert said(ana.read(f"/console/search?{query}")) == expected


def test_a_search_goes_on_where_the_page_ended(ana):
    first = ana.read("/console/search?text=many")
    more = re.search(r'href="([^"]+)" rel="next"', first.text)
    assert more
    second = ana.read(html.unescape(more[1]))

    numbers = [int(re.search(r"n(\d+)", one)[1]) for one in said(first) + said(second)]
    assert numbers == list(range(29, -1, -1))
    assert 'rel="next"' not in second.text


def test_nobody_finds_what_is_on_a_site_that_is_not_his(service):
    ben = logged_in(service, "ben")

    assert said(ben.read("/console/search?text=bananas+-first")) == [
        "No bananas.",
        "A second word on bananas.",
    ]
    assert said(ben.read("/console/search?site=2")) == []
    assert "other" not in re.findall(r"<option[^>]*>(\w+)</option>", ben.read("/console/search").text)


@pytest.mark.parametrize(
    "typed",
    [
        "%22",
        "'",
        "*",
        "NEAR(a%20b)",
        "%00",
        "a%00b",
        "!!!",
        "-",
        "%F0%9F%98%80",
        "%FF%FE",
        "a" * 1_000,
        "%22%20" * 300,
        "%2B%7C%26%3A*%21%3C-%3E",
    ],
)
@pytest.mark.parametrize("path", ["/console/search", "/console/", "/console/next"])
def test_whatever_is_typed_gets_a_page(ana, typed, path):
    assert ana.read(f"{path}?text={typed}").status == 200


def test_who_types_no_word_is_told(ana):
    assert "There is no word to look for in what you typed." in text_of(
        ana.read("/console/search?text=!!!")
    )
    assert "Nothing found" in text_of(ana.read("/console/search?text=nowhere"))


def test_what_was_typed_stays_words(ana):
    page = ana.read("/console/search?text=%3Cscript%3Ealert(1)%3C/script%3E%22")

    assert "<script>alert" not in page.text
    assert 'value="&lt;script&gt;alert(1)&lt;/script&gt;&#34;"' in page.text
