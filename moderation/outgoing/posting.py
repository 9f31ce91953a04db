"""One POST to a checked address, which ends in time whatever the other side does."""

import queue
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPException

from urllib3.connection import HTTPConnection
from urllib3.exceptions import HTTPError

from moderation.outgoing.addresses import Networks, Place, check

# For all of it: name, connection, TLS, question and answer.
SECONDS = 5.0
# Of an answer's body. Nobody reads more of it.
_BODY = 64 * 1024

# A family and an address, as sockets take them.
_Spot = tuple[socket.AddressFamily, tuple[str | bytes | int, ...]]


class Unreachable(Exception):
    """There was no answer; the message is a sentence that says why."""


@dataclass(frozen=True)
class Answer:
    """What came back: the status, the header Retry-After, and the beginning of the body."""

    status: int
    retry_after: str | None
    body: bytes


class _Deadline:
    """A moment by which all must be over."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds that are left; raises Unreachable when none are."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise _too_slow()
        return left


def post(
    place: Place, body: bytes, headers: Mapping[str, str], *, allowed: Networks, seconds: float = SECONDS
) -> Answer:
    """Send `body` and return the answer, whatever its status. Redirects are not followed.

    Raises NotAllowed before anything is opened when one of the host's addresses is neither public
    nor in `allowed`, and Unreachable when no answer came within `seconds`.
    """
    deadline = _Deadline(seconds)
    spots = _resolved(place, deadline)
    for _, (address, *_) in spots:
        check(place.host, str(address), allowed)
    try:
        with closing(_connected(spots, deadline)) as plain, _cut_off(plain, deadline) as was_cut_off:
            try:
                return _exchange(plain, place, body, headers, deadline)
            finally:
                # How a connection that was cut off looks from inside depends on where it was.
                if was_cut_off.is_set():
                    raise _too_slow()
    except TimeoutError:
        raise _too_slow() from None
    except ssl.SSLCertVerificationError as error:
        raise Unreachable(f"Its certificate is not accepted: {error.verify_message}.") from error
    except ssl.SSLError as error:
        raise Unreachable(f"No safe connection came about: {error.reason}.") from error
    except (HTTPError, HTTPException, OSError) as error:
        told = error.strerror if isinstance(error, OSError) else None
        why = told or "it ended early, or what came was not HTTP"
        raise Unreachable(f"The connection failed: {why}.") from error


def _resolved(place: Place, deadline: _Deadline) -> list[_Spot]:
    """Ask once where the host is. The question itself knows no limit, so another thread asks it."""
    answers: queue.SimpleQueue[list[_Spot] | OSError | UnicodeError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
            answers.put([(family, address) for family, _, _, _, address in found])
        except (OSError, UnicodeError) as error:
            answers.put(error)

    threading.Thread(target=ask, name="resolve", daemon=True).start()
    try:
        answer = answers.get(timeout=deadline.left())
    except queue.Empty:
        raise _too_slow() from None
    if isinstance(answer, Exception) or not answer:
        raise Unreachable(f"The name {place.host} leads nowhere.")
    return answer


def _connected(spots: list[_Spot], deadline: _Deadline) -> socket.socket:
    """Connect to the first of the spots that answers; each gets its share of the time."""
    (family, address), *others = spots
    plain = socket.socket(family, socket.SOCK_STREAM)
    plain.settimeout(deadline.left() / len(spots))
    try:
        plain.connect(address)
    except OSError:
        plain.close()
        if not others:
            raise
        return _connected(others, deadline)
    return plain


def _exchange(
    plain: socket.socket, place: Place, body: bytes, headers: Mapping[str, str], deadline: _Deadline
) -> Answer:
    plain.settimeout(deadline.left())
    connection = HTTPConnection(place.host, place.port)
    # It would resolve the name again, and might come to another address than the checked one.
    connection.sock = _secured(plain, place.host) if place.scheme == "https" else plain
    with closing(connection):
        connection.request(
            "POST",
            place.target,
            body,
            {**headers, "Host": place.authority, "Connection": "close"},
            preload_content=False,
            decode_content=False,
        )
        response = connection.getresponse()
        with closing(response):
            return Answer(
                status=response.status,
                retry_after=response.headers.get("Retry-After"),
                body=response.read(_BODY),
            )


def _secured(plain: socket.socket, host: str) -> ssl.SSLSocket:
    """Speak TLS with whoever proves to be `host`."""
    return ssl.create_default_context().wrap_socket(plain, server_hostname=host)


@contextmanager
def _cut_off(plain: socket.socket, deadline: _Deadline) -> Iterator[threading.Event]:
    """Break the connection at the deadline, and say so in the event.

    A socket's own limit is for each read, and a byte every second would keep it open for ever.
    """
    was_cut_off = threading.Event()
    # TLS takes the socket over; a second handle still leads to the connection.
    with closing(plain.dup()) as handle:

        def cut_off() -> None:
            was_cut_off.set()
            with suppress(OSError):
                handle.shutdown(socket.SHUT_RDWR)

        timer = threading.Timer(deadline.left(), cut_off)
        timer.daemon = True
        timer.start()
        try:
            yield was_cut_off
        finally:
            timer.cancel()
            # The handle must not be closed, and its number given to another, while it is used.
            timer.join()


def _too_slow() -> Unreachable:
    return Unreachable("There was no complete answer in time.")
