"""Put strings that were made to break pages into every field of the console: they must stay words.

    python -m tests.hostile FOLDER...

reads every .txt file (a string a line) and every .json file (a list of strings, or of objects with a
`payload`) of the folders. Everything is made anew, and listens on this machine only.
"""

import argparse
import itertools
import json
import logging
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

from flask import Flask
from playwright.sync_api import APIResponse, Browser

from moderation.settings import Settings
from moderation.store import Database
from moderation.store.tables import Role
from moderation.web import create_app
from moderation.web.console.unseen import readable
from tests.browsing import PASSWORD
from tests.chromium import Missing, Watched, chromium, log_in
from tests.conftest import add_moderator, fresh_file, listening
from tests.filling import fill
from tests.furnishing import models
from tests.web.pages import Examples, addresses, overviews

# As many as the queue shows at once.
BATCH = 25
# In characters: as much as the shortest field of a comment takes, and a name.
ROOM, ROOM_OF_NAME = 480, 100
_KEYS_OF_OBJECTS = ("payload", "text", "string")
# What of a page's forms can be asked for by its address.
_ASKED = """() => [...new Set([...document.querySelectorAll("form:not([method=post]) [name]")]
  .filter((one) => one.form.method === "get").map((one) => one.name))]"""
# Where what was asked for is shown again.
_TYPED = {"text", "words"}
_FIELD = """([text, name]) =>
  looking.parsed(text).querySelector(`main [name="${name}"]`)?.getAttribute("value") ?? null"""
_BEGINS_ADDRESS = re.compile(r"\s*[a-z][a-z0-9+.\s-]*:", re.IGNORECASE)
_WORDS = """(selector) => {
  const shown = document.querySelector(selector).cloneNode(true);
  for (const sign of shown.querySelectorAll(".sign")) sign.remove();
  return shown.textContent;
}"""


def main() -> int:
    """Run the proof on the folders that are named, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.hostile", description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER")
    chosen = parser.parse_args()
    # A comment says something, and a NUL is refused from whomever it comes.
    every = dict.fromkeys(itertools.chain.from_iterable(map(read, chosen.folders)))
    strings = [one for one in every if one and "\0" not in one]
    bundles = list(bundled(strings))
    # Each request is logged otherwise.
    logging.disable(logging.CRITICAL)
    found = done = 0
    try:
        with chromium() as browser:
            for start in range(0, len(bundles), BATCH):
                some = bundles[start : start + BATCH]
                for problem in problems(browser, some):
                    found += 1
                    _say(problem)
                done += sum(map(len, some))
                _say(f"{done} of {len(strings)} strings: {found} problems.")
    except Missing as missing:
        _say(f"Nothing was proved: {missing}.")
        return 1
    return 1 if found or not strings else 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def read(folder: Path) -> Iterator[str]:
    """Read the strings of a folder's files."""
    for file in sorted(folder.rglob("*")):
        if file.suffix == ".txt":
            yield from file.read_text("utf-8").splitlines()
        elif file.suffix == ".json":
            yield from _of(json.loads(file.read_text("utf-8")))


def _of(content: object) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, list):
        for one in content:
            yield from _of(one)
    elif isinstance(content, dict):
        yield from (content[key] for key in _KEYS_OF_OBJECTS if isinstance(content.get(key), str))


def bundled(strings: Iterable[str], room: int = ROOM) -> Iterator[list[str]]:
    """Put strings together that fit into one field, so that one page shows many.

    Words are as dangerous among others, but for those by which an address would begin.
    """
    bundle: list[str] = []
    for one in strings:
        is_alone = _BEGINS_ADDRESS.match(one) is not None
        if bundle and (is_alone or len("\n".join([*bundle, one])) > room):
            yield bundle
            bundle = []
        bundle.append(one)
        if is_alone:
            yield bundle
            bundle = []
    if bundle:
        yield bundle


class Tried(NamedTuple):
    """A browser on a service whose every field holds strings, and what there is to ask of it."""

    watched: Watched
    address: str
    app: Flask
    # Each by itself.
    strings: Sequence[str]

    def foreign_in(self, answer: APIResponse) -> Iterator[str]:
        """Say what is wrong with a page that was asked for but is not shown."""
        if answer.status >= 500:
            yield f"status {answer.status}"
        yield from self.watched.page.evaluate(
            "(text) => looking.foreign(looking.parsed(text))", answer.text()
        )

    def field_in(self, answer: APIResponse, name: str) -> str | None:
        """Read a field of a page that was asked for, or None where it has none."""
        found: str | None = self.watched.page.evaluate(_FIELD, [answer.text(), name])
        return found


