"""Hold hundreds of connections open by being slow, and see how long others wait meanwhile.

`python -m tests.slow --connections 200 --seconds 60` does it to a service as it ships, in three ways: by
headers that never end, by bodies that never end, and by reading answers so slowly that they never arrive.
Where the service ends a connection, another takes its place. Meanwhile a blog sends its comments.
"""

import argparse
import asyncio
import http.client
import itertools
import json
import math
import re
import socket
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from moderation.settings import Settings
from moderation.store import Database, upgrade
from tests.conftest import KEY, add_site
from tests.durability import Service

# Seconds: what an ordinary request may take, and when the one who sent it gives up.
LIMIT, PATIENCE = 1.0, 10.0
# The share of ordinary requests that must be answered within LIMIT.
ENOUGH = 0.95
# Ordinary requests in a second, and how many of them may wait for their answers at once.
_RATE, _MOST_WAITING = 20, 200
# Seconds between two bytes of who is slow, and between two tries to connect.
_INTERVAL, _PAUSE = 1.0, 0.1
# Answers that are asked for on one connection and then read a few bytes at a time.
_PIPELINED = 64
_SMALL_BUFFER = 2_048
_LONG_BODY = 8_192
_HOST = "127.0.0.1"
_TEXT = "The ferry came late again on Monday, and nobody told those who waited on quay {number}."


@dataclass
class Waited:
    """How ordinary requests fared while others were slow."""

    # Seconds of each that was answered well.
    seconds: list[float] = field(default_factory=list)
    # How often others failed, by what they met with.
    failures: Counter[str] = field(default_factory=Counter)
    # Slow connections: the most at once, and how many in all.
    held: int = 0
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
        ordered = sorted(self.seconds)
        return ordered[math.ceil(share * len(ordered)) - 1] if ordered else math.nan


@contextmanager
def served(folder: Path) -> Iterator[int]:
    """Run a service as it ships, with a site whose key is KEY; give its port."""
    url = Settings(instance=folder).where_data_lives()
    database = Database(url)
    upgrade(database)
    add_site(database, "blog", KEY)
    database.close()
    service = Service(folder, url)
    service.start()
    try:
        yield service.port
    finally:
        service.stop()


async def endure(port: int, slow: "Slow | None", *, connections: int, seconds: float) -> Waited:
    """Send ordinary requests for so many seconds while `connections` clients are `slow`."""
    waited = Waited()
    attack = [asyncio.create_task(_again_and_again(port, slow, waited)) for _ in range(connections)]
    # They are all there before the first who must not notice.
    for _ in range(100):
        if slow is None or waited.held >= connections:
            break
        await asyncio.sleep(_PAUSE)
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(_MOST_WAITING) as blog:
        began = loop.time()
        posts = []
        for number in range(round(seconds * _RATE)):
            await asyncio.sleep(began + number / _RATE - loop.time())
            # From the moment at which it should be sent: who cannot even send it waits as well.
            posts.append(loop.run_in_executor(blog, _post, port, time.monotonic(), waited))
        await asyncio.gather(*posts)
    for one in attack:
        one.cancel()
    await asyncio.gather(*attack, return_exceptions=True)
    return waited


Slow = Callable[[asyncio.StreamReader, asyncio.StreamWriter, int], Awaitable[None]]
_numbers = itertools.count()


async def slow_headers(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _turn: int) -> None:
    """Send headers without end."""
    writer.write(f"POST /api/v1/comments HTTP/1.1\r\nHost: {_HOST}\r\n".encode())
    for number in itertools.count():
        writer.write(f"X-{number}: 1\r\n".encode())
        await writer.drain()
        await asyncio.sleep(_INTERVAL)


async def slow_body(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter, turn: int) -> None:
    """Send a byte of a long body now and then, to every door that reads one."""
    path, media_type = _BODY_DOORS[turn % len(_BODY_DOORS)]
    is_chunked = turn // len(_BODY_DOORS) % 2
    length = "Transfer-Encoding: chunked" if is_chunked else f"Content-Length: {_LONG_BODY}"
    writer.write(
        f"POST {path} HTTP/1.1\r\nHost: {_HOST}\r\nAuthorization: Bearer {KEY}\r\n"
        f"Content-Type: {media_type}\r\n{length}\r\n\r\n".encode()
    )
    while True:
        writer.write(b"1\r\n \r\n" if is_chunked else b" ")
        await writer.drain()
        await asyncio.sleep(_INTERVAL)


