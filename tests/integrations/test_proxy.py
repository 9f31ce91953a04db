"""The proxy for clients that have an address built in, set up as its guide says."""

import http.client
import json
import re
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

import pytest

from tests.calling import Answer
from tests.conftest import KEY, left_out, listening
from tests.running import free_port, is_listening, running
from tests.web.test_perspective import prepared

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "integrations" / "proxy.md"
NGINX = ROOT / "integrations" / "proxy" / "nginx.conf"
# Where nginx is though no shell finds it; the last is where tests/get-nginx puts it.
SYSTEM = ("/usr/sbin", "/usr/local/sbin", ROOT / ".venv/nginx/usr/sbin")
AKISMET, OF_KEY = "rest.akismet.com", f"{KEY}.rest.akismet.com"
PERSPECTIVE = "commentanalyzer.googleapis.com"
CHECK = urlencode(
    {
        "blog": "https://blog.example.org/",
        "user_ip": "192.0.2.7",
        "comment_content": "Thank you, I agree.",
    }
)
ANALYSIS = json.dumps({"comment": {"text": "Thank you."}, "requestedAttributes": {"TOXICITY": {}}})
# What nginx makes folders for, in places that only its package may write to.
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


class Proxy(NamedTuple):
    """A proxy's two ports, and the authority that its clients trust."""

    plain: int
    encrypted: int
    authority: Path

    def ask(
        self,
        host: str,
        path: str,
        body: str | None = None,
        *,
        encrypted: bool = True,
        headers: Mapping[str, str] | None = None,
        source: str = "127.0.0.1",
    ) -> Answer:
        """Send what a client sends that was led here by its hosts file."""
        port = self.encrypted if encrypted else self.plain
        line = socket.create_connection(("127.0.0.1", port), 30, (source, 0))
        if encrypted:
            line = strict(self.authority).wrap_socket(line, server_hostname=host)
        connection = http.client.HTTPConnection(host)
        connection.sock = line
        try:
            method = "GET" if body is None else "POST"
            media_type = {"Content-Type": "application/x-www-form-urlencoded"}
            connection.request(method, path, body, {**media_type, **(headers or {})})
            answer = connection.getresponse()
            named = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, named, answer.read(), path)
        finally:
            connection.close()


@pytest.fixture(scope="module")
def certificates(tmp_path_factory) -> Path:
    """A folder with what the guide's commands make."""
    if not shutil.which("openssl"):
        left_out("no openssl on this machine")
    folder = tmp_path_factory.mktemp("certificates")
    found = re.search(r"^## 1\..*?^```sh\n(.*?)^```", GUIDE.read_text(), re.DOTALL | re.MULTILINE)
    assert found
    subprocess.run(["sh", "-euc", found[1]], cwd=folder, capture_output=True, check=True)
    return folder


@pytest.fixture(scope="module")
def proxy(certificates, tmp_path_factory) -> Iterator[Proxy]:
    """nginx before a service that listens."""
    with listening(prepared(tmp_path_factory.mktemp("service"))) as address:
        yield from proxying(certificates, tmp_path_factory.mktemp("nginx"), urlsplit(address).netloc)


@pytest.fixture(scope="module")
def lonely_proxy(certificates, tmp_path_factory) -> Iterator[Proxy]:
    """nginx before nothing."""
    yield from proxying(certificates, tmp_path_factory.mktemp("nginx"), f"127.0.0.1:{free_port()}")


def proxying(certificates: Path, folder: Path, service: str) -> Iterator[Proxy]:
    """Let nginx run with our file, but for its ports and for where things are."""
    nginx = shutil.which("nginx") or shutil.which("nginx", path=":".join(map(str, SYSTEM)))
    if not nginx:
        left_out("no nginx on this machine")
    proxy = Proxy(free_port(), free_port(), certificates / "ca.pem")
    ours = replaced(
        NGINX.read_text(),
        {
            "127.0.0.1:8000": service,
            "listen 443 ssl;": f"listen 127.0.0.1:{proxy.encrypted} ssl;",
            "listen 80;": f"listen 127.0.0.1:{proxy.plain};",
            "/etc/moderation/": f"{certificates}/",
        },
    )
    yield from running_nginx(nginx, ours, proxy, folder)


def running_nginx(nginx: str | Path, ours: str, proxy: Proxy, folder: Path) -> Iterator[Proxy]:
    """Let nginx run with what our file says, and keep all that it writes in the folder."""
    written = (*(f"{kind}_temp_path {folder}/{kind};" for kind in TEMPORARY), "access_log off;", ours)
    configuration = folder / "nginx.conf"
    configuration.write_text(
        f"daemon off; pid {folder}/pid; error_log stderr; events {{}} http {{ {chr(10).join(written)} }}"
    )
    with running(
        [nginx, "-e", "stderr", "-c", configuration],
        lambda: is_listening(proxy.encrypted),
        log=folder / "log",
    ):
        yield proxy


def replaced(text: str, replacements: Mapping[str, str]) -> str:
    for old, new in replacements.items():
        assert old in text, old
        text = text.replace(old, new)
    return text


def strict(authority: Path) -> ssl.SSLContext:
    """What Python's programs trust with, from 3.13 on."""
    context = ssl.create_default_context(cafile=authority)
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context


@pytest.mark.parametrize("encrypted", [True, False], ids=["https", "http"])
class TestAkismetsClients:
    def test_their_key_is_good(self, proxy, encrypted):
        fields = urlencode({"key": KEY, "blog": "https://blog.example.org/"})

        answer = proxy.ask(AKISMET, "/1.1/verify-key", fields, encrypted=encrypted)

        assert (answer.status, answer.body) == (200, b"valid")

    def test_their_key_is_found_in_the_host(self, proxy, encrypted):
        answer = proxy.ask(OF_KEY, "/1.1/comment-check", CHECK, encrypted=encrypted)

        assert (answer.status, answer.body) == (200, b"false")

    def test_without_the_service_they_hear_what_keeps_a_comment_back(self, lonely_proxy, encrypted):
        answer = lonely_proxy.ask(OF_KEY, "/1.1/comment-check", CHECK, encrypted=encrypted)

        assert (answer.status, answer.body) == (200, b"error")
        assert answer.headers["x-akismet-guid"]

    def test_so_do_they_when_a_comment_is_too_large(self, proxy, encrypted):
        answer = proxy.ask(OF_KEY, "/1.1/comment-check", "a" * 3_000_000, encrypted=encrypted)

        assert (answer.status, answer.body) == (200, b"error")
        assert answer.headers["x-akismet-guid"]


class TestPerspectivesClients:
    def test_they_get_scores(self, proxy):
        answer = proxy.ask(PERSPECTIVE, f"/v1alpha1/comments:analyze?key={KEY}", ANALYSIS)

        assert (answer.status, list(answer.json["attributeScores"])) == (200, ["TOXICITY"])

    def test_they_are_told_to_ask_where_they_asked(self, proxy):
        answer = proxy.ask(PERSPECTIVE, "/$discovery/rest?version=v1alpha1")

        assert answer.json["rootUrl"] == f"https://{PERSPECTIVE}/"

    def test_without_the_service_they_get_no_score(self, lonely_proxy):
        answer = lonely_proxy.ask(PERSPECTIVE, f"/v1alpha1/comments:analyze?key={KEY}", ANALYSIS)

        assert answer.status == 502
