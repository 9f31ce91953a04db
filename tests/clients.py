"""Sites that send comments to services, several at once, and again what was not acknowledged."""

import http.client
import itertools
import json
import math
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache

from urllib3.util import wait_for_read

from moderation.text.lexicon import known
from tests.conftest import KEY

CLIENTS = 16
_PAUSE = 0.05
# Of a sentence.
_WORDS = 15
# Seconds to wait for an answer.
_TIMEOUT = 20
_TEXT = "The ferry came late again on Monday, and nobody told those who waited on quay {number}."


def sentence(number: int) -> str:
    """Say something that no other number says, nor nearly."""
    return " ".join(random.Random(number).choices(_words(), k=_WORDS)).capitalize() + "."


def within(share: float, seconds: Sequence[float]) -> float:
    """Return how long the quickest `share` of what took so long took at most; NaN without any."""
    ordered = sorted(seconds)
    return ordered[math.ceil(share * len(ordered)) - 1] if ordered else math.nan


@cache
def _words() -> list[str]:
    return sorted(known())


class Clients:
    """Clients that take turns at what is still to be sent, and do not give up.

    Each begins at one of the ports and goes on to the next where a connection breaks, as with a load
    balancer before several machines.
    """

    def __init__(
        self,
        ports: Sequence[int],
        comments: int | None,
        *,
        text: Callable[[int], str] = lambda number: _TEXT.format(number=number),
        clients: int = CLIENTS,
        a_second: float | None = None,
        prefix: str = "",
    ) -> None:
        """Prepare to send so many comments, or without end; nothing is sent yet.

        With `a_second`, not more of them than that. Their ids are numbers after `prefix`.
        """
        self.acknowledged: Counter[str] = Counter()
        self.refused: Counter[int] = Counter()
        # How long each acknowledgement took.
        self.seconds: list[float] = []
        # By port: connections that broke, and the slowest acknowledgement in seconds.
        self.broken: Counter[int] = Counter()
        self.slowest = dict.fromkeys(ports, 0.0)
        self._ports = ports
        self._comments = comments
        self._text = text
        self._clients = clients
        self._a_second = a_second
        self._prefix = prefix
        self._numbers = itertools.count()
        self._lock = threading.Lock()
        self._is_over = threading.Event()

    @property
    def done(self) -> int:
        """How many were acknowledged."""
        return len(self.acknowledged)

    @property
    def is_done(self) -> bool:
        """Whether all were."""
        return self._comments is not None and self.done >= self._comments

    @contextmanager
    def going_on(self) -> Iterator[None]:
        """Send until all is acknowledged; where the block is left before, give up."""
        clients = [threading.Thread(target=self._send, args=(place,)) for place in range(self._clients)]
        for client in clients:
            client.start()
        try:
            yield
        finally:
            self._is_over.set()
            for client in clients:
                client.join()

    def _send(self, place: int) -> None:
        connection = _Connection(self._ports, place)
        began = time.monotonic()
        while not self._is_over.is_set():
            number = next(self._numbers)
            if self._comments is not None and number >= self._comments:
                break
            if self._a_second:
                self._is_over.wait(max(0.0, began + number / self._a_second - time.monotonic()))
            while not self._is_over.is_set() and not self._is_taken(connection, number):
                time.sleep(_PAUSE)
        connection.close()

    def _is_taken(self, connection: "_Connection", number: int) -> bool:
        began = time.monotonic()
        name = f"{self._prefix}{number}"
        status = connection.post({"id": name, "text": self._text(number)})
        seconds = time.monotonic() - began
        with self._lock:
            if status is None:
                self.broken[connection.port] += 1
                connection.go_on()
                return False
            is_taken = status in {200, 201}
            if is_taken:
                self.acknowledged[name] += 1
                self.seconds.append(seconds)
                self.slowest[connection.port] = max(self.slowest[connection.port], seconds)
            else:
                self.refused[status] += 1
        return is_taken


class _Connection:
    """A connection that is kept, to one of the ports at a time."""

    def __init__(self, ports: Sequence[int], place: int) -> None:
        self._ports = ports
        self._place = place
        self._open = self._connect()

    @property
    def port(self) -> int:
        return self._ports[self._place % len(self._ports)]

    def post(self, comment: object) -> int | None:
        """Send a comment; return the status, or None where the connection broke."""
        headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
        # As clients do that keep connections: one that the service closed meanwhile is opened anew.
        if self._open.sock and wait_for_read(self._open.sock, 0.0):
            self.close()
        try:
            self._open.request("POST", "/api/v1/comments", json.dumps(comment), headers)
            answer = self._open.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            self.close()
            return None
        return answer.status

    def go_on(self) -> None:
        """Ask at the next port from now on."""
        self._place += 1
        self._open = self._connect()

    def close(self) -> None:
        self._open.close()

    def _connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=_TIMEOUT)
