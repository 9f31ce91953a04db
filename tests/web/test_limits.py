"""A site may be limited to so many comments a minute: exact, whoever counts, and off unless wanted."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from moderation import limits
from moderation.settings import Settings
from moderation.store import Database
from moderation.store.tables import Comment, SiteMinute
from tests.calling import call
from tests.conftest import KEY, SHIPPED_MODELS, add_site, at, listening

MOST = 5
SECOND = timedelta(seconds=1)


def counted(database, site, *, now) -> bool:
    """Whether one more may be stored."""
    with database.writing() as session:
        try:
            limits.check(session.connection(), site.id, most=MOST, now=now)
            limits.count(session, site.id, most=MOST, now=now)
        except limits.TooMany:
            return False
        session.commit()
    return True


def test_each_minute_has_room_for_as_many_and_no_more(database, site):
    other = add_site(database, "paper", KEY[::-1])

    assert [counted(database, site, now=at(0)) for _ in range(MOST + 2)] == [True] * MOST + [False] * 2
    assert counted(database, other, now=at(0))
    assert not counted(database, site, now=at(1) - SECOND)
    assert [counted(database, site, now=at(1)) for _ in range(MOST + 1)] == [True] * MOST + [False]
    # A machine whose clock is a little behind counts with the others.
    assert not counted(database, site, now=at(1) - SECOND)
    # Where a clock was put back or forward, it goes on from there.
    assert counted(database, site, now=at(-60))
    assert counted(database, site, now=at(500))


def test_it_is_exact_however_many_come_at_once(database, site):
    begin = threading.Barrier(4 * MOST)

    def one(_: int) -> bool:
        begin.wait()
        return counted(database, site, now=at(0))

    with ThreadPoolExecutor(4 * MOST) as pool:
        assert sum(pool.map(one, range(4 * MOST))) == MOST


@pytest.fixture
def machines(database_url, tmp_path, monkeypatch):
    """Two services on one database that store few comments a minute, which lasts as long as the test."""
    monkeypatch.setattr("moderation.limits.SECONDS", 10**9)
    database = Database(database_url)
    add_site(database, "blog", KEY)
    settings = Settings(
        instance=tmp_path, database_url=database_url, models=SHIPPED_MODELS, comments_a_minute=MOST
    )
    with ExitStack() as running:
        yield database, [running.enter_context(listening(settings)) for _ in range(2)]
    database.close()


def test_clients_are_told_when_to_come_again_and_nothing_more_is_stored(machines):
    database, addresses = machines

    def send(number: int):
        comment = {"id": str(number), "text": f"The ferry {number} came late."}
        return call("POST", f"{addresses[number % 2]}/api/v1/comments", comment, key=KEY)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(4 * MOST)))
    assert Counter(one.status for one in answers) == {201: MOST, 429: 3 * MOST}
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Comment)) == MOST

    refused = next(one for one in answers if one.status == 429)
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert refused.json["code"] == "too_many_comments"
    wait = refused.headers["Retry-After"]
    assert int(wait) > 0
    assert refused.headers["RateLimit"] == f'"comments";r=0;t={wait}'
    assert refused.headers["RateLimit-Policy"].startswith(f'"comments";q={MOST};w=')

    # What is there already may be sent again; an edit is one more.
    number = next(number for number, one in enumerate(answers) if one.status == 201)
    assert send(number).status == 200
    edit = call("PUT", f"{addresses[0]}/api/v1/comments/{number}", {"text": "It did not."}, key=KEY)
    assert edit.status == 429
    # Asking costs nothing.
    assert call("POST", f"{addresses[0]}/api/v1/score", {"text": "It did not."}, key=KEY).status == 200


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_akismet_client_keeps_back_what_is_too_much(machines, capfd):
    _, (address, _other) = machines
    form = f"api_key={KEY}&blog=https://blog.example.org/&user_ip=192.0.2.7&user_agent=x&comment_content=Late+again"
    told = [
        call(
            "POST",
            f"{address}/1.1/comment-check",
            raw=f"{form}+{number}".encode(),
            media_type="application/x-www-form-urlencoded",
        )
        for number in range(MOST + 1)
    ]

    assert [one.text in {"true", "false"} for one in told] == [True] * MOST + [False]
    assert "unexpected_error" not in capfd.readouterr().err


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_without_a_limit_nothing_is_counted(database_url, database, site, tmp_path):
    with listening(
        Settings(instance=tmp_path, database_url=database_url, models=SHIPPED_MODELS)
    ) as address:
        comment = {"id": "1", "text": "The ferry came late."}
        assert call("POST", f"{address}/api/v1/comments", comment, key=KEY).status == 201

    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(SiteMinute)) == 0