def problems(browser: Browser, bundles: Sequence[Sequence[str]]) -> list[str]:
    """Return what goes wrong where strings stand in every field of the console.

    Comments and all that is kept hold a bundle in each field; what is typed is each string by itself.
    """
    with tempfile.TemporaryDirectory(prefix="moderation-") as folder:
        settings = Settings(
            instance=Path(folder), models=models(Path(folder, "models")), log_format="json"
        )
        database = Database(fresh_file(settings.instance))
        ana = add_moderator(database, "ana", Role.ADMIN)
        comments, examples = fill(database, ana, bundles)
        with listening(settings) as address:
            context = browser.new_context()
            watched = Watched(context.new_page(), address)
            log_in(watched.page, address, "ana", PASSWORD)
            strings = list(itertools.chain.from_iterable(bundles))
            tried = Tried(watched, address, create_app(settings), strings)
            found = [
                *_from_the_spot(tried, examples),
                *_asked_for(tried),
                *_at_the_door(tried, browser),
                *_on_pages(tried, examples),
                *_on_comments(tried, comments),
            ]
            context.close()
        database.close()
    return found


def _on_pages(tried: Tried, examples: Examples) -> Iterator[str]:
    for path in addresses(tried.app, examples):
        answer = tried.watched.page.goto(tried.address + path)
        assert answer
        if answer.status >= 500:
            yield f"{path}: {answer.status}"
        found = tried.watched.foreign() + tried.watched.told()
        yield from (f"{path}: {problem}" for problem in found)


def _on_comments(tried: Tried, comments: Mapping[int, str]) -> Iterator[str]:
    page = tried.watched.page
    for number, word in comments.items():
        page.goto(f"{tried.address}/console/comments/{number}")
        # What cannot be seen is named instead.
        for selector, expected in (
            (".text", readable(_read(word))),
            ("h1", _read(word)[:500].strip()),
        ):
            shown = page.evaluate(_WORDS, selector)
            if expected not in shown:
                yield f"{word!r} is shown as {shown!r}"
        found = tried.watched.foreign() + tried.watched.told()
        yield from (f"{word!r}: {problem}" for problem in found)


def _asked_for(tried: Tried) -> Iterator[str]:
    """Ask for each string wherever one can search or filter."""
    page = tried.watched.page
    for path in overviews(tried.app):
        if "?" in path:
            continue
        page.goto(tried.address + path)
        # Fields of which any word may be asked; the others are refused.
        names = [
            name
            for name in page.evaluate(_ASKED)
            if page.request.get(f"{tried.address}{path}?{urlencode({name: 'word'})}").ok
        ]
        for word in tried.strings if names else ():
            asked = dict.fromkeys(names, word[:100])
            answer = page.request.get(f"{tried.address}{path}?{urlencode(asked)}")
            yield from (f"{path} asked for {word!r}: {one}" for one in tried.foreign_in(answer))
            shown = tried.field_in(answer, next(one for one in names if one in _TYPED))
            # Blanks ask for nothing.
            if answer.ok and word[:100].strip() and shown not in {None, _read(word[:100])}:
                yield f"{path} asked for {word!r} shows {shown!r}"


def _from_the_spot(tried: Tried, examples: Examples) -> Iterator[str]:
    """Put each string on a list of that name, from a comment, and look at what is said of it."""
    page = tried.watched.page
    path = f"{tried.address}/console/comments/{examples['comment_id'][0]}/spot"
    token = tried.field_in(page.request.get(path), "csrf_token") or ""
    for word in tried.strings:
        sent = {
            "csrf_token": token,
            "kind": "terms",
            "entry": word[:1_000],
            "place": f"review:{word[:100]}",
        }
        answer = page.request.post(f"{path}/list", form=sent, headers={"Referer": path})
        yield from (f"{word!r} on a list: {one}" for one in tried.foreign_in(answer))


def _at_the_door(tried: Tried, browser: Browser) -> Iterator[str]:
    """Try to log in by each string, which the page then shows again."""
    context = browser.new_context()
    path = f"{tried.address}/console/login"
    token = tried.field_in(context.request.get(path), "csrf_token") or ""
    # Each try takes as long as a password takes to check.
    for bundle in bundled(tried.strings, ROOM_OF_NAME):
        name = "\n".join(bundle)[:ROOM_OF_NAME]
        sent = {"csrf_token": token, "name": name, "password": "wrong"}
        answer = context.request.post(path, form=sent, headers={"Referer": path})
        yield from (f"{name!r} at the login: {one}" for one in tried.foreign_in(answer))
        shown = tried.field_in(answer, "name")
        if shown != _read(name):
            yield f"{name!r} is shown as {shown!r} at the login"
    context.close()


def _read(word: str) -> str:
    """Return a string as HTML has it."""
    return word.replace("\r\n", "\n").replace("\r", "\n")


if __name__ == "__main__":
    sys.exit(main())
