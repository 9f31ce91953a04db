"""The WordPress plugin on a stage of a few functions; `make try-wordpress` has a real WordPress."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import left_out

HERE = Path(__file__).parent
INTEGRATIONS = HERE.parents[1] / "integrations"
PLUGIN = INTEGRATIONS / "wordpress" / "moderation-akismet.php"
SERVER = "https://moderation.example.org"
CHECK = "https://rest.akismet.com/1.1/comment-check"
GUID = {"content-type": "text/plain; charset=utf-8", "x-akismet-guid": "ours"}


@pytest.fixture(scope="module")
def php() -> str:
    found = shutil.which("php")
    if not found:
        left_out("no PHP on this machine")
    return found


def ask(
    php: str,
    url: str = CHECK,
    *,
    server: str | None = SERVER,
    answer: dict[str, Any] | None = None,
    earlier: Any = False,
    in_wordpress: bool = True,
    **arguments: Any,
) -> Any:
    """Let the plugin see a request of WordPress's; the service gives `answer`, or none."""
    scene = {
        "server": server,
        "url": url,
        "answer": answer,
        "earlier": earlier,
        "in_wordpress": in_wordpress,
        "arguments": {"method": "POST", "body": "blog=x", "timeout": 15, "headers": {}} | arguments,
    }
    done = subprocess.run(
        [php, "-d", "display_errors=stderr", "-d", "error_reporting=-1", HERE / "stage.php", PLUGIN],
        input=json.dumps(scene),
        capture_output=True,
        text=True,
        check=True,
    )
    assert not done.stderr
    return json.loads(done.stdout) if done.stdout else None


def says(body: str, *, status: int = 200, headers: dict[str, str] = GUID) -> dict[str, Any]:
    """An answer as WordPress hands it on."""
    return {"headers": headers, "body": body, "response": {"code": status}}


@pytest.mark.parametrize("file", sorted(INTEGRATIONS.rglob("*.php")), ids=lambda file: file.name)
def test_php_understands_every_file_that_sites_copy(php, file):
    checked = subprocess.run([php, "-l", file], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("body", ["true", "false", "review", "error", "invalid"])
def test_an_answer_with_its_id_is_passed_on_as_it_is(php, body):
    assert ask(php, answer=says(body))["answer"] == says(body)


def test_a_comment_that_is_to_wait_for_a_callback_is_asked_about_again_too(php):
    waits = says("false", headers=GUID | {"x-akismet-recheck-after": "31536000"})
    assert ask(php, answer=waits)["answer"] == waits | {"body": "review"}


@pytest.mark.parametrize(
    "answer",
    [
        None,
        says("false", headers={"content-type": "text/plain"}),
        says("true", status=503),
        says("false", status=500),
        says("", status=302),
        says("<html>false", headers=GUID | {"content-type": "text/html"}),
    ],
    ids=["unreachable", "no id", "503 with spam", "500 with ham", "redirect", "a page"],
)
def test_any_other_answer_holds_the_comment_on_every_version_of_the_plugin(php, answer):
    held = ask(php, answer=answer)
    assert held["answer"]["body"] == "error"
    assert held["answer"]["headers"]["x-akismet-guid"]
    assert "could not be used" in held["notice"]


@pytest.mark.parametrize(
    "server",
    [
        None,
        "",
        "moderation.example.org",
        "ftp://moderation.example.org",
        "https://rest.akismet.com",
        "https://",
    ],
)
def test_without_a_usable_address_comments_are_held_and_nobody_is_asked(php, server):
    held = ask(php, server=server, answer=says("false"))
    assert held["asked"] is None
    assert held["answer"]["body"] == "error"
    assert "MODERATION_SERVER" in held["notice"]


@pytest.mark.parametrize(
    ("server", "wanted"),
    [
        (SERVER, f"{SERVER}/1.1/comment-check"),
        (f"{SERVER}/", f"{SERVER}/1.1/comment-check"),
        ("http://10.0.0.5:8000", "http://10.0.0.5:8000/1.1/comment-check"),
        (f"{SERVER}/below", f"{SERVER}/below/1.1/comment-check"),
    ],
)
def test_requests_go_to_the_owners_address(php, server, wanted):
    assert ask(php, server=server, answer=says("true"))["asked"]["url"] == wanted


def test_a_query_is_kept(php):
    asked = ask(php, "https://rest.akismet.com/1.2/usage-limit?api_key=0123", answer=says("{}"))["asked"]
    assert asked["url"] == f"{SERVER}/1.2/usage-limit?api_key=0123"


def test_method_body_and_headers_are_kept_but_for_the_foreign_host(php):
    headers = {"Host": "rest.akismet.com", "User-Agent": "WordPress/6.1 | Akismet/5.0"}
    asked = ask(php, answer=says("true"), headers=headers, body="blog=x&api_key=0")["asked"]
    assert (asked["method"], asked["body"]) == ("POST", "blog=x&api_key=0")
    assert asked["headers"] == {"User-Agent": "WordPress/6.1 | Akismet/5.0"}


@pytest.mark.parametrize(("given", "wanted"), [(15, 5), (45, 5), (3, 3)])
def test_no_visitor_waits_long(php, given, wanted):
    assert ask(php, answer=says("true"), timeout=given)["asked"]["timeout"] == wanted


def test_a_redirect_is_not_followed(php):
    asked = ask(php, answer=says("true"))["asked"]
    assert asked["redirection"] == asked["_redirection"] == 0


def test_a_key_in_the_host_is_sent_in_the_body(php):
    asked = ask(php, "https://0123456789AB.rest.akismet.com/1.1/comment-check", answer=says("true"))[
        "asked"
    ]
    assert asked["body"] == "blog=x&api_key=0123456789AB"


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/1.1/comment-check",
        "https://rest.akismet.com.example.org/",
        "https://akismet.com/",
        "https://notrest.akismet.com/",
    ],
)
def test_other_requests_are_left_alone(php, url):
    seen = ask(php, url, answer=says("true"))
    assert (seen["answer"], seen["asked"]) == (False, None)


def test_what_another_plugin_answered_stands(php):
    assert ask(php, earlier=says("true"), answer=says("false"))["answer"] == says("true")


def test_only_answers_to_checks_need_an_id(php):
    thanks = says("Thanks for making the web a better place.", headers={"content-type": "text/plain"})
    assert ask(php, "https://rest.akismet.com/1.1/submit-spam", answer=thanks)["answer"] == thanks


def test_the_owner_is_told_when_akismet_is_off(php):
    assert "Akismet plugin is not active" in ask(php, answer=says("true"))["notice"]


def test_what_a_notice_repeats_of_a_failure_is_escaped(php):
    assert "&lt;b&gt;Connection refused" in ask(php, answer=None)["notice"]


def test_outside_of_wordpress_the_file_does_nothing(php):
    assert ask(php, in_wordpress=False) is None
