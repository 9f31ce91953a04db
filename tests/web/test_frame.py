"""What stands around every page: where it leads to, how it looks, what it may load."""

import re

import pytest

from moderation.settings import Settings
from moderation.store import Database
from moderation.store.tables import Role
from tests.browsing import Console
from tests.conftest import SHIPPED_MODELS, add_moderator, fresh_file, listening


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """The address of a service with a moderator of each role, named after it."""
    settings = Settings(instance=tmp_path_factory.mktemp("service"), models=SHIPPED_MODELS)
    database = Database(fresh_file(settings.instance))
    for role in Role:
        add_moderator(database, role.value, role)
    with listening(settings) as address:
        yield address
    database.close()


@pytest.fixture
def console(request, service):
    """A browser in which the moderator of a role is logged in."""
    console = Console(service)
    console.log_in(getattr(request, "param", Role.ADMIN.value))
    return console


@pytest.mark.parametrize("console", [role.value for role in Role], indirect=True)
def test_nobody_is_led_to_where_he_is_not_let_in(console):
    head = console.read("/console/").text.partition("<main")[0]
    links = set(re.findall(r'href="(/console/[^"]*)"', head))

    assert "/console/decisions" in links
    assert {console.read(link).status for link in links} == {200}


def test_each_key_of_the_head_does_one_thing(console):
    keys = " ".join(re.findall(r'data-key="([^"]*)"', console.read("/console/password").text)).split()

    assert {"q", "?"} <= set(keys)
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize(
    ("path", "current"),
    [("/console/", "/console/"), ("/console/decisions?before=7", "/console/decisions")],
)
def test_the_head_says_on_which_page_one_is(console, path, current):
    page = console.read(path).text

    assert re.findall(r'href="(/console/[^"]*)"[^>]* aria-current="page"', page)[0] == current


def test_a_browser_asks_for_files_once_and_again_when_they_changed(console):
    """Their address has a part that is made from what they hold."""
    page = console.read("/console/login").text
    script = re.search(r'src="(/static/[0-9a-f]{12}/console\.js)"', page)[1]

    assert "max-age=31536000" in console.read(script).headers["Cache-Control"]
    other = script.replace(script.split("/")[2], "0" * 12)
    assert console.read(other).status == 404


class TestAppearance:
    def test_a_choice_holds_for_all_pages_of_this_browser(self, console):
        page = console.read("/console/decisions")
        assert "data-appearance" not in page.text
        chosen = console.send(page, "/console/appearance", appearance="dark", back="/console/decisions?")

        assert chosen.url.endswith("/console/decisions")
        for path in ("/console/", "/console/password"):
            assert '<html lang="en" data-appearance="dark">' in console.read(path).text
        system = console.send(chosen, "/console/appearance", appearance="system")
        assert "data-appearance" not in system.text

    @pytest.mark.parametrize(
        "back",
        [
            "https://example.org/console/",
            "//example.org/console/",
            "/\\example.org/console/",
            "/console/\\example.org",
            "javascript:alert(1)",
            "/healthz",
            "",
        ],
    )
    def test_it_leads_back_to_pages_of_the_console_only(self, console, service, back):
        page = console.read("/console/")

        chosen = console.send(page, "/console/appearance", appearance="light", back=back)
        assert chosen.url == f"{service}/console/"

    def test_nothing_else_can_be_chosen(self, console):
        page = console.read("/console/")

        assert console.send(page, "/console/appearance", appearance="purple").status == 400
