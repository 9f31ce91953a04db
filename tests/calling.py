"""Talk HTTP to a running service, as a blog would."""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any, NamedTuple


class Answer(NamedTuple):
    """Status, headers, body and final address of an answer."""

    status: int
    headers: dict[str, str]
    body: bytes
    url: str

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()


def call(
    method: str,
    url: str,
    content: object = None,
    *,
    key: str | None = None,
    raw: bytes | None = None,
    media_type: str = "application/json",
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Send a request and return the answer, whatever its status."""
    body = raw if raw is not None else None if content is None else json.dumps(content).encode()
    sent = {"Content-Type": media_type} if body is not None else {}
    if key:
        sent["Authorization"] = f"Bearer {key}"
    request = urllib.request.Request(url, body, {**sent, **(headers or {})}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return Answer(answer.status, dict(answer.headers), answer.read(), answer.url)
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, dict(error.headers), error.read(), error.url)
