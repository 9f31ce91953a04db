"""Put strings that were made to break pages into every field of the console: they must stay words.

    python -m tests.hostile FOLDER...

reads every .txt file (a string a line) and every .json file (a list of strings, or of objects with a
`payload`) of the folders. Everything is made anew, and listens on this machine only.
"""

import argparse
import itertools
import json
import logging
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import msgspec
from flask import Flask
from playwright.sync_api import Browser, Page

from moderation import callbacks, delivery, intake, review
from moderation.draft import Submission
from moderation.rules import ListKind, Mode, Scope
from moderation.settings import Settings
from moderation.store import Database, upgrade
from moderation.store.tables import AuditEntry, Moderator, Note, Role, Site, SiteList
from moderation.verdict import Action, Signal, Thresholds, Verdict
from moderation.web import create_app
from tests.browsing import PASSWORD
from tests.chromium import Missing, Watched, chromium, log_in
from tests.conftest import SHIPPED_MODELS, add_moderator, listening
from tests.web.pages import addresses, overviews

# As many as a list shows at once.
BATCH = 50
_KEYS_OF_OBJECTS = ("payload", "text", "string")
# What of a page's forms can be asked for by its address.
_ASKED = """() => [...new Set([...document.querySelectorAll("form:not([method=post]) [name]")]
  .filter((one) => one.form.method === "get").map((one) => one.name))]"""
_WORDS = "(selector) => document.querySelector(selector).textContent"


def main() -> int:
    """Run the proof on the folders that are named, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.hostile", description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER")
    chosen = parser.parse_args()
    strings = list(dict.fromkeys(itertools.chain.from_iterable(map(read, chosen.folders))))
    # Each request is logged otherwise.
    logging.disable(logging.CRITICAL)
    found: list[str] = []
    try:
        with chromium() as browser:
            for start in range(0, len(strings), BATCH):
                found += problems(browser, strings[start : start + BATCH])
                done = min(start + BATCH, len(strings))
                _say(f"{done} of {len(strings)} strings: {len(found)} problems.")
    except Missing as missing:
        _say(f"Nothing was proved: {missing}.")
        return 1
    for problem in found:
        _say(problem)
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


def problems(browser: Browser, strings: Sequence[str]) -> list[str]:
    """Return what goes wrong where `strings` stand in every field of the console."""
    with tempfile.TemporaryDirectory(prefix="moderation-") as folder:
        settings = Settings(instance=Path(folder), models=SHIPPED_MODELS, log_format="json")
        database = Database(settings.where_data_lives())
        upgrade(database)
        add_moderator(database, "ana", Role.ADMIN)
        comments, examples = _fill(database, strings)
        with listening(settings) as address:
            context = browser.new_context()
            watched = Watched(context.new_page(), address)
            log_in(watched.page, address, "ana", PASSWORD)
            app = create_app(settings)
            found = [
                *_on_pages(watched, address, app, examples),
                *_on_comments(watched, address, comments),
                *_asked_for(watched, address, app, strings),
                *_at_the_door(watched, address, browser, strings),
            ]
            context.close()
        database.close()
    return found


def _fill(database: Database, strings: Iterable[str]) -> tuple[dict[int, str], dict[str, object]]:
    """Put each string into every field; return the comments' numbers with theirs, and examples."""
    now = datetime.now(UTC)
    comments: dict[int, str] = {}
    for number, word in enumerate(strings):
        draft = _draft(str(number), word)
        if draft is None:
            continue
        with database.writing() as session:
            site = Site(
                name=f"{word[:90]} {number}",
                url="https://blog.example.org/",
                key_hash=str(number),
                created_at=now,
            )
            by = Moderator(name=f"{word[:90]} {number}", role=Role.MODERATOR, created_at=now)
            session.add_all([site, by])
            session.flush()
            callbacks.register(session, site, "https://blog.example.org/heard")
            comment, _ = intake.record(session, site, draft, _verdict(word), now=now)
            decision = review.report(session, comment.id, word[:200], Action.REVIEW, now=now)
            review.decide(session, comment.id, by, Action.REVIEW, seen=1, now=now)
            claimed = delivery.claim(session, site.id, now=now)
            assert decision
            assert claimed
            delivery.failed(session, claimed, word, most_attempts=number % 2 + 1, now=now)
            session.add_all(_beside(comment.id, site.id, by, word, now))
            session.commit()
            comments[comment.id] = word
            examples = {
                "comment_id": comment.id,
                "decision_id": decision.id,
                "delivery_id": claimed.id,
                "site_id": site.id,
            }
    return comments, examples


