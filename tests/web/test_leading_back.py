"""Nothing in an address or a form leads a moderator away from the service."""

import json
import re
from urllib.parse import urljoin, urlsplit

import pytest

from moderation.settings import Settings
from moderation.store import Database
from tests.browsing import PASSWORD
from tests.conftest import SHIPPED_MODELS, add_moderator
from tests.web.test_guessing import close, prepared

OURS = "https://moderation.example.org"

# Each leads elsewhere in some browser, or looks as if it did.
TRICKS = [
    "https://evil.example",
    "http:evil.example",
    "https:/evil.example",
    "https:evil.example",
    "https:///evil.example",
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\/evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "\x01//evil.example",
    "/\x00/evil.example",
    "/%09/evil.example",
    "/%5cevil.example",
    "/%2f%2fevil.example",
    "%2f%2fevil.example",
    "//evil.example/console/",
    "//evil.example\\@moderation.example.org/console/",
    "https://moderation.example.org@evil.example/console/",
    "https://moderation.example.org.evil.example/console/",
    "https:\\\\evil.example/console/",
    "/console/..//evil.example",
    "/console/../..//evil.example/",
    "/console//evil.example",
    "/console/\\evil.example",
    "/console/\t//evil.example",
    "/console/%0d%0aLocation: https://evil.example",
    "/console/\r\nLocation: https://evil.example",
    "javascript:alert(1)",
    "java\tscript:alert(1)",
    "JaVaScRiPt://moderation.example.org/%0aalert(1)",
    "data:text/html,x",
    "vbscript:x",
    "file:///etc/passwd",
    "///\u3002evil.example",
    "//evil\u3002example",
    "/\u2044/evil.example",
    "?next=//evil.example",
    "#//evil.example",
    ".evil.example",
    "@evil.example",
    ":443@evil.example",
    "//[::1]/",
    "//[",
    "",
]


def goes_to(address: str, page: str) -> str:
    """Where a browser goes, read as the URL standard has it."""
    stripped = address.strip("".join(map(chr, range(0x21))))
    without = re.sub(r"[\t\n\r]", "", stripped)
    plain = re.match(r"(?i)(https?|ftp|wss?|file):", without) or not re.match(
        r"(?i)[a-z][a-z0-9+.-]*:", without
    )
    path, mark, rest = re.match(r"([^?#]*)([?#]?)(.*)", without, re.DOTALL).groups()
    read = (path.replace("\\", "/") if plain else path) + mark + rest
    # Of as many slashes as anybody writes, and of none, a browser makes two.
    read = re.sub(r"(?i)^(https?):/*", r"\1://", read)
    read = re.sub(r"^/{2,}", "//", read)
    return urljoin(page, read)


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    settings = Settings(instance=tmp_path_factory.mktemp("service"), models=SHIPPED_MODELS)
    made = prepared(settings)
    database = Database(settings.where_data_lives())
    add_moderator(database, "ben")
    database.close()
    yield made
    close(made)


def test_the_judge_of_addresses_knows_what_browsers_do():
    page = f"{OURS}/console/"
    readable = [one for one in TRICKS if "[" not in one]
    away = [one for one in readable if urlsplit(goes_to(one, page)).hostname == "evil.example"]

    assert {"/\\evil.example", "/\t/evil.example", " //evil.example", "https:evil.example"} <= set(away)
    assert "/%09/evil.example" not in away
    assert goes_to("decisions?a=\\b", f"{OURS}/console/") == f"{OURS}/console/decisions?a=\\b"


@pytest.mark.parametrize("trick", TRICKS, ids=json.dumps)
def test_after_the_login_and_after_a_choice_one_stays_here(app, trick):
    browser = app.test_client()
    browser.get("/console/decisions", query_string={"next": trick, "back": trick})
    fields = {"name": "ben", "password": PASSWORD, "next": trick, "back": trick, "wanted": trick}
    let_in = browser.post("/console/login", query_string={"next": trick}, data=fields)
    chosen = browser.post("/console/appearance", data={"appearance": "dark", "back": trick})

    for answer in (let_in, chosen):
        assert answer.status_code in {303, 400}
        if answer.status_code == 303:
            led = goes_to(answer.headers["Location"], f"{OURS}/console/")
            assert led.startswith(f"{OURS}/console/"), led


@pytest.mark.parametrize(
    "path", ["/console//evil.example", "//evil.example/console/", "/console/%2f%2fevil.example"]
)
def test_an_address_that_was_wanted_before_the_login_is_one_of_ours(app, path):
    browser = app.test_client()
    browser.get(path)
    led = browser.post("/console/login", data={"name": "ben", "password": PASSWORD}).headers["Location"]

    assert goes_to(led, f"{OURS}/console/login").startswith(f"{OURS}/console/")
