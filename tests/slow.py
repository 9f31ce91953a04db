"""Hold hundreds of connections open by being slow, and see how long others wait meanwhile.

`python -m tests.slow --connections 200 --seconds 60` does it to a service as it ships, in three ways: by
headers that never end, by bodies that never end, and by asking for more than is ever read. Where the
service ends a connection, another takes its place. Meanwhile a blog sends its comments.
"""

import argparse
import asyncio
import http.client
import itertools
import json
import socket
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from moderation.settings import Settings
from moderation.web import files
from tests.clients import within
from tests.conftest import KEY
from tests.durability import served

# Seconds: what an ordinary request may take, and when the one who sent it gives up.
LIMIT, PATIENCE = 1.0, 10.0
# The share of ordinary requests that must be answered within LIMIT.
ENOUGH = 0.95
# Ordinary requests in a second, and how many of them may wait for their answers at once.
_RATE, _MOST_WAITING = 20, 200
# So many are sent before any is counted: more than the processes.
_FIRST = 40
# As slowhttptest does it: so many slow clients come in a second.
_COMING = 50
# Seconds between two bytes of who is slow, and before another takes the place of one who was sent away.
_INTERVAL, _PAUSE = 1.0, 0.1
# Answers that are asked for on one connection and then read a byte at a time.
_PIPELINED = 16
_SMALL_BUFFER = 2_048
_HOST = "127.0.0.1"
_TEXT = "The ferry came late again on Monday, and nobody told those who waited on quay {number}."
_FORM, _JSON = "application/x-www-form-urlencoded", "application/json"
# A key opens the first; the others read the body before they know who sends it.
_BODY_DOORS = (
    ("/api/v1/comments", _JSON),
    ("/console/login", _FORM),
    ("/1.1/comment-check", _FORM),
    ("/v1alpha1/comments:analyze", _JSON),
)
_LONG_ANSWERS = (f"{files.address()}/console.css", "/api/openapi.json")


class Slow(NamedTuple):
    """How somebody is slow."""

    # What the client with this number sends first, and what it sends now and then; None if it reads.
    first: Callable[[int], str]
    then: str | None


def _headers(_number: int) -> str:
    return f"POST /api/v1/comments HTTP/1.1\r\nHost: {_HOST}\r\n"


def _body(number: int) -> str:
    path, media_type = _BODY_DOORS[number % len(_BODY_DOORS)]
    return (
        f"POST {path} HTTP/1.1\r\nHost: {_HOST}\r\nAuthorization: Bearer {KEY}\r\n"
        f"Content-Type: {media_type}\r\nContent-Length: 8192\r\n\r\n"
    )


def _question(number: int) -> str:
    path = _LONG_ANSWERS[number % len(_LONG_ANSWERS)]
    return f"GET {path} HTTP/1.1\r\nHost: {_HOST}\r\n\r\n" * _PIPELINED


KINDS: dict[str, Slow | None] = {
    "nobody": None,
    "headers": Slow(_headers, "X-More: 1\r\n"),
    "body": Slow(_body, " "),
    "read": Slow(_question, None),
}


@dataclass
class Waited:
    """How ordinary requests fared while others were slow."""

    # Seconds of each that was answered well.
    seconds: list[float] = field(default_factory=list)
    # How often others failed, by what they met with.
    failures: Counter[str] = field(default_factory=Counter)
    # Slow connections: at this moment, the most at once, and all that ever were.
    open: int = 0
    most: int = 0
    opened: int = 0

    @property
    def sent(self) -> int:
        """How many were sent."""
        return len(self.seconds) + self.failures.total()

    @property
    def share_in_time(self) -> float:
        """The share that was answered well and in time."""
        return sum(one <= LIMIT for one in self.seconds) / max(self.sent, 1)

    def percentile(self, share: float) -> float:
        """Return how long the quickest `share` of the answered ones took at most; NaN without any."""
        return within(share, self.seconds)

    @contextmanager
    def connection(self) -> Iterator[None]:
        """Count a slow connection."""
        self.opened += 1
        self.open += 1
        self.most = max(self.most, self.open)
        try:
            yield
        finally:
            self.open -= 1


