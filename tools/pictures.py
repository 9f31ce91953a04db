"""Take the pictures of the console that the documentation shows: `python -m tools.pictures [FOLDER]`.

Starts the demo on ports of its own, lets a moderator do a few things, and photographs the pages. With a
FOLDER, every page goes there, light and dark, on a desk and on a telephone; without, only what is shown.
"""

import argparse
import base64
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, Page

from moderation.settings import Settings
from moderation.web import create_app
from tests.chromium import chromium, log_in
from tests.running import free_port, running
from tests.web.pages import overviews

ROOT = Path(__file__).parents[1]
PASSWORD = "demo-password"  # noqa: S105  Everybody may know the demo's.
SHOWN = ROOT / "docs" / "pictures" / "console"
# Of 100; text stays sharp, and a picture is some 40 KB.
_QUALITY = 72
_HEIGHT = 900


class Look(NamedTuple):
    """How a page is looked at."""

    scheme: str
    width: int


DESK, NIGHT, TELEPHONE = Look("light", 1280), Look("dark", 1280), Look("light", 390)
EVERY = (DESK, NIGHT, TELEPHONE, Look("dark", 390))
# What the documentation shows; every other page that stands by itself is shown on a desk.
OFTEN = {"queue": (DESK, NIGHT, TELEPHONE), "comment": (DESK, NIGHT, TELEPHONE)}
# Pages that say nothing in a picture.
LEFT_OUT = frozenset({"login", "password", "rollback"})


def main() -> int:
    """Take the pictures, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.pictures", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", help="where every page goes")
    folder: Path | None = parser.parse_args().folder
    into = folder or SHOWN
    shutil.rmtree(into, ignore_errors=True)
    into.mkdir(parents=True)
    with _demo() as address, chromium() as browser:
        pages = _work(browser, address)
        for look in EVERY:
            page = _opened(browser, address, look)
            for name, path in pages.items():
                if folder or look in OFTEN.get(name, (DESK,)):
                    page.goto(address + path)
                    _take(page, into / f"{name}-{look.scheme}-{look.width}.webp")
            page.context.close()
    for picture in sorted(into.iterdir()):
        sys.stdout.write(f"{picture.stat().st_size // 1024:5} KB  {picture.name}\n")
    return 0


@contextmanager
def _demo() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="moderation-") as folder:
        log, port = Path(folder) / "log", free_port()
        words: list[str | Path] = [sys.executable, ROOT / "examples" / "blog" / "demo.py"]
        words += ["--port", str(port), "--blog-port", str(free_port()), "--instance", f"{folder}/demo"]
        with running(words, lambda: "Ctrl-C" in log.read_text(), log=log, directory=ROOT):
            yield f"http://127.0.0.1:{port}"


def _work(browser: Browser, address: str) -> dict[str, str]:
    """Decide on a few comments, so that there is something to see; return the pages by their names."""
    page = _opened(browser, address, DESK)
    for key in "sda":
        page.goto(f"{address}/console/next")
        page.wait_for_selector("html[data-keys=on]", state="attached")
        with page.expect_navigation():
            page.keyboard.press(key)
    # One in which the classifier found words to mark.
    page.goto(f"{address}/console/next?reason=toxicity")
    comment = page.url.removeprefix(address)
    page.context.close()
    with tempfile.TemporaryDirectory() as folder:
        paths = overviews(create_app(Settings(instance=Path(folder))))
    named = {path.removeprefix("/console/") or "queue": path for path in paths if "?" not in path}
    return {"comment": comment} | {
        name: path for name, path in named.items() if "/" not in name and name not in LEFT_OUT
    }


def _opened(browser: Browser, address: str, look: Look) -> Page:
    context = browser.new_context(
        viewport={"width": look.width, "height": _HEIGHT},
        color_scheme="dark" if look.scheme == "dark" else "light",
        has_touch=look.width < DESK.width,
    )
    page = context.new_page()
    log_in(page, address, "ana", PASSWORD)
    return page


def _take(page: Page, file: Path) -> None:
    # Playwright itself writes no WebP, which is a third of the size.
    session = page.context.new_cdp_session(page)
    taken = session.send("Page.captureScreenshot", {"format": "webp", "quality": _QUALITY})
    file.write_bytes(base64.b64decode(taken["data"]))


if __name__ == "__main__":
    sys.exit(main())
