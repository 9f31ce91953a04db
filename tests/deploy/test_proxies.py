"""The service behind nginx and behind Caddy: real ones, with our files."""

import http.client
import json
import os
import re
import shutil
import socket
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from moderation.store import Database
from tests.browsing import PASSWORD
from tests.calling import Answer
from tests.conftest import KEY, SHIPPED_MODELS, add_moderator, add_site, fresh_file, left_out
from tests.integrations.test_proxy import SYSTEM, Proxy, replaced, running_nginx, strict
from tests.running import MODERATION, answers, free_port, is_listening, running

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy"
NAME = "moderation.example.org"
WHERE_CADDY_IS = ("/usr/local/bin", ROOT / ".venv/caddy/usr/bin")
AUTHORIZED = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
FORGED = {
    "Forwarded": "host=evil.example;proto=http",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "http",
    "X-Forwarded-For": "203.0.113.9",
}


@pytest.fixture(scope="module")
def certificates(tmp_path_factory) -> Path:
    """A folder with a certificate for the service's name, which vouches for itself."""
    if not shutil.which("openssl"):
        left_out("no openssl on this machine")
    folder = tmp_path_factory.mktemp("certificates")
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"),
            *("-addext", "keyUsage=critical,digitalSignature,keyCertSign"),
            *("-keyout", "privkey.pem", "-out", "fullchain.pem"),
        ],
        cwd=folder,
        capture_output=True,
        check=True,
    )
    return folder


@pytest.fixture(scope="module")
def service(tmp_path_factory) -> Iterator[str]:
    """Where a service listens whose settings are as the guide has them."""
    folder = tmp_path_factory.mktemp("service")
    database = Database(fresh_file(folder))
    add_site(database, "blog", KEY)
    add_moderator(database, "ana")
    database.close()
    port = free_port()
    settings = {
        "MODERATION_INSTANCE": str(folder),
        "MODERATION_MODELS": str(SHIPPED_MODELS),
        "MODERATION_PUBLIC_URL": f"https://{NAME}/",
        "MODERATION_SECURE_COOKIES": "1",
        "MODERATION_PROXIES": "1",
        "MODERATION_TRUSTED_HOSTS": f".{NAME}",
        "MODERATION_WORKERS": "1",
    }
    with running(
        [MODERATION, "serve", "--port", str(port)],
        lambda: answers(f"http://127.0.0.1:{port}/readyz"),
        log=folder / "log",
        environment=settings,
    ):
        yield f"127.0.0.1:{port}"


@pytest.fixture(scope="module", params=["nginx", "caddy"])
def proxy(request, certificates, service, tmp_path_factory) -> Iterator[Proxy]:
    """One of the two before the service."""
    yield from start(request.param, certificates, service, tmp_path_factory.mktemp("proxy"))


@pytest.fixture(params=["nginx", "caddy"])
def lonely_proxy(request, certificates, tmp_path) -> Iterator[Proxy]:
    """One of the two before nothing."""
    yield from start(request.param, certificates, f"127.0.0.1:{free_port()}", tmp_path)


def start(kind: str, certificates: Path, service: str, folder: Path) -> Iterator[Proxy]:
    found = Proxy(free_port(), free_port(), certificates / "fullchain.pem")
    starting = start_nginx if kind == "nginx" else start_caddy
    yield from starting(found, certificates, service, folder)


def start_nginx(proxy: Proxy, certificates: Path, service: str, folder: Path) -> Iterator[Proxy]:
    nginx = program("nginx", SYSTEM)
    ours = replaced(
        (FOLDER / "nginx.conf").read_text(),
        {
            "127.0.0.1:8000": service,
            "listen 443 ssl": f"listen 127.0.0.1:{proxy.encrypted} ssl",
            "listen 80": f"listen 127.0.0.1:{proxy.plain}",
            f"/etc/letsencrypt/live/{NAME}/": f"{certificates}/",
            "_timeout 10s": "_timeout 1s",
        },
    )
    yield from running_nginx(nginx, ours, proxy, folder)


