"""Every page of the console for everybody: axe-core, the keyboard alone, narrow windows.

Chromium runs axe-core from outside the page, so that the pages keep their own content security policy.
"""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import axe_playwright_python
import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from moderation.settings import Settings
from moderation.store import Database
from moderation.store.tables import Role
from moderation.web import create_app
from tests.browsing import PASSWORD
from tests.chromium import Missing, Watched, chromium, log_in
from tests.conftest import add_moderator, fresh_file, left_out, listening
from tests.furnishing import furnish, models
from tests.web.pages import addresses, overviews
from tests.web.providing import CLIENT, SECRET, providing

pytestmark = pytest.mark.long

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
WHAT_AXE_ASKS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    # It comes switched off.
    "rules": {"target-size": {"enabled": True}},
}
# What each page is shown in where it is wide, and on a telephone; every other page the other way round.
SCHEMES = (("light", "dark"), ("dark", "light"))
WIDE, TELEPHONE, NARROWEST = 1280, 390, 320
HEIGHT = 900
# What forms answer: the page, the address that its form is sent to, what is typed, what the answer is.
ANSWERS = [
    ("/console/comments/4", "/decision", {"seen": "99"}, 409),
    ("/console/comments/4", "/notes", {"text": " "}, 422),
    ("/console/comments/15/spot", "/spot/list", {"entry": " "}, 422),
    ("/console/sites/1/rules/too_many_links", "/too_many_links", {"option.at_least": "many"}, 422),
    ("/console/sites/1/lists/edit", "/edit", {"name": "new", "kind": "patterns", "entries": "("}, 422),
    ("/console/sites/1/choices", "/choices", {"languages": "klingon"}, 422),
    ("/console/sites/1/changes", "/changes/4/take-back", {}, 409),
    ("/console/people", "/people", {"name": "ben"}, 422),
    ("/console/people/2", "/2/password", {}, 200),
    ("/console/password", "/password", {"old": "1", "new": "a new password", "again": "2"}, 422),
    ("/console/account/codes", "/codes", {"code": "000000"}, 422),
]
# Together these would be the longest of all tests.
PARTS = 4
GOING_ON = ("acting.js", "renewing.js")


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
    with providing() as provider:
        folder = tmp_path_factory.mktemp("service")
        settings = Settings(
            instance=folder,
            models=models(folder / "models"),
            oidc_issuer=provider.address,
            oidc_client_id=CLIENT,
            oidc_client_secret=SECRET,
            oidc_name="Example ID",
        )
        with _service(settings) as (database, app, address):
            paths = addresses(app, furnish(database, address))
            with _logged_in(browser, address) as watched:
                # From the provider and back: then there is an account to confirm.
                watched.page.goto(f"{address}/console/account/link")
                watched.told()
                yield Shown(watched, address, [*paths, "/console/comments/999999"])


@pytest.fixture(scope="module")
def empty(browser, tmp_path_factory) -> Iterator[Shown]:
    """The pages that a service has in which nothing happened yet, before an admin."""
    folder = tmp_path_factory.mktemp("service")
    with _service(Settings(instance=folder, models=folder)) as (database, app, address):
        add_moderator(database, "ana", Role.ADMIN)
        with _logged_in(browser, address) as watched:
            # Whoever asks an empty service for more is shown as little.
            yield Shown(watched, address, [path for path in overviews(app) if "?" not in path])


@pytest.fixture(scope="module")
def door(browser, furnished) -> Iterator[Shown]:
    """The pages on which one logs in, before somebody who is asked for a code."""
    with _logged_in(browser, furnished.address, "cora") as watched:
        assert watched.page.url.endswith("/login/code")
        yield Shown(watched, furnished.address, ["/console/login", "/console/login/code"])


@contextmanager
def _service(settings: Settings) -> Iterator[tuple[Database, Flask, str]]:
    database = Database(fresh_file(settings.instance))
    with listening(settings) as address:
        yield database, create_app(settings), address
    database.close()


@contextmanager
def _logged_in(browser: Browser, address: str, name: str = "ana") -> Iterator[Watched]:
    context = browser.new_context()
    context.add_init_script(path=AXE)
    # What goes on by itself would do so while it is looked at.
    for script in GOING_ON:
        context.route(
            f"**/{script}", lambda route: route.fulfill(body="", content_type="text/javascript")
        )
    watched = Watched(context.new_page(), address)
    log_in(watched.page, address, name, PASSWORD)
    yield watched
    context.close()


