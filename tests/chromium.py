"""A real Chromium, and what its pages do that a page of ours must not."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, Request, expect, sync_playwright

LOOKING = Path(__file__).with_name("looking.js")
# Milliseconds until what is expected must be there. Waiting costs nothing where pages are quick.
PATIENCE = 30_000


class Missing(Exception):
    """There is no Chromium on this machine."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start one. Raises Missing."""
    names = ("chromium", "chromium-browser", "google-chrome")
    expect.set_options(timeout=PATIENCE)
    found = next(filter(None, map(shutil.which, names)), None)
    with sync_playwright() as playwright:
        try:
            started = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        except Exception as error:
            if "Executable doesn't exist" not in str(error):
                raise
            raise Missing("no Chromium on this machine") from error
        yield started
        started.close()


class Watched:
    """Notes what a page of the service at `address` does that it must not do."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.problems: list[str] = []
        self._address = address
        page.add_init_script(path=LOOKING)
        page.on("dialog", self._dialog)
        page.on("pageerror", lambda error: self.problems.append(f"error: {error}"))
        page.on("console", self._console)
        page.on("request", self._request)
        page.on("popup", lambda opened: self.problems.append(f"window: {opened.url}"))

    def foreign(self) -> list[str]:
        """What stands on the page by which words could become code."""
        found: list[str] = self.page.evaluate("looking.foreign()")
        return found

    def told(self) -> list[str]:
        """What was noted since this was asked last."""
        told, self.problems = self.problems, []
        return told

    def _dialog(self, dialog) -> None:
        self.problems.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _console(self, message) -> None:
        # Chromium says so of every page that is refused, such as one that there is not.
        is_status = message.text.startswith("Failed to load resource: the server responded")
        if message.type in {"error", "warning"} and not is_status:
            self.problems.append(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith(f"{self._address}/"):
            self.problems.append(f"request: {request.url}")


def log_in(page: Page, address: str, name: str, password: str) -> None:
    """Log in by the page that is there for it, and wait for the one that follows."""
    page.goto(f"{address}/console/login")
    page.fill("#name", name)
    page.fill("#password", password)
    with page.expect_navigation():
        page.click("main [type=submit]")
