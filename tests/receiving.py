"""A site that is told of decisions: a real server that answers as a test wants."""

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from moderation.outgoing import Networks

# Where receivers of tests listen.
HERE = Networks("127.0.0.0/8")

Answering = Callable[[BaseHTTPRequestHandler], None]


class Heard(NamedTuple):
    """A request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes
    # On the clock that only goes forward.
    at: float

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass
class Receiver:
    """What a receiver heard, and how it answers: each in turn, the last one again and again."""

    url: str = ""
    answers: list[Answering] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)
    # Ends what hangs.
    is_over: threading.Event = field(default_factory=threading.Event)

    def ids(self) -> list[str]:
        """The ids of what was heard."""
        return [one.headers["webhook-id"] for one in self.heard]


@contextmanager
def receiving(*answers: Answering) -> Iterator[Receiver]:
    """Let a receiver listen that answers so."""
    receiver = Receiver(answers=list(answers) or [status(204)])

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.heard.append(Heard(self.path, headers, body, time.monotonic()))
            self.receiver = receiver
            self.body = body
            self.close_connection = True
            answer = receiver.answers.pop(0) if len(receiver.answers) > 1 else receiver.answers[0]
            with suppress(ConnectionError):
                answer(self)

        def log_message(self, *words: object) -> None:
            pass

        def finish(self) -> None:
            with suppress(OSError):
                super().finish()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_port}/heard?by=blog"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield receiver
    finally:
        receiver.is_over.set()
        server.shutdown()
        thread.join()
        server.server_close()


def status(code: int, body: bytes = b"", **headers: str) -> Answering:
    """Answer with a status."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def hang(handler: Any) -> None:
    """Say nothing until the test is over."""
    handler.receiver.is_over.wait(30)


def reset(handler: BaseHTTPRequestHandler) -> None:
    """Break the connection off."""
    # Closing with unsent data thrown away is what sends a reset.
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()


def drip_headers(handler: Any) -> None:
    """Send one byte now and then: no single read ever waits long."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    _drip(handler)


def drip_body(handler: Any) -> None:
    """The same in the body, whose end only the end of the connection would show."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
    _drip(handler)


def _drip(handler: Any) -> None:
    # Not for ever: a test of a sender that waits must fail, not hang.
    for _ in range(500):
        if handler.receiver.is_over.wait(0.02):
            return
        handler.wfile.write(b"a")


def endless_body(handler: Any) -> None:
    """Send without end, as fast as it goes."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while not handler.receiver.is_over.is_set():
        handler.wfile.write(b"a" * 65536)


def not_http(handler: BaseHTTPRequestHandler) -> None:
    """Answer in another tongue."""
    handler.wfile.write(b"220 mail.example.org ESMTP\r\n")
