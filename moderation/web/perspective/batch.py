"""Many calls in one request: parts of `application/http`, each answered as if it had come alone."""

import re
from email.message import Message
from email.parser import BytesHeaderParser
from http import HTTPStatus
from urllib.parse import parse_qsl, unquote, urlsplit

from werkzeug.datastructures import Headers

from moderation.web.perspective import calls
from moderation.web.perspective.failures import Failure

MOST_CALLS = 1_000
"""How many parts a request may have; Google's own clients send no more."""

# Answers are JSON in one line, so that none of them can hold it at the beginning of a line.
_BOUNDARY = "batch_of_answers"

MEDIA_TYPE = f'multipart/mixed; boundary="{_BOUNDARY}"'


def perform(media_type: str, body: bytes, key: str | None) -> bytes:
    """Do every call of a request's `body` and return the body of the answer, of MEDIA_TYPE.

    A part without a key of its own has `key`. Raises Failure where the body holds no parts.
    """
    parts = _parts(media_type, body)
    if not parts:
        raise Failure("A batch is a body of multipart/mixed with parts of application/http.")
    if len(parts) > MOST_CALLS:
        raise Failure(f"The batch request exceeds the limit of {MOST_CALLS} calls.")
    messages = map(_message, parts)
    answers = b"".join(_written(_line(part["Content-ID"]), _answer(part, key)) for part in messages)
    return answers + f"--{_BOUNDARY}--\r\n".encode()


def _parts(media_type: str, body: bytes) -> list[bytes]:
    """Take a body apart at its boundary, once: parsers of mail go into parts of parts, without end."""
    announced = _message(f"Content-Type: {media_type}\r\n\r\n".encode())
    boundary = announced.get_boundary()
    if announced.get_content_maintype() != "multipart" or not boundary:
        return []
    line = rb"(?:\A|\r?\n)--%b(--)?[ \t]*(?=\r?\n|\Z)" % re.escape(
        boundary.encode(errors="surrogateescape")
    )
    # What stands before the first is for nobody; between two stands whether the first of them ends it.
    _, *rest = re.split(line, body)
    parts = []
    for is_end, part in zip(rest[::2], rest[1::2], strict=True):
        if is_end:
            break
        parts.append(part.removeprefix(b"\r").removeprefix(b"\n"))
    return parts


def _answer(part: Message, key: str | None) -> calls.Answer:
    """Do one call. What goes wrong with it is its own answer, and costs the others nothing."""
    try:
        request_line, _, rest = _content(part).partition(b"\n")
        operation, query = _asked(request_line.decode(errors="replace"))
        inner = _message(rest)
        own_key = calls.key(query, Headers((name, _line(value)) for name, value in inner.items()))
        return calls.good(calls.perform(operation, own_key or key, _content(inner)))
    except Exception as error:  # noqa: BLE001
        return calls.bad(error)


def _asked(request_line: str) -> tuple[calls.Operation, dict[str, str]]:
    """Read which operation a line such as `POST /path?key=KEY HTTP/1.1` asks for, and its query."""
    method, _, target = request_line.partition(" ")
    try:
        address = urlsplit(target.rpartition(" ")[0])
    except ValueError as error:
        raise Failure(f"This is no address: {error}.", HTTPStatus.NOT_FOUND) from None
    operation = calls.OPERATIONS.get(unquote(address.path))
    if operation is None or method != "POST":
        raise Failure("There is nothing to call at this address.", HTTPStatus.NOT_FOUND)
    return operation, dict(parse_qsl(address.query))


def _written(content_id: str, answer: calls.Answer) -> bytes:
    """Write an answer as a part, under the id of what it answers."""
    lines = [f"--{_BOUNDARY}", "Content-Type: application/http"]
    if content_id:
        lines.append(f"Content-ID: <response-{content_id.strip('<>')}>")
    lines += ["", f"HTTP/1.1 {answer.status.value} {answer.status.phrase}"]
    headers = {**answer.headers, "Content-Length": str(len(answer.body))}
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + answer.body + b"\r\n"


def _line(value: object) -> str:
    """Write a header's value in one line, however it was folded and whatever bytes it holds."""
    return " ".join(str(value or "").split())


def _message(content: bytes) -> Message:
    return BytesHeaderParser().parsebytes(content)


def _content(message: Message) -> bytes:
    """The bytes that a message holds."""
    content = message.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""
