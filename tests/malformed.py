"""Send what is no HTTP and no JSON to a running service: it must refuse, at once and only once.

    python -m tests.malformed [--json-files FOLDER] [--http-files FOLDER] [--postgresql]

sends the requests that stand here to a service as it ships. Of a folder of JSON it sends each file as
the body, and as a value within one, to every door that takes JSON: files that are named n_ must be
refused. Of a folder of HTTP it sends each file that ends in .http, written as gunicorn's tests are.
"""

import argparse
import http.client
import re
import socket
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from bench.postgresql import postgresql
from tests.conftest import KEY
from tests.durability import served
from tests.running import answers

# Seconds within which a request must be answered or its connection ended; after which a client that was
# not answered says that it has nothing more to say; and after which nothing more comes where one was.
PATIENCE, _DOUBT, _SILENCE = 5.0, 2.0, 0.3
_HOST = "127.0.0.1"
_JSON = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
_STATUS = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})[^\r\n]*\r\n")

_GET = "GET /healthz HTTP/1.1\r\nHost: a\r\n"
_POST = (
    f"POST /api/v1/score HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {KEY}\r\n"
    "Content-Type: application/json\r\n"
)
# What would be answered with 200 if it were taken for a request of its own.
_HIDDEN = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"

REFUSED: dict[str, str] = {
    "no HTTP": "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "no version": "GET /healthz\r\n\r\n",
    "another version": "GET /healthz HTTP/9.9\r\nHost: a\r\n\r\n",
    "a name that is no method": "G@T /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
    "no method": " /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
    "no address": "GET  HTTP/1.1\r\nHost: a\r\n\r\n",
    "blanks in the address": "GET /healthz more HTTP/1.1\r\nHost: a\r\n\r\n",
    "a NUL in the address": "GET /health\0z HTTP/1.1\r\nHost: a\r\n\r\n",
    "a header without a colon": _GET + "Nothing\r\n\r\n",
    "a header without a name": _GET + ": nothing\r\n\r\n",
    "a blank before the colon": _GET + "X-More : 1\r\n\r\n",
    "a name that no header has": _GET + "X-M@(re: 1\r\n\r\n",
    "a folded header": _GET + "X-More: 1\r\n and more\r\n\r\n",
    "a NUL in a header": _GET + "X-More: a\0b\r\n\r\n",
    "a bare CR in a header": _GET + "X-More: a\rb\r\n\r\n",
    "a thousand headers": _GET + "".join(f"X-{number}: 1\r\n" for number in range(1_000)) + "\r\n",
    "a header of a mebibyte": _GET + f"X-More: {'a' * 1024**2}\r\n\r\n",
    "an address of a mebibyte": f"GET /{'a' * 1024**2} HTTP/1.1\r\nHost: a\r\n\r\n",
    "a length that is no number": _POST + "Content-Length: many\r\n\r\n{}",
    "a length below zero": _POST + "Content-Length: -1\r\n\r\n{}",
    "a length with a sign": _POST + f"Content-Length: +2\r\n\r\n{{}}{_HIDDEN}",
    "a length beyond counting": _POST + f"Content-Length: {10**30}\r\n\r\n{{}}",
    "two lengths": _POST + f"Content-Length: 2\r\nContent-Length: 40\r\n\r\n{{}}{_HIDDEN}",
    "two lengths in one": _POST + f"Content-Length: 2, 40\r\n\r\n{{}}{_HIDDEN}",
    "an unknown coding": _POST + f"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n{_HIDDEN}",
    "chunks that are not the last coding": _POST
    + f"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n{_HIDDEN}",
    "a chunk of no size": _POST + f"Transfer-Encoding: chunked\r\n\r\nZ\r\n{{}}\r\n0\r\n\r\n{_HIDDEN}",
    "a chunk of a size below zero": _POST + f"Transfer-Encoding: chunked\r\n\r\n-2\r\n{{}}\r\n{_HIDDEN}",
    "a chunk of a size beyond counting": _POST
    + f"Transfer-Encoding: chunked\r\n\r\n{'F' * 20}\r\n{{}}\r\n0\r\n\r\n{_HIDDEN}",
    "a chunk longer than its size": _POST
    + f"Transfer-Encoding: chunked\r\n\r\n2\r\n{{}}{_HIDDEN}\r\n0\r\n\r\n",
    "chunks in HTTP/1.0": _POST.replace("1.1", "1.0")
    + f"Transfer-Encoding: chunked\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n{_HIDDEN}",
}
"""Each must be answered once, with 4xx; or be hung up on. What stands behind it is never answered."""