@pytest.fixture(params=[*range(PARTS), "empty", "door"])
def shown(request) -> Shown:
    """Some of the pages, before a browser as it comes."""
    if isinstance(request.param, int):
        every = request.getfixturevalue("furnished")
        some = every._replace(paths=every.paths[request.param :: PARTS])
    else:
        some = request.getfixturevalue(request.param)
    return _as_it_comes(some)


def _as_it_comes(shown: Shown) -> Shown:
    shown.page.set_viewport_size({"width": WIDE, "height": HEIGHT})
    shown.page.emulate_media(color_scheme="light")
    shown.page.set_extra_http_headers({"Accept-Language": "en"})
    return shown


def test_axe_finds_nothing_to_object_to_on_any_page(shown):
    problems = []
    for path, schemes in zip(shown.paths, itertools.cycle(SCHEMES), strict=False):
        shown.page.goto(shown.address + path)
        shown.page.evaluate("looking.unfold()")
        for width, scheme in zip((WIDE, TELEPHONE), schemes, strict=True):
            shown.page.set_viewport_size({"width": width, "height": HEIGHT})
            shown.page.emulate_media(color_scheme=scheme)
            found = shown.page.evaluate("(options) => looking.axe(options)", WHAT_AXE_ASKS)
            problems += [f"{path} {scheme} at {width}: {one}" for one in found]

    assert not problems, "\n".join(problems)


@pytest.mark.parametrize(("path", "action", "typed", "status"), ANSWERS)
def test_what_a_form_answers_is_for_everybody_as_well(furnished, path, action, typed, status):
    page, watched = _as_it_comes(furnished).page, furnished.watched
    watched.told()
    page.goto(furnished.address + path)
    with page.expect_navigation() as answer:
        page.evaluate("([action, typed]) => looking.send(action, typed)", [action, typed])

    assert answer.value.status == status
    for width, scheme in ((WIDE, "light"), (TELEPHONE, "dark"), (NARROWEST, "light")):
        page.set_viewport_size({"width": width, "height": HEIGHT})
        page.emulate_media(color_scheme=scheme)
        assert page.evaluate("(options) => looking.axe(options)", WHAT_AXE_ASKS) == []
        assert page.evaluate("[...looking.stickingOut(), ...looking.tooSmall()]") == []
    assert watched.foreign() + watched.told() == []


def test_no_page_needs_code_of_its_own_or_a_script_or_anything_from_elsewhere(shown):
    """The policy allows the service's own files and nothing inline, and nothing breaks it."""
    shown.watched.told()
    problems = []
    for path in shown.paths:
        answer = shown.page.goto(shown.address + path)
        policy = answer.headers["content-security-policy"]
        problems += [f"{path}: {word}" for word in ("unsafe", "*", "data:", "http") if word in policy]
        unsendable = shown.page.evaluate("looking.unsendable()")
        found = shown.watched.foreign() + shown.watched.told() + unsendable
        problems += [f"{path}: {one}" for one in found]

    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("language", ["en", "de"])
def test_no_page_scrolls_sideways_and_every_control_can_be_hit(shown, language):
    page, problems = shown.page, []
    # Words of some languages are long.
    page.set_extra_http_headers({"Accept-Language": language})
    for path in shown.paths:
        page.goto(shown.address + path)
        page.evaluate("looking.unfold()")
        for width in (WIDE, TELEPHONE, NARROWEST):
            page.set_viewport_size({"width": width, "height": HEIGHT})
            found = page.evaluate("[...looking.stickingOut(), ...looking.tooSmall()]")
            problems += [f"{path} at {width}: {one}" for one in found]

    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("width", [WIDE, TELEPHONE])
def test_the_tab_key_reaches_everything_in_its_turn_and_one_sees_where_it_is(shown, width):
    page, problems = shown.page, []
    page.set_viewport_size({"width": width, "height": HEIGHT})
    for path in shown.paths:
        page.goto(shown.address + path)
        for _ in range(page.evaluate("looking.followFocus()")):
            page.keyboard.press("Tab")
        problems += [f"{path}: {one}" for one in page.evaluate("looking.unmet()")]

    assert not problems, "\n".join(problems)