async def slow_read(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, turn: int) -> None:
    """Ask for many long answers at once and read them a few bytes at a time."""
    address = writer.get_extra_info("peername")
    paths = await asyncio.to_thread(_long_answers, address[1])
    request = f"GET {paths[turn % len(paths)]} HTTP/1.1\r\nHost: {_HOST}\r\n\r\n".encode()
    writer.write(request * _PIPELINED)
    while await reader.read(1):
        await asyncio.sleep(_INTERVAL)


KINDS: dict[str, Slow | None] = {
    "nobody": None,
    "headers": slow_headers,
    "body": slow_body,
    "read": slow_read,
}

_FORM = "application/x-www-form-urlencoded"
# A key opens the first; the others read the body before they know who sends it.
_BODY_DOORS = (
    ("/api/v1/comments", "application/json"),
    ("/console/login", _FORM),
    ("/1.1/comment-check", _FORM),
    ("/v1alpha1/comments:analyze", "application/json"),
)


async def _again_and_again(port: int, slow: Slow, waited: Waited) -> None:
    while True:
        with suppress(OSError):
            await _once(port, slow, waited)
        await asyncio.sleep(_PAUSE)


async def _once(port: int, slow: Slow, waited: Waited) -> None:
    connected = socket.socket()
    connected.setblocking(False)
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _SMALL_BUFFER)
    try:
        await asyncio.get_running_loop().sock_connect(connected, (_HOST, port))
    except BaseException:
        connected.close()
        raise
    reader, writer = await asyncio.open_connection(sock=connected, limit=1)
    waited.opened += 1
    _held.add(writer)
    waited.held = max(waited.held, len(_held))
    try:
        ended = asyncio.ensure_future(_ended(reader)) if slow is not slow_read else None
        doing = asyncio.ensure_future(slow(reader, writer, next(_numbers)))
        both = {one for one in (ended, doing) if one}
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in both:
                one.cancel()
            await asyncio.gather(*both, return_exceptions=True)
    finally:
        _held.discard(writer)
        writer.transport.abort()


_held: set[asyncio.StreamWriter] = set()


async def _ended(reader: asyncio.StreamReader) -> None:
    """Wait until the service ends the connection, whatever it says before."""
    while await reader.read(65_536):
        pass


def _long_answers(port: int, _found: list[str] = []) -> list[str]:  # noqa: B006
    if not _found:
        with urllib.request.urlopen(f"http://{_HOST}:{port}/console/login", timeout=PATIENCE) as page:
            styles = re.search(r'href="(/static/[^"]+console\.css)"', page.read().decode())
        assert styles
        _found += [styles[1], "/api/openapi.json"]
    return _found


def _post(port: int, began: float, waited: Waited) -> None:
    number = next(_numbers)
    body = json.dumps({"id": f"{number}", "text": _TEXT.format(number=number)})
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    connection = http.client.HTTPConnection(_HOST, port, timeout=PATIENCE)
    try:
        connection.request("POST", "/api/v1/comments", body, headers)
        answer = connection.getresponse()
        answer.read()
    except (OSError, http.client.HTTPException) as error:
        waited.failures[type(error).__name__] += 1
    else:
        if answer.status == 201:
            waited.seconds.append(time.monotonic() - began)
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
    with tempfile.TemporaryDirectory(prefix="slow-") as place, served(Path(place)) as port:
        for kind in asked.kinds:
            waited = asyncio.run(
                endure(
                    port,
                    KINDS[kind],
                    connections=asked.connections if KINDS[kind] else 0,
                    seconds=asked.seconds,
                )
            )
            is_enough &= waited.share_in_time >= ENOUGH
            sys.stdout.write(
                f"Slow {kind}: {waited.held:,} connections at once, {waited.opened:,} in all. Of"
                f" {waited.sent:,} comments {waited.share_in_time:.1%} were judged within {LIMIT:g} s"
                f" (median {1_000 * waited.percentile(0.5):,.0f} ms,"
                f" 99 % {1_000 * waited.percentile(0.99):,.0f} ms)."
                f" Failed: {dict(waited.failures) or 'none'}.\n"
            )
            sys.stdout.flush()
    return not is_enough


if __name__ == "__main__":
    sys.exit(main())
