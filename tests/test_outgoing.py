"""What goes out goes to public addresses only, and comes to an end whatever the other side does."""

import os
import shutil
import socket
import ssl
import subprocess
import threading
from contextlib import contextmanager

import pytest

from moderation.outgoing import BadCallback, Networks, NotAllowed, Place, Unreachable, post
from tests.conftest import left_out
from tests.receiving import (
    HERE,
    drip_body,
    drip_headers,
    endless_body,
    hang,
    not_http,
    receiving,
    reset,
    status,
)

NOWHERE = Networks()


@pytest.fixture
def connections(monkeypatch):
    """Every address that somebody wanted to connect to; nobody gets there."""
    wanted = []

    def connect(self, address):
        wanted.append(address[0])
        raise ConnectionRefusedError("not in this test")

    class Socket(socket.socket):
        pass

    Socket.connect = connect
    monkeypatch.setattr(socket, "socket", Socket)
    return wanted


@pytest.fixture
def names(monkeypatch):
    """Names that resolve to what a test wants; the answers of a list come in turn."""
    known = {}

    def resolve(host, port, *args, **kwargs):
        found = known[host]
        addresses = found.pop(0) if isinstance(found[0], list) else found
        return [
            (
                socket.AF_INET6 if ":" in one else socket.AF_INET,
                socket.SOCK_STREAM,
                6,
                "",
                (one, port, 0, 0) if ":" in one else (one, port),
            )
            for one in addresses
        ]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return known


def send(url, *, allowed=NOWHERE, seconds=5.0):
    return post(Place.of(url), b"{}", {}, allowed=allowed, seconds=seconds)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "127.0.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "017700000001",
        "0177.0.0.1",
        "0",
        "0.0.0.0",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "2852039166",
        "192.0.2.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "localhost",
        "LOCALHOST",
        "[::1]",
        "[::]",
        "[0:0:0:0:0:0:0:1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:10.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b::169.254.169.254]",
        "[64:ff9b:1::1]",
        "[2002:7f00:1::]",
        "[2002:a00:1::1]",
        "[2001:0:4136:e378:8000:63bf:f5ff:fffe]",
        "[fe80::1]",
        "[fc00::1]",
        "[fec0::1]",
        "[ff02::1]",
        "[2001:db8::1]",
    ],
)
def test_no_connection_is_opened_to_what_is_not_public(connections, host):
    with pytest.raises(NotAllowed, match="is not public"):
        send(f"http://{host}/")

    assert connections == []


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["10.1.2.3"],
        ["::1"],
        ["fd00::1"],
        ["::ffff:192.168.0.1"],
        # One bad address among good ones: who names it may hope that it is tried second.
        ["93.184.215.14", "127.0.0.1"],
        ["2606:2800:21f:cb07::1", "fe80::1"],
    ],
)
def test_a_name_is_judged_by_all_that_it_resolves_to(connections, names, addresses):
    names["blog.example.org"] = addresses

    with pytest.raises(NotAllowed, match=r"blog\.example\.org is at"):
        send("https://blog.example.org/")

    assert connections == []


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07::1", "64:ff9b::5db8:d70e"])
def test_what_is_public_is_connected_to(connections, names, address):
    names["blog.example.org"] = [address]

    with pytest.raises(Unreachable):
        send("http://blog.example.org/")

    assert connections == [address]


def test_a_name_is_resolved_once_and_what_was_checked_is_connected_to(connections, names):
    """A name server under foreign control may say something else the second time."""
    names["blog.example.org"] = [["93.184.215.14"], ["127.0.0.1"]]

    with pytest.raises(Unreachable):
        send("http://blog.example.org/")

    assert connections == ["93.184.215.14"]
    assert names["blog.example.org"] == [["127.0.0.1"]]


def test_all_addresses_of_a_name_are_tried(connections, names):
    names["blog.example.org"] = ["2606:2800:21f:cb07::1", "93.184.215.14"]

    with pytest.raises(Unreachable):
        send("http://blog.example.org/")

    assert connections == ["2606:2800:21f:cb07::1", "93.184.215.14"]


@pytest.mark.parametrize(
    ("networks", "host"),
    [
        ("10.0.0.0/8", "10.0.0.1"),
        ("::1/128, 127.0.0.0/8", "[::1]"),
        ("127.0.0.0/8", "[::ffff:127.0.0.1]"),
        ("192.168.1.7", "192.168.1.7"),
    ],
)
def test_networks_that_the_operator_names_may_be_reached(connections, networks, host):
    with pytest.raises(Unreachable):
        send(f"http://{host}/", allowed=Networks(networks))

    assert connections == [host.strip("[]")]


def test_other_networks_than_those_named_stay_closed(connections):
    with pytest.raises(NotAllowed):
        send("http://10.0.0.1/", allowed=Networks("192.168.0.0/16,fd00::/8"))

    assert connections == []


@pytest.mark.parametrize(
    "url",
    [
        "",
        "blog.example.org",
        "//blog.example.org/",
        "ftp://blog.example.org/",
        "file:///etc/passwd",
        "gopher://blog.example.org/",
        "javascript:alert(1)",
        "http://",
        "http:///path",
        "http://ana:hush@blog.example.org/",
        "http://blog.example.org:99999/",
        "http://blog.example.org:0/",
        "http://blog.example.org:port/",
        "http://blog.example.org/\r\nHost: other",
        "http://blog.example.org/a b",
        "http://blög.example.org/",
        "http://[::1/",
        "http://blog.example.org/" + "a" * 2000,
    ],
)
def test_what_is_no_url_of_a_callback_is_refused(url):
    with pytest.raises(BadCallback):
        Place.of(url)


