"""The whole story in a real browser against the demo: comment, hold, decide, publish, undo, collide."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import update

from moderation.settings import Settings
from moderation.store import Database
from moderation.store.tables import Site
from tests.chromium import Missing, chromium
from tests.conftest import left_out
from tests.running import free_port, running

ROOT = Path(__file__).parents[2]
PASSWORD = "demo-password"


class Demo(NamedTuple):
    """The addresses of the console and of the blog."""

    console: str
    blog: str


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real Chromium."""
    try:
        with chromium() as started:
            yield started
    except Missing as missing:
        left_out(str(missing))


@pytest.fixture(scope="module")
def demo(tmp_path_factory) -> Iterator[Demo]:
    """`make demo`, on ports and in a folder of its own."""
    folder = tmp_path_factory.mktemp("demo")
    service, blog = free_port(), free_port()
    options = f"--port {service} --blog-port {blog} --instance {folder / 'instance'}"
    log = folder / "log"
    with running(
        ["make", "--silent", "demo", f"DEMO={options}"],
        lambda: "Ctrl-C" in log.read_text(),
        log=log,
        directory=ROOT,
    ):
        _leave_nothing_to_chance(folder / "instance")
        yield Demo(f"http://127.0.0.1:{service}/console", f"http://127.0.0.1:{blog}")


def _leave_nothing_to_chance(instance: Path) -> None:
    """Let no comment be looked at twice: who does is not told what was decided first."""
    database = Database(Settings(instance=instance).where_data_lives())
    with database.writing() as session:
        session.execute(update(Site).values(audit_share=0.0, second_share=0.0))
        session.commit()
    database.close()


@pytest.fixture
def reader(browser) -> Iterator[Page]:
    """A reader's browser."""
    yield from _fresh_page(browser)


@pytest.fixture
def ana(browser, demo) -> Iterator[Page]:
    """A browser in which ana is logged in."""
    for page in _fresh_page(browser):
        log_in(page, demo, "ana")
        yield page


@pytest.fixture
def ben(browser, demo) -> Iterator[Page]:
    """A browser in which ben is logged in."""
    for page in _fresh_page(browser):
        log_in(page, demo, "ben")
        yield page


def test_a_held_comment_is_approved_by_a_key_and_appears_on_the_blog(demo, reader, ana):
    text = "Bored of the news? I spent my online casino bonus while reading it. (story 1)"
    write(reader, demo, text)
    expect(reader.get_by_role("status")).to_contain_text("waits for a moderator")
    expect(reader.get_by_text(text)).to_have_count(0)

    open_waiting(ana, demo, text)
    expect(ana.get_by_text("On the list spam_phrases: “online casino bonus”.")).to_be_visible()
    expect(ana.locator("mark", has_text="online casino bonus")).to_be_visible()
    press(ana, "a")

    expect(ana.get_by_role("status").first).to_contain_text("You approved")
    appears(reader, demo, text)


def test_a_rejected_comment_never_appears(demo, reader, ana):
    text = "Let our people write my essay for you, says everyone. (story 2)"
    write(reader, demo, text)
    open_waiting(ana, demo, text)
    press(ana, "s")
    expect(ana.get_by_role("status").first).to_contain_text("as spam")

    # A later comment that does appear proves that the blog has heard of this one.
    later = "Our instant loan to the ministry was a bad idea. (story 3)"
    write(reader, demo, later)
    open_waiting(ana, demo, later)
    press(ana, "a")
    appears(reader, demo, later)
    expect(reader.get_by_text(text)).to_have_count(0)


def test_undo_brings_a_comment_back(demo, reader, ana):
    text = "No guaranteed profit in war, except for some. (story 4)"
    write(reader, demo, text)
    open_waiting(ana, demo, text)
    press(ana, "d")
    expect(ana.get_by_role("status").first).to_contain_text("as abuse")
    press(ana, "z")

    expect(ana.get_by_text("The comment waits again.")).to_be_visible()
    expect(ana.locator(".text")).to_contain_text(text)
    press(ana, "a")
    appears(reader, demo, text)
    press(ana, "z")
    expect(ana.get_by_text("The comment waits again.")).to_be_visible()
    disappears(reader, demo, text)


