"""Ask as an Akismet client does: to a host that it has built in, in a form."""

import http.client
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from tests.calling import Answer

OLD_PLUGIN = "WordPress/6.1.9 | Akismet/5.0.2"
NEW_PLUGIN = "WordPress/7.1 | Akismet/5.7.2"
LIBRARY = "example/1.0 | Akismet/1.0"

# So short that it may be said on every blog of the service without being taken for a copy.
GOOD = "Thank you, I agree."
ABUSE = "you are a worthless idiot, nobody wants you here"
SPAM = "Best online casino! 500 free spins, no deposit bonus: http://lucky-spins.example/win"
# The shipped model does not read it, so a person decides.
DOUBTFUL = "Vielen Dank, so hatte ich das noch nie gesehen. Der zweite Teil hat mir sehr geholfen."

# For what no database sees.
ON_SQLITE = pytest.mark.parametrize("service", ["sqlite"], indirect=True)

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Blog:
    """A blog that knows where Akismet is, and its key."""

    address: str
    key: str
    url: str

    @property
    def callback(self) -> str:
        """Where its plugin waits to be told."""
        return f"{self.url}/wp-json/akismet/v1/webhook"

    def call(
        self,
        path: str,
        fields: dict[str, str] | list[tuple[str, str]] | None = None,
        *,
        raw: bytes | None = None,
        method: str = "POST",
        host: str = "rest.akismet.com",
        user_agent: str = LIBRARY,
        media_type: str = FORM,
    ) -> Answer:
        """Send a request for `path` to a host of any name."""
        body = raw if raw is not None else urlencode(fields or {}).encode()
        connection = http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=30)
        headers = {"Host": host, "User-Agent": user_agent, "Content-Type": media_type}
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            # Clients read the names of headers without regard to case.
            named = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, named, answer.read(), path)
        finally:
            connection.close()

    def fields(self, text: str, **fields: str) -> dict[str, str]:
        """What each call about a comment must have."""
        return {
            "api_key": self.key,
            "blog": self.url,
            "user_ip": "192.0.2.7",
            "comment_author": "ana",
            "comment_author_email": "ana@example.org",
            "comment_content": text,
            **fields,
        }

    def check(self, text: str, *, user_agent: str = LIBRARY, **fields: str) -> Answer:
        """Ask whether a comment of ana's is spam."""
        return self.call("/1.1/comment-check", self.fields(text, **fields), user_agent=user_agent)

    def report(self, verb: str, text: str, **fields: str) -> Answer:
        """Say that a comment of ana's is `spam` or `ham`."""
        return self.call(f"/1.1/submit-{verb}", self.fields(text, **fields))


def guid(answer: Answer) -> str:
    """The id of an answer to a check, which every one has."""
    found: Any = answer.headers.get("x-akismet-guid")
    assert found, answer
    assert len(found) <= 255
    return str(found)
