"""A moderator's browser without scripts: pages, their forms, and the cookie."""

import html
import http.cookiejar
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping

from tests.calling import Answer

PASSWORD = "correct horse"


class Console:
    """One browser on the console of the service at `address`."""

    def __init__(self, address: str, headers: Mapping[str, str] | None = None) -> None:
        self.address = address
        self._headers = headers or {}
        self.cookies = http.cookiejar.CookieJar()
        jar = urllib.request.HTTPCookieProcessor(self.cookies)
        self._open = urllib.request.build_opener(jar).open

    def read(self, path: str) -> Answer:
        """Ask for a page, and follow redirects."""
        return self._ask(urllib.request.Request(self.address + path))

    def send(self, page: Answer, path: str, **fields: str | list[str]) -> Answer:
        """Send a form that stands on `page`, with its token, and follow redirects."""
        token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
        assert token, page.text
        return self.send_raw(path, csrf_token=html.unescape(token[1]), **fields)

    def send_raw(self, path: str, **fields: str | list[str]) -> Answer:
        """Send fields as they are."""
        body = urllib.parse.urlencode(fields, doseq=True).encode()
        return self._ask(urllib.request.Request(self.address + path, body))

    def log_in(self, name: str, password: str = PASSWORD) -> Answer:
        """Log in, and return the page that follows."""
        return self.send(self.read("/console/login"), "/console/login", name=name, password=password)

    def decide(self, comment: int, decision: str, *, seen: int | None = None) -> Answer:
        """Open a comment and press a button; `seen` stands for a page that was loaded earlier."""
        page = self.read(f"/console/comments/{comment}")
        shown = re.search(r'name="seen" value="(\d+)"', page.text)
        assert shown, page.text
        return self.send(
            page,
            f"/console/comments/{comment}/decision",
            seen=shown[1] if seen is None else str(seen),
            decision=decision,
        )

    def decide_next(self, decision: str) -> tuple[bool, Answer]:
        """Press a button for what is next; say whether there was anything, and what came of it."""
        page = self.read("/console/next")
        number = re.search(r"/console/comments/(\d+)", page.url)
        seen = re.search(r'name="seen" value="(\d+)"', page.text)
        if not (number and seen):
            return False, page
        address = f"/console/comments/{number[1]}/decision"
        return True, self.send(page, address, seen=seen[1], decision=decision)

    def _ask(self, request: urllib.request.Request) -> Answer:
        request.headers.update(self._headers)
        try:
            with self._open(request, timeout=30) as answer:
                return Answer(answer.status, dict(answer.headers), answer.read(), answer.url)
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, dict(error.headers), error.read(), error.url)


def words(page: Answer) -> str:
    """What a person reads of a page."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.text)).split())
