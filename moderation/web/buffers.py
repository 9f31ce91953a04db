"""Read what is sent, and hand over what is answered, whole: who is slow at either holds nobody up.

Servers give each request a thread from its headers on, and a client may send its body for as long as it
likes. So a thread works for a request only once all of it is here, and is done with it before the answer
is read; as many work at once as is set, however many others wait for clients.
"""

from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING

from werkzeug.exceptions import HTTPException
from werkzeug.wsgi import get_input_stream

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# Of a body that is too large, so much is read and forgotten: who is still sending hears no answer.
_READ_AWAY = 64 * 1024 * 1024
_CHUNK = 64 * 1024


class Whole:
    """An application that works on `at_once` requests, each read to its end before."""

    def __init__(self, app: "WSGIApplication", *, at_once: int, largest: int) -> None:
        """Wrap `app`, which refuses bodies of more than `largest` bytes."""
        self._app = app
        self._turns = _Turns(at_once)
        self._largest = largest

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a request."""
        body = self._read(environ)
        # Of chunks the length is known by now, and if it is too much. A length that was announced stays:
        # without so many bytes the client is gone, and what came of it is no request.
        if environ.pop("HTTP_TRANSFER_ENCODING", None) or not environ.get("CONTENT_LENGTH"):
            environ["CONTENT_LENGTH"] = str(len(body))
        environ["wsgi.input"] = BytesIO(body)
        # That it is there at all, whatever it says, would have the length forgotten.
        environ.pop("wsgi.input_terminated", None)
        with self._turns:
            answer = self._app(environ, start_response)
            try:
                return [b"".join(answer)]
            finally:
                if hasattr(answer, "close"):
                    answer.close()

    def _read(self, environ: "WSGIEnvironment") -> bytes:
        """Return what was sent, or of more than is taken the beginning, which is still more."""
        kept = bytearray()
        # Beyond what is read away, or where the client is gone, there is nothing more to be done for it.
        with suppress(HTTPException):
            stream = get_input_stream(environ, max_content_length=_READ_AWAY)
            while chunk := stream.read(_CHUNK):
                kept += chunk[: self._largest + 1 - len(kept)]
        return bytes(kept)


class _Turns:
    """So many at once, in the order in which they came: a semaphore lets latecomers pass."""

    def __init__(self, free: int) -> None:
        self._free = free
        self._line: deque[Lock] = deque()
        self._changing = Lock()

    def __enter__(self) -> None:
        with self._changing:
            if self._free:
                self._free -= 1
                return
            mine = Lock()
            mine.acquire()
            self._line.append(mine)
        # Whoever is done next lets the first in the line go on.
        mine.acquire()

    def __exit__(self, *_: object) -> None:
        with self._changing:
            if self._line:
                self._line.popleft().release()
            else:
                self._free += 1
