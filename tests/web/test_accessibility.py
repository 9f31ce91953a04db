"""Every page of the console for everybody: axe-core, the keyboard alone, narrow windows.

Chromium runs axe-core from outside the page, so that the pages keep their own content security policy.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import axe_playwright_python
import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from moderation.settings import Settings
from moderation.store import Database, upgrade
from moderation.store.tables import Role
from moderation.web import create_app
from tests.browsing import PASSWORD
from tests.chromium import Missing, Watched, chromium, log_in
from tests.conftest import SHIPPED_MODELS, add_moderator, left_out, listening
from tests.furnishing import furnish
from tests.web.pages import addresses, overviews

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
TAGS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]
# What depends on the colours; everything else is the same in the dark.
ABOUT_COLOURS = ["color-contrast", "link-in-text-block"]
WIDE, TELEPHONE, NARROWEST = 1280, 390, 320
HEIGHT = 900


class Shown(NamedTuple):
    """A browser on a service, and where the pages are."""

    watched: Watched
    address: str
    paths: list[str]

    @property
    def page(self) -> Page:
        """The browser's page."""
        return self.watched.page


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real Chromium."""
    try:
        with chromium() as started:
            yield started
    except Missing as missing:
        left_out(str(missing))


@pytest.fixture(scope="module")
def furnished(browser, tmp_path_factory) -> Iterator[Shown]:
    """All pages of a service in which much has happened, before an admin."""
    with _service(tmp_path_factory) as (database, app, address):
        paths = addresses(app, furnish(database, address))
        with _logged_in(browser, address) as watched:
            yield Shown(watched, address, [*paths, "/console/comments/999999"])


@pytest.fixture(scope="module")
def empty(browser, tmp_path_factory) -> Iterator[Shown]:
    """The pages that a service has in which nothing happened yet, before an admin."""
    with _service(tmp_path_factory) as (database, app, address):
        add_moderator(database, "ana", Role.ADMIN)
        with _logged_in(browser, address) as watched:
            yield Shown(watched, address, overviews(app))


@contextmanager
def _service(folders: pytest.TempPathFactory) -> Iterator[tuple[Database, Flask, str]]:
    settings = Settings(instance=folders.mktemp("service"), models=SHIPPED_MODELS)
    database = Database(settings.where_data_lives())
    upgrade(database)
    with listening(settings) as address:
        yield database, create_app(settings), address
    database.close()


@contextmanager
def _logged_in(browser: Browser, address: str) -> Iterator[Watched]:
    context = browser.new_context()
    context.add_init_script(path=AXE)
    watched = Watched(context.new_page(), address)
    log_in(watched.page, address, "ana", PASSWORD)
    yield watched
    context.close()


@pytest.mark.parametrize("furniture", ["furnished", "empty"])
def test_axe_finds_nothing_to_object_to_on_any_page(request, furniture):
    shown = request.getfixturevalue(furniture)
    problems = [problem for path in shown.paths for problem in _asked(shown, path)]

    assert not problems, "\n".join(problems)


def test_no_page_needs_code_of_its_own_or_anything_from_elsewhere(furnished):
    """Neither breaks the policy, which allows the service's own files and nothing inline."""
    furnished.watched.told()
    problems = []
    for path in furnished.paths:
        answer = furnished.page.goto(furnished.address + path)
        policy = answer.headers["content-security-policy"]
        problems += [f"{path}: {word}" for word in ("unsafe", "*", "data:", "http") if word in policy]
        found = furnished.watched.foreign() + furnished.watched.told()
        problems += [f"{path}: {one}" for one in found]

    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("language", ["en", "de"])
def test_no_page_scrolls_sideways_and_every_control_can_be_hit(furnished, language):
    page, problems = furnished.page, []
    # Words of some languages are long.
    page.set_extra_http_headers({"Accept-Language": language})
    for path in furnished.paths:
        page.goto(furnished.address + path)
        for width in (WIDE, TELEPHONE, NARROWEST):
            page.set_viewport_size({"width": width, "height": HEIGHT})
            found = page.evaluate("[...looking.stickingOut(), ...looking.tooSmall()]")
            problems += [f"{path} at {width}: {one}" for one in found]

    assert not problems, "\n".join(problems)


def test_every_form_can_be_sent_without_a_script(furnished):
    page, problems = furnished.page, []
    for path in furnished.paths:
        page.goto(furnished.address + path)
        problems += [f"{path}: {one}" for one in page.evaluate("looking.unsendable()")]

    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("width", [WIDE, TELEPHONE])
def test_the_tab_key_reaches_everything_in_its_turn_and_one_sees_where_it_is(furnished, width):
    page, problems = furnished.page, []
    page.set_viewport_size({"width": width, "height": HEIGHT})
    for path in furnished.paths:
        page.goto(furnished.address + path)
        for _ in range(page.evaluate("looking.followFocus()")):
            page.keyboard.press("Tab")
        problems += [f"{path}: {one}" for one in page.evaluate("looking.unmet()")]

    assert not problems, "\n".join(problems)


def _asked(shown: Shown, path: str) -> Iterator[str]:
    page = shown.page
    page.goto(shown.address + path)
    # It comes switched off.
    everything = {"runOnly": TAGS, "rules": {"target-size": {"enabled": True}}}
    colours = {"runOnly": {"type": "rule", "values": ABOUT_COLOURS}}
    for width in (WIDE, TELEPHONE):
        page.set_viewport_size({"width": width, "height": HEIGHT})
        for scheme, options in (("light", everything), ("dark", colours)):
            page.emulate_media(color_scheme=scheme)
            for problem in page.evaluate("(options) => looking.axe(options)", options):
                yield f"{path} {scheme} at {width}: {problem}"