def test_two_moderators_on_one_comment_give_one_decision_and_a_clear_conflict(demo, reader, ana, ben):
    text = "They promise guaranteed returns, like every war. (story 5)"
    write(reader, demo, text)
    open_waiting(ana, demo, text)
    ben.goto(ana.url)
    expect(ben.locator(".text")).to_contain_text(text)
    shared = ana.url

    press(ana, "a")
    expect(ana.get_by_role("status").first).to_contain_text("You approved")
    with ben.expect_response(lambda answer: "/decision" in answer.url) as told:
        press(ben, "s")

    assert told.value.status == 409
    expect(ben.get_by_role("main")).to_contain_text("ana")
    expect(ben.get_by_role("main")).to_contain_text("approved")
    ben.goto(shared)
    history = ben.get_by_role("region", name="History").get_by_role("listitem")
    expect(history).to_have_count(2)
    expect(history.last).to_contain_text("ana approved")


def test_the_console_works_without_scripts(demo, reader, browser):
    text = "A personal loan at war rates. (story 6)"
    write(reader, demo, text)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    log_in(page, demo, "ben")
    open_waiting(page, demo, text)
    page.get_by_role("button", name="Approve").click()
    appears(reader, demo, text)
    page.goto(f"{demo.console}/decisions")
    page.get_by_role("button", name="Undo").first.click()
    expect(page.get_by_text("The comment waits again.")).to_be_visible()
    page.locator(".account summary").click()
    page.get_by_role("button", name="Log out").click()
    expect(page).to_have_url(re.compile("/console/login"))
    context.close()


@pytest.mark.parametrize("path", ["", "/next", "/decisions", "/password", "/comments/1"])
def test_strangers_are_led_to_the_login_and_then_to_where_they_wanted(demo, reader, path):
    reader.goto(f"{demo.console}{path}/" if not path else demo.console + path)

    expect(reader).to_have_url(f"{demo.console}/login")


def log_in(page: Page, demo: Demo, name: str) -> None:
    page.goto(f"{demo.console}/login")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def write(page: Page, demo: Demo, text: str) -> None:
    """Write a comment on the blog."""
    page.goto(f"{demo.blog}/militias")
    page.get_by_label("Name").fill("cleo")
    page.get_by_label("E-mail").fill("cleo@example.org")
    page.get_by_label("Comment", exact=True).fill(text)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("status")).to_be_visible()


def open_waiting(page: Page, demo: Demo, text: str) -> None:
    """Find a comment in the queue and open it."""
    page.goto(f"{demo.console}/")
    page.locator("li", has_text=text[-30:]).get_by_role("link").first.click()
    expect(page.locator(".text")).to_contain_text(text)


def press(page: Page, key: str) -> None:
    """Press a key once the page listens: it ignores keys that were meant for the page before."""
    page.wait_for_selector("html[data-keys=on]", state="attached")
    with page.expect_navigation():
        page.keyboard.press(key)


def appears(page: Page, demo: Demo, text: str) -> None:
    """Reload the blog until the comment is there."""
    _reload_until(page, demo, text, shown=True)


def disappears(page: Page, demo: Demo, text: str) -> None:
    """Reload the blog until the comment is gone."""
    _reload_until(page, demo, text, shown=False)


def _reload_until(page: Page, demo: Demo, text: str, *, shown: bool) -> None:
    deadline = time.monotonic() + 30
    while True:
        page.goto(f"{demo.blog}/militias")
        if bool(page.get_by_text(text).count()) is shown:
            return
        assert time.monotonic() < deadline, f"{text} is {'not' if shown else 'still'} on the blog"
        page.wait_for_timeout(200)


def _fresh_page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()
