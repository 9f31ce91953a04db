"""What ends, ends in every process at once: a real service of several processes, on both databases."""

import secrets
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest

from moderation import moderators, sites
from moderation.store import Database
from tests.browsing import PASSWORD, Console
from tests.calling import call
from tests.conftest import KEY, SHIPPED_MODELS, START, add_moderator, add_site, fresh_database
from tests.running import MODERATION, answers, free_port, running

PROCESSES = 2
# So many requests over connections of their own come to every process.
MANY = 16


class Service(NamedTuple):
    """A service of several processes: where it is, its database and its log."""

    address: str
    database_url: str
    log: Path


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def service(request, tmp_path):
    folder = tmp_path
    url = fresh_database(request, folder)
    database = Database(url)
    add_site(database, "blog", KEY)
    for name in ("ana", "ben"):
        add_moderator(database, name)
    database.close()
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    environment = {
        "MODERATION_INSTANCE": str(folder),
        "MODERATION_DATABASE_URL": url,
        "MODERATION_MODELS": str(SHIPPED_MODELS),
        "MODERATION_WORKERS": str(PROCESSES),
        "MODERATION_LOG_FORMAT": "json",
    }
    log = folder / "log"
    with running(
        [MODERATION, "serve", "--port", str(port)],
        lambda: answers(f"{address}/readyz"),
        log=log,
        environment=environment,
    ):
        yield Service(address, url, log)


def test_guesses_logins_and_keys_end_in_every_process_at_once(service):
    guesses_are_counted_together(service)
    a_login_ends(service)
    a_key_ends(service)


def guesses_are_counted_together(service):
    """Those who come while others are at it are sent away as well, and told the same."""
    guesses = [secrets.token_hex(8) for _ in range(MANY)]

    def guess(password: str) -> int:
        return Console(service.address).log_in("ana", password).status

    with ThreadPoolExecutor(2 * PROCESSES) as pool:
        told = [*pool.map(guess, guesses), guess(guesses[0]), guess(PASSWORD)]

    assert told.count(401) == moderators.FAILURES_A_MINUTE
    assert told.count(429) == len(told) - moderators.FAILURES_A_MINUTE
    assert told[-1] == 429
    assert Console(service.address).log_in("ben").status == 200
    logged = service.log.read_text()
    assert "login_failed" in logged
    assert not [word for word in (*guesses, PASSWORD) if word in logged]


def a_login_ends(service):
    ben = Console(service.address)
    page = ben.log_in("ben")
    kept = list(ben.cookies)
    opened = [ben.read("/console/account").url for _ in range(MANY)]
    ben.send(page, "/console/logout")
    for cookie in kept:
        ben.cookies.set_cookie(cookie)
    led = [ben.read("/console/account").url for _ in range(MANY)]

    assert {url.rpartition("/")[2] for url in opened} == {"account"}
    assert {url.rpartition("/")[2] for url in led} == {"login"}
    assert not [one.value for one in kept if one.value in service.log.read_text()]


def a_key_ends(service):
    url = f"{service.address}/api/v1/comments/1"
    known = [call("GET", url, key=KEY).status for _ in range(MANY)]
    database = Database(service.database_url)
    with database.writing() as session:
        key = sites.rotate(session, sites.by_name(session, "blog"), by="ana", now=START)
        session.commit()
    database.close()
    old = [call("GET", url, key=KEY).status for _ in range(MANY)]
    new = [call("GET", url, key=key).status for _ in range(MANY)]

    assert (set(known), set(old), set(new)) == ({404}, {401}, {404})
    logged = service.log.read_text()
    assert logged.count('"route": "/api/v1/comments/<identifier:comment_id>"') == 3 * MANY
    assert KEY not in logged
    assert key not in logged