def test_the_parts_of_a_url_are_sent_as_they_are():
    with receiving(status(200, b"heard")) as site:
        answer = send(f"{site.url}&and=more", allowed=HERE)

    heard = site.heard[0]
    assert (answer.status, answer.body) == (200, b"heard")
    assert heard.path == "/heard?by=blog&and=more"
    assert heard.headers["host"] == site.url.split("/")[2]
    assert "cookie" not in heard.headers


def test_a_redirect_is_not_followed():
    with receiving(status(200)) as other, receiving(status(307, Location=other.url)) as site:
        answer = send(site.url, allowed=HERE)

    assert (answer.status, other.heard) == (307, [])


def test_proxies_of_the_environment_are_not_asked(monkeypatch):
    with receiving() as proxy, receiving() as site:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        send(site.url, allowed=HERE)

    assert (len(site.heard), proxy.heard) == (1, [])


@pytest.mark.parametrize("answering", [hang, drip_headers, drip_body])
def test_an_answer_that_does_not_end_is_not_waited_for(answering):
    with receiving(answering) as site, pytest.raises(Unreachable, match="no complete answer in time"):
        send(site.url, allowed=HERE, seconds=0.3)


def test_who_takes_the_connection_and_never_speaks_tls_is_not_waited_for():
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"https://127.0.0.1:{server.getsockname()[1]}/"
        with pytest.raises(Unreachable, match="no complete answer in time"):
            send(url, allowed=HERE, seconds=0.3)


def test_a_name_server_that_does_not_answer_is_not_waited_for(monkeypatch):
    is_over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: is_over.wait(30) and [])
    with pytest.raises(Unreachable, match="no complete answer in time"):
        send("http://blog.example.org/", seconds=0.1)
    is_over.set()


def test_of_a_huge_answer_only_the_beginning_is_read():
    with receiving(endless_body) as site:
        answer = send(site.url, allowed=HERE)

    assert (answer.status, len(answer.body)) == (200, 64 * 1024)


@pytest.mark.parametrize("answering", [reset, not_http])
def test_a_broken_connection_is_said_to_be_one(answering):
    with receiving(answering) as site, pytest.raises(Unreachable, match="connection failed"):
        send(site.url, allowed=HERE)


def test_a_port_where_nobody_listens_is_said_to_be_one():
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
    with pytest.raises(Unreachable, match="refused"):
        send(url, allowed=HERE)


def test_a_receiver_that_does_not_speak_tls_is_said_not_to():
    with receiving() as site, pytest.raises(Unreachable, match="No safe connection"):
        send(site.url.replace("http:", "https:"), allowed=HERE)


def test_a_name_without_an_address_leads_nowhere(names):
    names["nowhere.example.org"] = [[]]

    with pytest.raises(Unreachable, match="leads nowhere"):
        send("http://nowhere.example.org/")


def test_a_name_that_there_is_not_leads_nowhere(monkeypatch):
    def resolve(*_, **__):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(Unreachable, match="leads nowhere"):
        send("http://nowhere.example.org/")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate of receiver.example.org that it issued itself, with its key."""
    if shutil.which("openssl") is None:
        left_out("there is no openssl to make a certificate with")
    folder = tmp_path_factory.mktemp("tls")
    names = "subjectAltName=DNS:receiver.example.org"
    words = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    subprocess.run(
        [
            *words.split(),
            "-keyout",
            "key",
            "-out",
            "certificate",
            "-subj",
            "/CN=x",
            "-addext",
            names,
        ],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    return folder


@contextmanager
def serving_tls(certificate):
    """Let a receiver speak TLS; give its port and the names that it was asked for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "certificate", certificate / "key")
    asked = []
    context.sni_callback = lambda _, name, __: asked.append(name)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            plain, _ = server.accept()
            with plain:
                try:
                    secured = context.wrap_socket(plain, server_side=True)
                except OSError:
                    return
                with secured:
                    heard = b""
                    while not heard.endswith(b"{}"):
                        heard += secured.recv(65536)
                    secured.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1], asked
        thread.join()


def test_the_certificate_of_the_name_is_asked_for_and_accepted(certificate, monkeypatch, names):
    monkeypatch.setenv("SSL_CERT_FILE", os.fspath(certificate / "certificate"))
    names["receiver.example.org"] = ["127.0.0.1"]
    with serving_tls(certificate) as (port, asked):
        answer = send(f"https://receiver.example.org:{port}/", allowed=HERE)

    assert (answer.status, asked) == (204, ["receiver.example.org"])


def test_a_certificate_of_another_name_is_not_accepted(certificate, monkeypatch, names):
    monkeypatch.setenv("SSL_CERT_FILE", os.fspath(certificate / "certificate"))
    names["other.example.org"] = ["127.0.0.1"]
    with (
        serving_tls(certificate) as (port, _),
        pytest.raises(Unreachable, match="certificate is not accepted: Hostname mismatch"),
    ):
        send(f"https://other.example.org:{port}/", allowed=HERE)


def test_a_certificate_that_nobody_vouches_for_is_not_accepted(certificate, names):
    names["receiver.example.org"] = ["127.0.0.1"]
    with (
        serving_tls(certificate) as (port, _),
        pytest.raises(Unreachable, match="certificate is not accepted"),
    ):
        send(f"https://receiver.example.org:{port}/", allowed=HERE)