def _draft(number: str, word: str) -> Submission | None:
    """Return a comment with `word` in every field, or None where no site may send such a word."""
    author = dict.fromkeys(("name", "email", "url", "ip", "user_agent"), word[:500])
    draft = {
        "id": f"{word[:200]} {number}",
        "text": word,
        "author": {**author, "id": word[:250] or None},
        "page": {"url": word[:2_000], "title": word[:2_000]},
        "parent_id": word[:250] or None,
    }
    try:
        return msgspec.convert(draft, Submission)
    except msgspec.ValidationError:
        return None


def _verdict(word: str) -> Verdict:
    # Messages quote what readers wrote and what owners listed.
    reason = Signal(
        source=f"list:{word[:80]}",
        code=word[:60],
        message=word,
        action=Action.REVIEW,
        weight=1.0,
        spans=((0, max(len(word) // 2, 1)),),
    )
    return Verdict(
        action=Action.REVIEW,
        probability=0.5,
        scores={"spam": 0.5},
        reasons=(reason,),
        model=word[:100],
        policy=word[:100],
        thresholds=Thresholds(review_at=0.2, reject_at=0.8),
    )


def _beside(
    comment_id: int, site_id: int, by: Moderator, word: str, now: datetime
) -> list[Note | SiteList | AuditEntry]:
    return [
        Note(comment_id=comment_id, moderator_id=by.id, written_at=now, text=word),
        SiteList(
            site_id=site_id,
            name=word[:100],
            kind=ListKind.TERMS,
            action=Action.REVIEW,
            scopes=(Scope.TEXT,),
            mode=Mode.LIVE,
            entries=word,
            updated_at=now,
        ),
        AuditEntry(
            done_at=now,
            moderator_id=by.id,
            done_by=by.name,
            act=word[:50],
            site_id=site_id,
            subject=word[:255],
            details=word,
        ),
    ]


def _on_pages(watched: Watched, address: str, app: Flask, examples: dict[str, object]) -> Iterator[str]:
    for path in addresses(app, examples):
        answer = watched.page.goto(address + path)
        assert answer
        if answer.status >= 500:
            yield f"{path}: {answer.status}"
        yield from (f"{path}: {problem}" for problem in watched.foreign() + watched.told())


def _on_comments(watched: Watched, address: str, comments: dict[int, str]) -> Iterator[str]:
    for number, word in comments.items():
        watched.page.goto(f"{address}/console/comments/{number}")
        # As HTML has them.
        read = word.replace("\r\n", "\n").replace("\r", "\n")
        for selector, expected in ((".text", read), ("h1", read[:500].strip())):
            shown = watched.page.evaluate(_WORDS, selector)
            if expected not in shown:
                yield f"{word!r} is shown as {shown!r}"
        yield from (f"{word!r}: {problem}" for problem in watched.foreign() + watched.told())


def _asked_for(watched: Watched, address: str, app: Flask, strings: Iterable[str]) -> Iterator[str]:
    """Ask for each string wherever one can search or filter."""
    asked = {}
    for path in overviews(app):
        watched.page.goto(address + path)
        if "?" not in path and (names := watched.page.evaluate(_ASKED)):
            asked[path] = names
    for (path, names), word in itertools.product(asked.items(), strings):
        watched.page.goto(f"{address}{path}?{urlencode(dict.fromkeys(names, word))}")
        told = watched.foreign() + watched.told()
        yield from (f"{path} asked for {word!r}: {problem}" for problem in told)


def _at_the_door(
    watched: Watched, address: str, browser: Browser, strings: Iterable[str]
) -> Iterator[str]:
    """Try to log in by each string, which the page then shows again."""
    context = browser.new_context()
    stranger = Watched(context.new_page(), address)
    for word in strings:
        # The field takes a line of a hundred UTF-16 units.
        name = word[:50].replace("\n", "").replace("\r", "")
        _knock(stranger.page, address, name)
        if stranger.page.input_value("#name") != name:
            yield f"{word!r} is shown as {stranger.page.input_value('#name')!r} at the login"
        yield from (f"{word!r} at the login: {one}" for one in stranger.foreign() + stranger.told())
    context.close()


def _knock(page: Page, address: str, name: str) -> None:
    page.goto(f"{address}/console/login")
    page.fill("#name", name)
    page.fill("#password", "wrong")
    # Some names are blank, which the page itself would hold back.
    page.evaluate("document.querySelector('main form').noValidate = true")
    with page.expect_navigation():
        page.click("main [type=submit]")


if __name__ == "__main__":
    sys.exit(main())
