"""Words that were made to become code stay words on every page, in a real browser.

`make try-hostile-text HOSTILE=folder` does the same with all the strings that one can find.
"""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from moderation.settings import Settings
from moderation.store import Database
from moderation.store.tables import Comment
from tests.browsing import PASSWORD
from tests.chromium import Missing, Watched, chromium, log_in
from tests.conftest import KEY, SHIPPED_MODELS, add_moderator, add_site, fresh_file, left_out, listening
from tests.hostile import ROOM, bundled, problems, read
from tests.making import stored

pytestmark = pytest.mark.long

STRINGS = [
    "<script>alert(1)</script>",
    """"><img src=x onerror=alert(1)>' autofocus onfocus='alert(1)""",
    "</textarea></title></style><svg/onload=alert(1)>",
    "javascript:alert(1)//",
    "data:text/html,<script>alert(1)</script>",
    "{{ 7 * 7 }} {% raw %} ${7 * 7} %(name)s {place} %s",
    "<base href='https://example.org/'><form action='https://example.org/'><button>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<link rel=stylesheet href=//example.org/x.css><meta http-equiv=refresh content=0;url=//a.example>",
    "\u202e\u2066 turned around \u200f\u0300\u0301\u0302 &lt;b&gt; &amp; \ufeff",
    "line\r\none\ttwo\n\n  <!-- three -->",
    "' OR 1=1; DROP TABLE comments; --",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real Chromium."""
    try:
        with chromium() as started:
            yield started
    except Missing as missing:
        left_out(str(missing))


def test_hostile_words_stay_words_in_every_field_of_every_page(browser):
    assert problems(browser, [[one] for one in STRINGS]) == []


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("<script>alert(1)</script>", "dialog: 1"),
        ("<img src='https://example.org/x.png'>", "request: https://example.org/x.png"),
        ("<p onclick='alert(1)'>", '<p onclick="alert(1)"></p>'),
        ("<a href='javascript:alert(1)'>", '<a href="javascript:alert(1)"></a>'),
    ],
)
def test_what_would_go_wrong_would_be_seen(browser, content, problem):
    context = browser.new_context()
    page = context.new_page()
    context.route("**/*", lambda route: route.fulfill(body=content, content_type="text/html"))
    watched = Watched(page, "http://service.example.org")
    page.goto("http://service.example.org/console/")

    assert problem in watched.told() + watched.foreign()
    context.close()


def test_strings_are_read_from_lines_and_from_json(tmp_path):
    (tmp_path / "lines.txt").write_text("one\n<two>\n")
    (tmp_path / "list.json").write_text(json.dumps(["three", {"title": "x", "payload": "four"}]))

    assert list(read(tmp_path)) == ["one", "<two>", "three", "four"]


def test_strings_are_put_together_as_far_as_a_field_has_room_but_for_addresses():
    short = ["<b>", "' OR 1=1", "javascript:alert(1)", " data:,x", "one", "two"]

    assert list(bundled(short)) == [short[:2], short[2:3], short[3:4], short[4:]]
    assert list(bundled(["x" * ROOM, "y"])) == [["x" * ROOM], ["y"]]


def test_a_tower_of_marks_stays_in_its_own_row(browser, tmp_path):
    """What is drawn of the row beside it is the same to the last point."""
    settings = Settings(instance=tmp_path, models=SHIPPED_MODELS)
    database = Database(fresh_file(tmp_path))
    site = add_site(database, "blog", KEY)
    add_moderator(database, "ana")
    with database.writing() as session:
        texts = ("Thank you for this.", "aaaa aaaa", "I could not disagree more with any of it.")
        numbers = [stored(session, site, text[:4], text=text).id for text in texts]
        session.commit()
    context = browser.new_context()
    with listening(settings) as address:
        page = context.new_page()
        log_in(page, address, "ana", PASSWORD)
        drawn = []
        for text in ("aaaa aaaa", "a" + "\u0300\u0323" * 500 + "aaa aaaa"):
            with database.writing() as session:
                session.get_one(Comment, numbers[1]).text = text
                session.commit()
            page.goto(f"{address}/console/")
            rows = page.locator("main li:has(.excerpt)")
            assert rows.count() == len(numbers)
            drawn.append([rows.nth(place).screenshot(animations="disabled") for place in range(3)])
    context.close()
    database.close()

    (first, plain, last), (above, tower, below) = drawn
    assert (above, below) == (first, last)
    assert tower != plain