TAKEN: dict[str, str] = {
    "chunks": _POST + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    # RFC 9112 lets servers take these; then the chunks count, or lines may end without a CR.
    "a length beside chunks": _POST
    + f"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n{_HIDDEN}",
    "bare line feeds": _GET.replace("\r", "") + "\n",
    "an empty line before": "\r\n" + _GET + "\r\n",
    "the whole address": _GET.replace("/healthz", "http://a/healthz") + "\r\n",
    "more than its length": _POST + "Content-Length: 2\r\n\r\n{}more\r\n\r\n",
    "a method of another case": "get /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
    "no host": "GET /healthz HTTP/1.1\r\n\r\n",
    "two hosts": _GET + "Host: b\r\n\r\n",
    "a host that is none": "GET /console/ HTTP/1.1\r\nHost: a b/c\\<d>\r\n\r\n",
    "bytes that are no text": "GET /console/\xff?\xff=\xfe HTTP/1.1\r\nHost: a\r\nX-More: \xff\r\n\r\n",
    "odd escapes": "GET /console/%ff%zz%00%c0%af/../..%2f HTTP/1.1\r\nHost: a\r\n\r\n",
    "an upgrade": _GET + "Connection: Upgrade\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQ\r\n\r\n",
}
"""Whether these are taken or refused, they are answered, never with 5xx."""


class Met(NamedTuple):
    """What a service did on one connection."""

    # Of each answer, in order.
    statuses: list[int]
    seconds: float
    # Whether it ended the connection.
    has_ended: bool


def meet(port: int, sent: bytes) -> Met:
    """Send bytes as they are, and see what comes back."""
    began = time.monotonic()
    came = b""
    is_saying = True
    with socket.create_connection((_HOST, port), timeout=_DOUBT) as connection:
        try:
            connection.sendall(sent)
            while True:
                try:
                    if not (part := connection.recv(65_536)):
                        has_ended = True
                        break
                except TimeoutError:
                    has_ended = False
                    if came or not is_saying:
                        break
                    # It may still be waiting for the rest.
                    is_saying = False
                    connection.shutdown(socket.SHUT_WR)
                    connection.settimeout(PATIENCE - _DOUBT)
                else:
                    came += part
                    connection.settimeout(_SILENCE)
        except ConnectionError:
            has_ended = True
    return Met([int(status) for status in _STATUS.findall(came)], time.monotonic() - began, has_ended)


def is_refused(met: Met) -> bool:
    """Whether a request was refused at once and once, and nothing that stands behind it was heard."""
    is_one = len(met.statuses) == 1 and 400 <= met.statuses[0] < 500
    is_hung_up = not met.statuses and met.has_ended
    return met.has_ended and met.seconds < PATIENCE and (is_one or is_hung_up)


def is_answered(met: Met) -> bool:
    """Whether a request was answered at once, and never with 5xx."""
    is_heard = bool(met.statuses) or met.has_ended
    return is_heard and met.seconds < PATIENCE and all(one < 500 for one in met.statuses)


_PARTS = ('{{"id": "1", "text": "Good.", "author": {}}}', '{{"id": "1", "text": {}}}')
_GOOGLES_PARTS = ('{{"comment": {{"text": {}}}, "requestedAttributes": {{"TOXICITY": {{}}}}}}',)
# What takes JSON: method, path, and what a value can stand in.
JSON_DOORS = (
    ("POST", "/api/v1/comments", _PARTS),
    ("PUT", "/api/v1/comments/1", _PARTS),
    ("POST", "/api/v1/score", _PARTS),
    ("POST", f"/v1alpha1/comments:analyze?key={KEY}", _GOOGLES_PARTS),
    ("POST", f"/v1alpha1/comments:suggestscore?key={KEY}", _GOOGLES_PARTS),
)
# What takes a body of another kind, where JSON is only bytes.
OTHER_DOORS = (
    ("POST", f"/1.1/comment-check?api_key={KEY}", "application/x-www-form-urlencoded"),
    ("POST", "/console/login", "application/x-www-form-urlencoded"),
    ("POST", f"/batch?key={KEY}", "multipart/mixed; boundary=a"),
)


