"""The server that ships, and clients who are slow, lie, or send what is no HTTP; on real sockets."""

import asyncio
import gzip
import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from moderation.settings import Settings
from tests.calling import call
from tests.conftest import KEY
from tests.durability import served
from tests.malformed import REFUSED, TAKEN, is_answered, is_refused, meet
from tests.slow import KINDS, LIMIT, endure, warm_up

HOST = "127.0.0.1"
POST = (
    f"POST /api/v1/comments HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {KEY}\r\n"
    "Content-Type: application/json\r\n"
)
FORM = "application/x-www-form-urlencoded"
TOO_LARGE = 3 * 1024**2
# More than the threads of all processes together.
MANY = 24


@pytest.fixture(scope="module")
def port(tmp_path_factory) -> Iterator[int]:
    """Where a service listens that has all its default settings."""
    folder = tmp_path_factory.mktemp("service")
    with served(folder, Settings(instance=folder).where_data_lives()) as port:
        yield port


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_request_is_refused_once(port, name):
    met = meet(port, REFUSED[name].encode("latin-1"))

    assert is_refused(met), met


@pytest.mark.parametrize("name", TAKEN)
def test_what_is_odd_is_answered(port, name):
    met = meet(port, TAKEN[name].encode("latin-1"))

    assert is_answered(met), met


class TestTooLarge:
    """It is refused at once, and who was still sending hears it."""

    def test_a_body_whose_length_is_announced(self, port):
        answer = call("POST", f"http://{HOST}:{port}/api/v1/comments", raw=b" " * TOO_LARGE, key=KEY)

        assert (answer.status, answer.json["code"]) == (413, "content_too_large")

    def test_a_body_in_chunks(self, port):
        chunk = b"%x\r\n%b\r\n" % (64 * 1024, b" " * 64 * 1024)
        chunks = chunk * (TOO_LARGE // (64 * 1024)) + b"0\r\n\r\n"

        met = meet(port, f"{POST}Transfer-Encoding: chunked\r\n\r\n".encode() + chunks)

        assert met.statuses == [413]

    def test_a_body_that_never_comes(self, port):
        met = meet(port, f"{POST}Content-Length: {1024**4}\r\n\r\n".encode())

        assert met.statuses == [413]

    @pytest.mark.parametrize("path", ["/console/login", f"/1.1/comment-check?api_key={KEY}"])
    def test_a_form_of_half_a_million_fields(self, port, path):
        began = time.monotonic()
        answer = call("POST", f"http://{HOST}:{port}{path}", raw=b"a&" * 500_000, media_type=FORM)

        assert answer.status < 500
        assert time.monotonic() - began < 10


def test_a_form_in_chunks_beyond_the_limit_is_not_taken_for_its_beginning(port):
    """What is behind the limit could be what matters."""
    fields = f"api_key={KEY}&blog=https://blog.example.org&user_ip=192.0.2.7&comment_content=".encode()
    body = fields + b"Good. " * (TOO_LARGE // 6)
    head = f"POST /1.1/comment-check HTTP/1.1\r\nHost: a\r\nContent-Type: {FORM}\r\n"
    chunked = b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)

    with socket.create_connection((HOST, port), timeout=10) as connection:
        connection.sendall(head.encode() + chunked)
        assert connection.recv(65_536).endswith(b"error")


def test_compressed_bodies_are_refused_and_the_answer_says_how_to_send_them(port):
    body = gzip.compress(json.dumps({"id": "1", "text": "Good."}).encode())

    answer = call(
        "POST",
        f"http://{HOST}:{port}/api/v1/comments",
        raw=body,
        key=KEY,
        headers={"Content-Encoding": "gzip"},
    )

    assert (answer.status, answer.json["code"]) == (415, "encoded")
    assert answer.headers["accept-encoding"] == "identity"


def test_who_hangs_up_in_the_middle_has_sent_nothing(port):
    """Even if what came so far could be taken for a comment."""
    body = json.dumps({"id": "cut", "text": "Good."})
    with socket.create_connection((HOST, port), timeout=5) as connection:
        connection.sendall(f"{POST}Content-Length: {len(body) + 1}\r\n\r\n{body}".encode())

    # What is not there is not seen to come: long enough for a busy machine.
    for _ in range(20):
        assert call("GET", f"http://{HOST}:{port}/api/v1/comments/cut", key=KEY).status == 404
        time.sleep(0.1)


def test_slow_bodies_keep_nobody_waiting(port):
    with ExitStack() as until_the_end:
        for _ in range(MANY):
            slow = until_the_end.enter_context(socket.create_connection((HOST, port), timeout=5))
            slow.sendall(f"{POST}Content-Length: 1000\r\n\r\n{{".encode())
        seconds = []
        for number in range(5):
            began = time.monotonic()
            comment = {"id": f"quick-{number}", "text": "Good."}
            answer = call("POST", f"http://{HOST}:{port}/api/v1/comments", comment, key=KEY)
            assert answer.status == 201
            seconds.append(time.monotonic() - began)

    # Others may be at work on this machine too; behind a slow body all would wait for ever.
    assert sorted(seconds)[2] < LIMIT


@pytest.mark.long
@pytest.mark.parametrize("kind", [name for name, slow in KINDS.items() if slow])
def test_hundreds_of_slow_clients_keep_nobody_waiting(port, kind):
    """`make prove-slow-clients` in short, beside what others do to this machine meanwhile."""
    warm_up(port)
    quiet = asyncio.run(endure(port, KINDS["nobody"], connections=0, seconds=4))
    waited = asyncio.run(endure(port, KINDS[kind], connections=200, seconds=8))

    assert waited.most == 200
    assert not waited.failures
    assert waited.percentile(0.5) < max(LIMIT, 3 * quiet.percentile(0.5))