def start_caddy(proxy: Proxy, certificates: Path, service: str, folder: Path) -> Iterator[Proxy]:
    caddy = program("caddy", WHERE_CADDY_IS)
    tls = f"tls {certificates}/fullchain.pem {certificates}/privkey.pem\n\tbind 127.0.0.1"
    ports = f"http_port {proxy.plain}\n\thttps_port {proxy.encrypted}\n\tadmin off"
    ours = replaced(
        (FOLDER / "Caddyfile").read_text(),
        {
            "127.0.0.1:8000": service,
            "\tservers {": f"\t{ports}\n\tservers {{",
            f"\n{NAME} {{": f"\n{NAME} {{\n\t{tls}",
            f"http://{NAME} {{": f"http://{NAME} {{\n\tbind 127.0.0.1",
            "read_header 10s": "read_header 1s",
            "read_body 30s": "read_body 1s",
        },
    )
    configuration = folder / "Caddyfile"
    configuration.write_text(ours)
    with running(
        [caddy, "run", "--adapter", "caddyfile", "--config", configuration],
        lambda: is_listening(proxy.encrypted),
        log=folder / "log",
        environment={"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)},
    ):
        yield proxy


def program(name: str, folders: tuple[str | Path, ...]) -> str:
    found = shutil.which(name) or shutil.which(name, path=os.pathsep.join(map(str, folders)))
    if not found:
        left_out(f"no {name} on this machine")
    return found


def test_a_comment_goes_through(proxy):
    comment = json.dumps({"id": uuid.uuid4().hex, "text": "Thank you, I agree."})
    answer = proxy.ask(NAME, "/api/v1/comments", comment, headers=AUTHORIZED)

    assert (answer.status, answer.json["action"]) == (201, "approve")
    assert answer.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"


def test_a_body_that_is_too_large_is_refused(proxy):
    too_large = json.dumps({"id": "2", "text": "a" * 1_100_000})

    assert proxy.ask(NAME, "/api/v1/comments", too_large, headers=AUTHORIZED).status == 413


def test_what_the_service_takes_reaches_it(proxy):
    """Its own answer, and not the proxy's: text may not be that long."""
    fits = json.dumps({"id": "3", "text": "a" * 1_000_000})
    answer = proxy.ask(NAME, "/api/v1/comments", fits, headers=AUTHORIZED)

    assert answer.json["status"] == answer.status
    assert answer.status in {400, 422}


def test_nobody_forges_the_services_address(proxy):
    path = "/$discovery/rest?version=v1alpha1"

    assert proxy.ask(NAME, path, headers=FORGED).json["rootUrl"] == f"https://{NAME}/"


def test_a_login_shows_the_persons_network_and_not_the_proxys(proxy):
    page = proxy.ask(NAME, "/console/login")
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    form = urlencode({"csrf_token": token[1], "name": "ana", "password": PASSWORD})
    came = {**FORGED, "Origin": f"https://{NAME}", "Cookie": cookie(page)}
    entered = proxy.ask(NAME, "/console/login", form, headers=came, source="127.9.0.1")
    account = proxy.ask(NAME, "/console/account", headers={"Cookie": cookie(entered)})

    assert entered.status == 303
    assert "127.9.0.0/24" in account.text
    assert "203.0.113" not in account.text


def cookie(answer: Answer) -> str:
    kept = answer.headers["set-cookie"].partition(";")[0]
    assert kept.startswith("__Host-moderation=")
    return kept


def test_another_name_is_not_answered(proxy):
    try:
        body = proxy.ask(NAME, "/healthz", headers={"Host": "evil.example"}).body
    except http.client.RemoteDisconnected:
        body = b""
    assert body == b""


def test_the_console_is_kept_by_nobody_and_its_cookie_stays_encrypted(proxy):
    answer = proxy.ask(NAME, "/console/login")

    assert answer.status == 200
    assert answer.headers["cache-control"] == "no-store"
    assert "; Secure" in answer.headers["set-cookie"]


def test_http_leads_to_https(proxy):
    answer = proxy.ask(NAME, "/console/login?a=b", encrypted=False)

    assert answer.status in {301, 308}
    assert answer.headers["location"].startswith(f"https://{NAME}")
    assert answer.headers["location"].endswith("/console/login?a=b")


def test_a_program_that_sends_its_key_unencrypted_is_not_led_on(proxy):
    comment = json.dumps({"id": uuid.uuid4().hex, "text": "Thank you, I agree."})
    answer = proxy.ask(NAME, "/api/v1/comments", comment, encrypted=False, headers=AUTHORIZED)

    assert answer.status == 403
    assert "location" not in answer.headers


@pytest.mark.parametrize(
    "begun",
    [
        f"GET / HTTP/1.1\r\nHost: {NAME}\r\n",
        f"POST / HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: 9\r\n\r\n",
    ],
    ids=["headers", "body"],
)
def test_who_stops_in_the_middle_does_not_hold_a_place(proxy, begun):
    with (
        socket.create_connection(("127.0.0.1", proxy.encrypted), 30) as line,
        strict(proxy.authority).wrap_socket(line, server_hostname=NAME) as encrypted,
    ):
        encrypted.sendall(begun.encode())
        encrypted.settimeout(10)
        while encrypted.recv(1_000):
            pass


def test_without_the_service_that_is_what_clients_are_told(lonely_proxy):
    comment = json.dumps({"id": "1", "text": "Thank you, I agree."})

    assert lonely_proxy.ask(NAME, "/api/v1/comments", comment, headers=AUTHORIZED).status == 502
