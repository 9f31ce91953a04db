"""`make bench-console`: how long the moderators' pages take, with few comments stored and with many.

The same pages are asked for through the application itself, on SQLite and on PostgreSQL. The bars:
many comments make no page more than twice as slow, no page asks the database more than twelve times,
and the next comment is there within a tenth of a second of a decision.
"""

import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from statistics import median
from time import perf_counter

from flask.testing import FlaskClient
from sqlalchemy import event, text

from bench import filled
from bench.postgresql import postgresql
from bench.report import number, table
from bench.texts import ROOT
from moderation import moderators
from moderation.draft import Author
from moderation.history import author_key, page_key
from moderation.progress import progress
from moderation.settings import Settings
from moderation.store import Database, upgrade
from moderation.web import create_app

# How many comments are stored, and how many of them wait.
FEW = (1_000, 25)
MANY = (200_000, 5_000)

_TIMES = 9
_PASSWORD = "correct horse battery"  # noqa: S105  Of a database that is gone a minute later.
_NEXT = "next after a decision"

_MOST_TIMES_SLOWER = 2.0
_MOST_QUERIES = 12
_SLOWEST_NEXT = 100.0

# Each finds as many on a page, however many are stored: 25, or none.
_PAGES = {
    "queue": "/console/",
    "queue, common reason": f"/console/?reason={filled.COMMON_REASON}",
    "queue, rare reason": f"/console/?reason={filled.RARE_REASON}",
    "queue, rare word": f"/console/?text={filled.RARE}",
    "queue, older than a day": "/console/?older_than=24",
    "queue, no such author": f"/console/?author={author_key(Author(id='nobody'))}",
    "mine": "/console/?held=mine",
    "approved": "/console/?outcome=approve",
    "search, nothing said": "/console/search",
    "search, common word": f"/console/search?text={filled.COMMON}",
    "search, rare word": f"/console/search?text={filled.RARE}",
    "search, phrase and without": f"/console/search?text=%22on page%22 -{filled.RARE}",
    "search, beginning": f"/console/search?text={filled.COMMON[:4]}*",
    "search, no such word": "/console/search?text=nowhere",
    "search, site": "/console/search?site=2",
    "search, page": f"/console/search?page={page_key('https://1.example.org/')}",
    "search, reason, rejected": "/console/search?reason=spam&outcome=reject",
    "comment": "/console/comments/{waiting}",
}


@dataclass(frozen=True, slots=True)
class Service:
    """An application, as somebody who is logged in asks it, and its database."""

    browser: FlaskClient
    database: Database


@dataclass
class Measured:
    """What was measured of one page: milliseconds, each time; and questions to the database."""

    times: list[float] = field(default_factory=list)
    queries: int = 0

    @property
    def usual(self) -> float:
        """The median of the times."""
        return median(self.times)


def main() -> None:
    """Measure, print, and fail where a bar is missed."""
    missed: list[str] = []
    with tempfile.TemporaryDirectory() as folder, postgresql() as create:
        kinds: dict[str, Callable[[str], str]] = {
            "SQLite": lambda name: f"sqlite:///{folder}/{name}.db",
            "PostgreSQL": create,
        }
        for kind, fresh in kinds.items():
            with _service(fresh("few"), *FEW) as few, _service(fresh("many"), *MANY) as many:
                lines, failures = _told(kind, *_measured(few, many))
            missed += failures
            sys.stdout.write("\n".join([*lines, "", ""]))
    sys.stdout.write("\n".join(missed or ["Every bar is met."]) + "\n")
    sys.exit(bool(missed))


