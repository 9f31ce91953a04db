"""What the guides tell people to type and to copy, with a listening service."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

import pytest

from moderation.settings import Settings
from moderation.store import Database
from tests.browsing import Console
from tests.calling import Answer, call
from tests.conftest import (
    KEY,
    SHIPPED_MODELS,
    add_moderator,
    add_site,
    fresh_database,
    left_out,
    listening,
)
from tests.running import command, free_port, is_listening, running

ROOT = Path(__file__).parents[2]
GUIDES = ROOT / "docs" / "integrations"
STATIC_SITE = ROOT / "integrations" / "static-site"
GOOD = 'A "fine" loaf — thank you for the recipe.'
DOUBTFUL = "My zeppelin story has little to do with bread."
BAD = "You are a complete idiot and everybody knows it."
LINK = re.compile(r"\]\(([^)#]+)\)")


class Service(NamedTuple):
    """A listening service, and the settings that commands find it by."""

    address: str
    environment: dict[str, str]


@pytest.fixture(params=["sqlite"])
def service(request, tmp_path_factory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("service")
    url = fresh_database(request, folder)
    database = Database(url)
    add_site(database, "static", KEY)
    add_moderator(database, "ana")
    database.close()
    settings = Settings(instance=folder, database_url=url, models=SHIPPED_MODELS)
    with listening(settings) as address:
        yield Service(address, {"MODERATION_INSTANCE": str(folder), "MODERATION_DATABASE_URL": url})


@pytest.mark.parametrize(
    "guide",
    [*sorted(GUIDES.glob("*.md")), ROOT / "integrations" / "wordpress" / "README.md"],
    ids=lambda guide: guide.name,
)
def test_links_lead_to_files_that_are_there(guide):
    inside = [link for link in LINK.findall(guide.read_text()) if not urlsplit(link).scheme]
    assert [link for link in inside if not (guide.parent / link).exists()] == []


def test_every_guide_is_in_the_table():
    table = set(LINK.findall((GUIDES / "README.md").read_text()))
    assert {guide.name for guide in GUIDES.glob("*.md")} - {"README.md"} <= table


def test_the_curl_guides_lines_do_what_it_says(service):
    if not shutil.which("curl"):
        left_out("no curl on this machine")
    blocks = re.findall(r"^```sh\n(.*?)^```", (GUIDES / "curl.md").read_text(), re.DOTALL | re.MULTILINE)
    script = "\n".join(blocks).replace("http://127.0.0.1:8000", service.address)
    done = subprocess.run(
        ["sh", "-euc", script],
        cwd=ROOT,
        env=os.environ | service.environment | {"no_proxy": "*"},
        capture_output=True,
        text=True,
        check=True,
    )
    submitted, read, edited, feed, scored = documents(done.stdout)
    assert (submitted["id"], submitted["action"]) == ("41", "approve")
    assert read == submitted
    assert (edited["edition"], edited["action"]) == (2, "review")
    assert feed == {"decisions": [], "next": 0}
    assert scored["action"] == "reject"


def test_a_static_sites_comments_are_published_once_they_may_be(service, tmp_path):
    if not shutil.which("php"):
        left_out("no PHP on this machine")
    for name in ("waiting", "published"):
        (tmp_path / name).mkdir()
    with receiving(tmp_path) as form:
        for text in (GOOD, DOUBTFUL, BAD):
            assert "Thank you" in post(form, text).text
        assert post(form, "  ").status == 400
        assert post(form, "a" * 30_000).status == 400
        assert call("GET", form).status == 400
    assert len(waiting(tmp_path)) == 3

    command(
        *("lists", "import", "watched", "-", "--site", "static"),
        environment=service.environment,
        stdin="zeppelin",
    )
    publish(tmp_path, "http://127.0.0.1:9")
    assert len(waiting(tmp_path)) == 3
    assert published(tmp_path) == []

    publish(tmp_path, service.address)
    shown = published(tmp_path)
    assert [one["text"] for one in shown] == [GOOD]
    assert set(shown[0]) == {"page", "name", "text", "sent_at"}
    assert len(waiting(tmp_path)) == 1

    ana = Console(service.address)
    ana.log_in("ana")
    held = re.search(r"/console/comments/(\d+)", ana.read("/console/next").url)
    assert held
    ana.decide(int(held[1]), "approve")
    publish(tmp_path, service.address)
    assert {one["text"] for one in published(tmp_path)} == {GOOD, DOUBTFUL}
    assert waiting(tmp_path) == []


@contextmanager
def receiving(folder: Path) -> Iterator[str]:
    """Let PHP take the form, and give its address."""
    port = free_port()
    with running(
        ["php", "-S", f"127.0.0.1:{port}", "-t", STATIC_SITE],
        lambda: is_listening(port),
        log=folder / "log",
        environment={"COMMENTS": str(folder)},
    ):
        yield f"http://127.0.0.1:{port}/receive.php"


def post(form: str, text: str, *, website: str = "") -> Answer:
    fields = {"page": "https://blog.example.org/bread", "name": "ben", "text": text, "website": website}
    return call(
        "POST", form, raw=urlencode(fields).encode(), media_type="application/x-www-form-urlencoded"
    )


def publish(folder: Path, address: str) -> None:
    settings = {"COMMENTS": str(folder), "MODERATION_SERVER": address, "MODERATION_KEY": KEY}
    subprocess.run(
        ["php", STATIC_SITE / "publish.php"], env=os.environ | settings, capture_output=True, check=True
    )


def waiting(folder: Path) -> list[Path]:
    return [*(folder / "waiting").iterdir()]


def published(folder: Path) -> list[dict[str, str]]:
    return [json.loads(file.read_text()) for file in (folder / "published").iterdir()]


def documents(text: str) -> list[Any]:
    """JSON documents that stand one after the other."""
    found, rest = [], text.strip()
    while rest:
        document, end = json.JSONDecoder().raw_decode(rest)
        found.append(document)
        rest = rest[end:].strip()
    return found