def bodies(content: bytes) -> Iterator[tuple[str, str, str, bytes]]:
    """Yield what to send for one file: method, path, media type, body."""
    for method, path, parts in JSON_DOORS:
        yield method, path, "application/json", content
        for part in parts:
            before, after = part.format("\0").split("\0")
            yield method, path, "application/json", before.encode() + content + after.encode()
    for method, path, media_type in OTHER_DOORS:
        yield method, path, media_type, content


def try_json(port: int, folder: Path) -> Iterator[tuple[str, int, str]]:
    """Send each file of JSON everywhere; yield what was sent, the status, and what is wrong with it."""
    connection = http.client.HTTPConnection(_HOST, port, timeout=PATIENCE)
    for file in sorted(folder.rglob("*.json")):
        for method, path, media_type, body in bodies(file.read_bytes()):
            connection.request(method, path, body, {**_JSON, "Content-Type": media_type})
            answer = connection.getresponse()
            answer.read()
            is_json = media_type == "application/json"
            must_refuse = is_json and file.name.startswith("n_")
            wrong = ""
            if answer.status >= 500:
                wrong = "is answered with 5xx"
            elif must_refuse and answer.status < 400:
                wrong = "is not refused"
            yield f"{file.name} to {method} {path.partition('?')[0]}", answer.status, wrong
    connection.close()


def read_http(file: Path) -> bytes:
    """Read a request as gunicorn's tests have it: line ends are written out."""
    text = file.read_bytes().replace(b"\n", b"").replace(b"\\r\\n", b"\r\n")
    for written, meant in ((b"\\0", b"\0"), (b"\\n", b"\n"), (b"\\r", b"\r"), (b"\\t", b"\t")):
        text = text.replace(written, meant)
    return text


def main() -> int:
    """Send it all, say what came back, and return 1 where anything went wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.malformed", description=__doc__)
    parser.add_argument("--json-files", type=Path, metavar="FOLDER")
    parser.add_argument("--http-files", type=Path, metavar="FOLDER")
    parser.add_argument("--postgresql", action="store_true", help="instead of SQLite")
    asked = parser.parse_args()
    problems: list[str] = []
    with tempfile.TemporaryDirectory(prefix="malformed-") as place, ExitStack() as until_the_end:
        folder = Path(place)
        url = f"sqlite:///{folder / 'moderation.db'}"
        if asked.postgresql:
            url = until_the_end.enter_context(postgresql())("malformed")
        port = until_the_end.enter_context(served(folder, url))
        requests = {
            name: (sent.encode("latin-1"), name in REFUSED) for name, sent in (REFUSED | TAKEN).items()
        }
        if asked.http_files:
            for file in sorted(asked.http_files.rglob("*.http")):
                requests[str(file.relative_to(asked.http_files))] = (read_http(file), False)
        slowest = 0.0
        for name, (sent, must_refuse) in requests.items():
            met = meet(port, sent)
            slowest = max(slowest, met.seconds)
            if not (is_refused if must_refuse else is_answered)(met):
                problems.append(f"{name}: {met}")
        _say(f"{len(requests):,} requests of bytes, answered within {slowest:.1f} s.")
        if asked.json_files:
            statuses: Counter[int] = Counter()
            for what, status, wrong in try_json(port, asked.json_files):
                statuses[status] += 1
                if wrong:
                    problems.append(f"{what} {wrong}: {status}")
            _say(f"{statuses.total():,} requests with files of JSON, by status: {dict(statuses)}.")
        if not answers(f"http://{_HOST}:{port}/readyz"):
            problems.append("the service does not answer any more")
    _say("\n".join(problems) or "Nothing went wrong.")
    return bool(problems)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
