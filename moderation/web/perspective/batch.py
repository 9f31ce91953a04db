"""Many calls in one request: parts of `application/http`, each answered as if it had come alone."""

from email.message import Message
from email.parser import BytesParser
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
    whole = _message(f"Content-Type: {media_type}\r\n\r\n".encode() + body)
    if not whole.is_multipart():
        raise Failure("A batch is a body of multipart/mixed with parts of application/http.")
    parts = list(map(_part, whole.get_payload()))
    if len(parts) > MOST_CALLS:
        raise Failure(f"The batch request exceeds the limit of {MOST_CALLS} calls.")
    answers = b"".join(_written(part["Content-ID"], _answer(part, key)) for part in parts)
    return answers + f"--{_BOUNDARY}--\r\n".encode()


def _answer(part: Message, key: str | None) -> calls.Answer:
    """Do one call. What goes wrong with it is its own answer, and costs the others nothing."""
    try:
        request_line, _, rest = _content(part).partition(b"\n")
        operation, query = _asked(request_line.decode())
        inner = _message(rest)
        own_key = calls.key(query, Headers(inner.items()))
        return calls.good(calls.perform(operation, own_key or key, _content(inner)))
    except Exception as error:  # noqa: BLE001
        return calls.bad(error)


def _asked(request_line: str) -> tuple[calls.Operation, dict[str, str]]:
    """Read which operation a line such as `POST /path?key=KEY HTTP/1.1` asks for, and its query."""
    method, _, target = request_line.partition(" ")
    address = urlsplit(target.rpartition(" ")[0])
    operation = calls.OPERATIONS.get(unquote(address.path))
    if operation is None or method != "POST":
        raise Failure("There is nothing to call at this address.", HTTPStatus.NOT_FOUND)
    return operation, dict(parse_qsl(address.query))


def _written(content_id: str | None, answer: calls.Answer) -> bytes:
    """Write an answer as a part, under the id of what it answers."""
    lines = [f"--{_BOUNDARY}", "Content-Type: application/http"]
    if content_id:
        # In one line, however the client has folded it.
        lines.append(f"Content-ID: <response-{' '.join(content_id.split()).strip('<>')}>")
    lines += ["", f"HTTP/1.1 {answer.status.value} {answer.status.phrase}"]
    headers = {**answer.headers, "Content-Length": str(len(answer.body))}
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + answer.body + b"\r\n"


def _message(content: bytes) -> Message:
    return BytesParser().parsebytes(content)


def _part(part: object) -> Message:
    return part if isinstance(part, Message) else Message()


def _content(message: Message) -> bytes:
    """The bytes that a message holds; none if it is in parts again."""
    content = message.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""
