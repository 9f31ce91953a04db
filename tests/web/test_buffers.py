"""As many requests are worked on at once as is set, however many are there."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from werkzeug.exceptions import ClientDisconnected
from werkzeug.test import Client, EnvironBuilder
from werkzeug.wrappers import Request, Response

from moderation.web.buffers import Whole


class Busy:
    """An application that counts how many requests it works on."""

    def __init__(self) -> None:
        self.at_work = self.most = self.closed = 0
        self._lock = threading.Lock()

    def __call__(self, environ, start_response):
        with self._lock:
            self.at_work += 1
            self.most = max(self.most, self.at_work)
        start_response("200 OK", [])
        return self

    def __iter__(self):
        time.sleep(0.01)
        yield b"done"
        yield b" well"

    def close(self) -> None:
        """Hear that the answer was taken."""
        with self._lock:
            self.at_work -= 1
            self.closed += 1


def test_a_turn_lasts_until_the_answer_is_whole():
    busy = Busy()
    client = Client(Whole(busy, at_once=3, largest=1_000))

    with ThreadPoolExecutor(12) as clients:
        answers = list(clients.map(lambda _: client.post("/", data=b"abc"), range(60)))

    assert {answer.get_data() for answer in answers} == {b"done well"}
    assert (busy.most, busy.closed, busy.at_work) == (3, 60, 0)


def test_nobody_who_comes_later_passes_who_waits():
    began: list[bytes] = []
    may_end = threading.Event()

    def slow(environ, start_response):
        began.append(environ["wsgi.input"].read())
        may_end.wait(20)
        start_response("200 OK", [])
        return []

    app = Whole(slow, at_once=1, largest=1_000)
    client = Client(app)

    def come_twice() -> None:
        for name in (b"first", b"late"):
            client.post("/", data=name)

    with ThreadPoolExecutor(2) as clients:
        clients.submit(come_twice)
        while not began:
            time.sleep(0.001)
        clients.submit(client.post, "/", data=b"second")
        while not app._turns._line:  # noqa: SLF001 - Nothing else tells that it waits.
            time.sleep(0.001)
        may_end.set()

    assert began == [b"first", b"second", b"late"]


def test_a_failure_gives_its_turn_back():
    def failing(_environ, _start_response):
        raise RuntimeError

    client = Client(Whole(failing, at_once=1, largest=1_000))
    for _ in range(3):
        with pytest.raises(RuntimeError):
            client.get("/")


def test_what_was_sent_arrives_and_of_more_than_is_taken_only_that_it_is_more():
    def telling(environ, start_response):
        start_response("200 OK", [])
        return [b"%d of %s" % (len(environ["wsgi.input"].read()), environ["CONTENT_LENGTH"].encode())]

    client = Client(Whole(telling, at_once=1, largest=1_000), Response)

    assert client.post("/", data=b"a" * 1_000).get_data() == b"1000 of 1000"
    assert client.post("/", data=b"a" * 200_000).get_data() == b"1001 of 200000"
    assert client.get("/").get_data() == b"0 of 0"


def test_who_hangs_up_in_the_middle_is_found_out_by_whoever_reads():
    def reading(environ, start_response):
        answer = Response(b"%d bytes" % len(Request(environ).get_data()))
        return answer(environ, start_response)

    app = Whole(reading, at_once=1, largest=1_000)
    # As servers have it that know the end of what is sent by themselves.
    sent = {"CONTENT_LENGTH": "12", "wsgi.input_terminated": True}
    whole = EnvironBuilder(method="POST", data=b"twelve bytes").get_environ()
    cut = EnvironBuilder(method="POST", data=b"twelve").get_environ()

    assert b"".join(app({**whole, **sent}, lambda *_: None)) == b"12 bytes"
    with pytest.raises(ClientDisconnected):
        app({**cut, **sent}, lambda *_: None)