def _told(kind: str, few: dict[str, Measured], many: dict[str, Measured]) -> tuple[list[str], list[str]]:
    rows, missed = [], []
    for page, small in few.items():
        large = many[page]
        ratio = large.usual / small.usual
        queries = max(small.queries, large.queries)
        rows.append([page, number(small.usual), number(large.usual), f"{ratio:.1f}", str(queries)])
        bars = {
            f"{ratio:.1f} times as slow": ratio > _MOST_TIMES_SLOWER,
            f"{queries} queries": page != _NEXT and queries > _MOST_QUERIES,
            f"{large.usual:.0f} ms": page == _NEXT and large.usual > _SLOWEST_NEXT,
        }
        missed += [f"Missed on {kind}: {page}, {what}." for what, is_missed in bars.items() if is_missed]
    columns = ("Page", "few, ms", "many, ms", "ratio", "queries")
    return [f"## {kind}", "", *table(columns, rows)], missed


@contextmanager
def _service(url: str, count: int, waiting: int) -> Iterator[Service]:
    """Fill a database, and serve it to somebody who is logged in."""
    database = Database(url)
    upgrade(database)
    now = datetime.now(UTC)
    with progress() as tell:
        filled.fill(database, count, waiting, now=now, tell=tell)
    with database.writing() as session:
        moderators.add(session, "ana", _PASSWORD, now=now)
        session.commit()
    if database.engine.dialect.name == "postgresql":
        # What its own caretaker does within minutes of so many new rows.
        with database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text("VACUUM ANALYZE"))
    database.close()
    with tempfile.TemporaryDirectory() as instance:
        app = create_app(Settings(instance=Path(instance), database_url=url, models=ROOT / "models"))
        opened: Database = app.extensions["moderation"].database
        browser = app.test_client()
        _send(browser, "/console/login", name="ana", password=_PASSWORD)
        yield Service(browser, opened)
        opened.close()


def _measured(few: Service, many: Service) -> tuple[dict[str, Measured], dict[str, Measured]]:
    """Ask both for every page in turns, so that what else the machine does hits both."""
    found = [{page: Measured() for page in (*_PAGES, _NEXT)} for _ in range(2)]
    for _ in range(_TIMES):
        for page in found[0]:
            for service, measured in zip((few, many), found, strict=True):
                if page == _NEXT:
                    _decide(service, measured[page])
                else:
                    _ask(service, _PAGES[page], measured[page])
    return found[0], found[1]


def _ask(service: Service, path: str, into: Measured) -> None:
    path = path.format(waiting=_number(service.browser.get("/console/next").location))
    with _measuring(service.database, into):
        answer = service.browser.get(path)
    if answer.status_code != HTTPStatus.OK:
        raise SystemExit(f"{path} answered {answer.status}")


def _decide(service: Service, into: Measured) -> None:
    """Decide, and wait until the next comment is shown."""
    browser = service.browser
    path = f"/console/comments/{_number(browser.get('/console/next').location)}"
    shown = browser.get(path).text
    with _measuring(service.database, into):
        after = _send(browser, f"{path}/decision", shown, seen="0", decision="approve")
        browser.get(browser.get(after).location)


def _send(browser: FlaskClient, path: str, page: str | None = None, **fields: str) -> str:
    token = re.search(r'name="csrf_token" value="([^"]+)"', page or browser.get(path).text)
    answer = browser.post(path, data=fields | {"csrf_token": token[1] if token else ""})
    if answer.status_code != HTTPStatus.SEE_OTHER:
        raise SystemExit(f"{path} answered {answer.status}")
    return answer.location


@contextmanager
def _measuring(database: Database, into: Measured) -> Iterator[None]:
    asked = 0

    def count(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        nonlocal asked
        # What begins a transaction asks for nothing.
        asked += not statement.startswith(("BEGIN", "PRAGMA"))

    event.listen(database.engine, "before_cursor_execute", count)
    begun = perf_counter()
    try:
        yield
    finally:
        into.times.append((perf_counter() - begun) * 1_000)
        into.queries = max(into.queries, asked)
        event.remove(database.engine, "before_cursor_execute", count)


def _number(address: str) -> int:
    return int(address.partition("?")[0].rpartition("/")[2])


if __name__ == "__main__":
    main()