def warm_up(port: int) -> None:
    """Let every process do its first work, which takes longer than all later."""
    for _ in range(_FIRST):
        _post(port, time.monotonic(), Waited())


async def endure(port: int, slow: Slow | None, *, connections: int, seconds: float) -> Waited:
    """Send ordinary requests for so many seconds while `connections` clients are slow."""
    waited = Waited()
    clients = [
        asyncio.create_task(_stay(port, slow, number, waited))
        for number in range(connections if slow else 0)
    ]
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(_MOST_WAITING) as blog:
        began = time.monotonic()
        posts = []
        for number in range(round(seconds * _RATE)):
            due = began + number / _RATE
            await asyncio.sleep(due - time.monotonic())
            # From the moment at which it is due: who cannot even be sent waits as well.
            posts.append(loop.run_in_executor(blog, _post, port, due, waited))
        await asyncio.gather(*posts)
    for one in clients:
        one.cancel()
    await asyncio.gather(*clients, return_exceptions=True)
    return waited


async def _stay(port: int, slow: Slow, number: int, waited: Waited) -> None:
    """Be slow, and come again where the service ends it."""
    await asyncio.sleep(number / _COMING)
    while True:
        with suppress(OSError):
            await _dawdle(port, slow, number, waited)
        await asyncio.sleep(_PAUSE)


async def _dawdle(port: int, slow: Slow, number: int, waited: Waited) -> None:
    connected = socket.socket()
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _SMALL_BUFFER)
    connected.setblocking(False)
    await asyncio.get_running_loop().sock_connect(connected, (_HOST, port))
    reader, writer = await asyncio.open_connection(sock=connected, limit=1)
    with waited.connection():
        try:
            writer.write(slow.first(number).encode())
            while not reader.at_eof():
                if slow.then is None:
                    await reader.read(1)
                else:
                    writer.write(slow.then.encode())
                    await writer.drain()
                await asyncio.sleep(_INTERVAL)
        finally:
            writer.transport.abort()


_numbers = itertools.count()


def _post(port: int, due: float, waited: Waited) -> None:
    number = next(_numbers)
    body = json.dumps({"id": str(number), "text": _TEXT.format(number=number)})
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": _JSON}
    connection = http.client.HTTPConnection(_HOST, port, timeout=PATIENCE)
    try:
        connection.request("POST", "/api/v1/comments", body, headers)
        answer = connection.getresponse()
        answer.read()
    except (OSError, http.client.HTTPException) as error:
        waited.failures[type(error).__name__] += 1
    else:
        if answer.status == http.HTTPStatus.CREATED:
            waited.seconds.append(time.monotonic() - due)
        else:
            waited.failures[str(answer.status)] += 1
    finally:
        connection.close()


def main() -> int:
    """Be slow in every way, say how others fared, and return 1 where too many waited."""
    parser = argparse.ArgumentParser(prog="python -m tests.slow", description=__doc__)
    parser.add_argument("--connections", type=int, default=200, help="[default: %(default)s]")
    parser.add_argument("--seconds", type=float, default=60, help="of each kind [default: %(default)s]")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    asked = parser.parse_args()
    is_enough = True
    with tempfile.TemporaryDirectory(prefix="slow-") as place, ExitStack() as until_the_end:
        folder = Path(place)
        url = Settings(instance=folder).where_data_lives()
        port = until_the_end.enter_context(served(folder, url))
        warm_up(port)
        for kind in asked.kinds:
            waited = asyncio.run(
                endure(port, KINDS[kind], connections=asked.connections, seconds=asked.seconds)
            )
            is_enough &= waited.share_in_time >= ENOUGH
            sys.stdout.write(
                f"Slow: {kind}. {waited.most:,} connections at once, {waited.opened:,} in all. Of"
                f" {waited.sent:,} comments {waited.share_in_time:.1%} were judged within {LIMIT:g} s"
                f" (median {1_000 * waited.percentile(0.5):,.0f} ms,"
                f" 99 % {1_000 * waited.percentile(0.99):,.0f} ms)."
                f" Failed: {dict(waited.failures) or 'none'}.\n"
            )
            sys.stdout.flush()
    return not is_enough


if __name__ == "__main__":
    sys.exit(main())
