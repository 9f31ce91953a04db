"""Guessing who somebody is: what it costs the service, and what it tells whoever guesses."""

import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from moderation import moderators
from moderation.settings import Settings
from moderation.store import Database
from moderation.store.tables import FailedLogin
from moderation.web import create_app
from tests.browsing import PASSWORD, Console
from tests.conftest import SHIPPED_MODELS, START, add_moderator, fresh_file, listening

STRANGER = "8.8.8.8"
TOKEN = re.compile(r'name="csrf_token" value="[^"]+"')


class Counting:
    """A hasher that says what it was asked to compare."""

    def __init__(self, hasher: PasswordHasher) -> None:
        self.hasher, self.compared = hasher, []

    def hash(self, password: str) -> str:
        return self.hasher.hash(password)

    def verify(self, kept: str, password: str) -> bool:
        self.compared.append(kept)
        return self.hasher.verify(kept, password)


@pytest.fixture
def hasher(monkeypatch):
    """As quick as in the other tests."""
    counting = Counting(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    monkeypatch.setattr("moderation.moderators.passwords._hasher", counting)
    return counting


@pytest.fixture
def settings(tmp_path):
    return Settings(instance=tmp_path, models=SHIPPED_MODELS, proxies=1)


@pytest.fixture
def service(settings):
    database = Database(fresh_file(settings.instance))
    add_moderator(database, "ana")
    gone = add_moderator(database, "gone")
    with database.writing() as session:
        moderators.add(session, "single", None, now=START)
        moderators.leave(session, gone.id, by="root", now=START)
        session.commit()
    database.close()
    with listening(settings) as address:
        yield address


def test_nobody_learns_whether_a_name_is_known(service, hasher):
    """A wrong password, a name of nobody, somebody who left, and somebody who has no password."""
    told = {}
    for name, password in (
        ("ana", "wrong horse"),
        ("bob", PASSWORD),
        ("gone", PASSWORD),
        ("single", PASSWORD),
    ):
        answer = Console(service).log_in(name, password)
        page = answer.text.replace(f'value="{name}"', "")
        told[name] = (answer.status, TOKEN.sub("", page))

    assert len(hasher.compared) == len(told)
    # The work is that of the hash that is compared: the same for everybody.
    assert len({kept.rsplit("$", 2)[0] for kept in hasher.compared}) == 1
    assert {status for status, _ in told.values()} == {401}
    assert len({page for _, page in told.values()}) == 1


def test_a_password_of_any_length_costs_nothing(service, hasher):
    assert Console(service).log_in("ana", "a" * 1_025).status == 401
    assert hasher.compared == []


def test_many_names_from_one_network_are_slowed_down_and_another_is_not(settings):
    app = prepared(settings)
    most = moderators.FAILURES_A_MINUTE_FROM_ONE_PLACE
    told = [come(app, f"name {number}", f"8.8.8.{number}") for number in range(most + 1)]
    elsewhere = come(app, "name", "8.8.9.1")
    close(app)

    assert told == [401] * most + [429]
    assert elsewhere == 401


def test_a_proxy_that_nobody_told_us_of_is_no_network_of_guessers(settings):
    """Everybody comes from its address: one who guesses must not shut out the others."""
    app = prepared(settings)
    most = moderators.FAILURES_A_MINUTE_FROM_ONE_PLACE
    told = {come(app, f"name {number}", "::ffff:10.0.0.1") for number in range(most + 5)}
    close(app)

    assert told == {401}


def test_a_name_that_looks_like_a_network_counts_for_no_network(settings):
    app = prepared(settings)
    for _ in range(moderators.FAILURES_A_MINUTE_FROM_ONE_PLACE):
        come(app, "\n8.8.8.0/24", "9.9.9.9")
    told = come(app, "ana", STRANGER)
    close(app)

    assert told == 401


def test_of_many_who_log_in_at_once_few_are_let_try_and_the_others_told_at_once(
    settings, hasher, monkeypatch
):
    """Each that is let try takes a thread, and one of them a processor; comments need some as well."""
    app = prepared(settings)
    comparing, go_on = [], threading.Event()

    def slowly(_kept: str, _password: str) -> bool:
        comparing.append(_kept)
        go_on.wait(30)
        return True

    monkeypatch.setattr(hasher, "verify", slowly)
    with ThreadPoolExecutor(2) as pool:
        first = [pool.submit(come, app, "ana", STRANGER) for _ in range(2)]
        while len(tried(settings)) < len(first) or not comparing:
            time.sleep(0.01)
        at_once = len(comparing)
        others = [come(app, f"name {number}", STRANGER) for number in range(50)]
        comments = app.test_client().get("/healthz").status_code
        go_on.set()
        done = [one.result() for one in first]
    close(app)

    assert at_once == 1
    assert others == [429] * 50
    assert comments == 200
    assert done == [303, 303]


def tried(settings):
    """The tries that are counted at this moment."""
    database = Database(settings.where_data_lives())
    with database.reading() as session:
        found = session.scalars(select(FailedLogin.name).where(FailedLogin.name == "ana")).all()
    database.close()
    return found


def prepared(settings):
    database = Database(fresh_file(settings.instance))
    add_moderator(database, "ana")
    database.close()
    app = create_app(settings)
    app.config["WTF_CSRF_ENABLED"] = False
    return app


def come(app, name, address):
    form = {"name": name, "password": "wrong horse"}
    headers = {"X-Forwarded-For": address}
    return app.test_client().post("/console/login", data=form, headers=headers).status_code


def close(app):
    app.extensions["moderation"].database.close()
