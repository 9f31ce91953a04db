"""A machine's clock jumps: nobody is kept out for it, nothing is lost, and order stays order."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from itsdangerous import TimestampSigner

from moderation import callbacks, intake, moderators, sites
from moderation.settings import Settings
from moderation.store import Database
from tests.browsing import Console
from tests.calling import call
from tests.conftest import KEY, SHIPPED_MODELS, add_moderator, add_site, fresh_file, left_out, listening
from tests.receiving import Receiver, receiving
from tests.serving import Service

GUESSES = moderators.FAILURES_A_MINUTE
LET_IN, GUESSED, TOO_OFTEN = 200, 401, 429


class Stage:
    """A service whose clock a test puts forward and back, and a site that is told of decisions."""

    def __init__(self, folder: Path, library: Path, receiver: Receiver) -> None:
        self.receiver = receiver
        self.database = Database(fresh_file(folder))
        add_site(self.database, "blog", KEY)
        for name in ("ana", "ben"):
            add_moderator(self.database, name)
        with self.database.writing() as session:
            callbacks.register(session, sites.by_name(session, "blog"), receiver.url)
            session.commit()
        self._clock = folder / "clock"
        self.put("+0")
        self.service = Service(
            folder,
            f"sqlite:///{folder / 'moderation.db'}",
            settings={
                "LD_PRELOAD": str(library),
                "FAKETIME_TIMESTAMP_FILE": str(self._clock),
                "FAKETIME_NO_CACHE": "1",
                # What machines count since their start goes on evenly, whatever the clock does.
                "FAKETIME_DONT_FAKE_MONOTONIC": "1",
                "MODERATION_CALLBACK_NETWORKS": "127.0.0.0/8",
            },
        )

    def put(self, clock: str) -> None:
        """Let the machine's clock jump: so far from the true time, or to a moment."""
        # All at once, so that no process reads half of it.
        beside = self._clock.with_name("beside")
        beside.write_text(clock)
        beside.replace(self._clock)

    def comes_and_is_decided(self, identifier: str, browser: Console, now: datetime) -> None:
        """Send a comment, decide on it, and see that the site is told soon."""
        comment = {"id": identifier, "text": f"The ferry {identifier} came late again."}
        answer = call("POST", f"{self.service.address}/api/v1/comments", comment, key=KEY)
        assert answer.status == 201, answer
        with self.database.reading() as session:
            found = intake.latest(session, sites.by_name(session, "blog"), identifier)
        assert abs(found.received_at - now) < timedelta(minutes=2)
        assert browser.decide(found.id, "approve").status == 200
        deadline = time.monotonic() + 10
        while identifier not in {one.json["data"]["id"] for one in self.receiver.heard}:
            assert time.monotonic() < deadline, "the site was not told"
            time.sleep(0.05)

    def browser(self) -> Console:
        """A browser that nobody is logged in with."""
        return Console(self.service.address)

    def guess(self, name: str, times: int) -> list[int]:
        """Try wrong passwords, and say how each was answered."""
        browser = self.browser()
        return [browser.log_in(name, "a wrong one").status for _ in range(times)]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with receiving() as receiver:
        made = Stage(tmp_path, faketime(), receiver)
        made.service.start()
        try:
            yield made
        finally:
            made.service.stop()
            made.database.close()


def faketime() -> Path:
    """The library that lets a process see another time."""
    unpacked = Path(__file__).parents[2] / ".venv" / "faketime"
    for folder in (unpacked, Path("/")):
        for found in folder.glob("usr/lib/*/faketime/libfaketime.so.1"):
            return found
    left_out("libfaketime is not installed")
    raise AssertionError


@pytest.mark.parametrize("later", [-2, 40 * 24 * 3600], ids=["behind", "weeks"])
def test_only_the_database_says_how_long_a_login_holds(tmp_path: Path, monkeypatch, later: int):
    database = Database(fresh_file(tmp_path))
    add_moderator(database, "ana")
    database.close()
    with listening(Settings(instance=tmp_path, models=SHIPPED_MODELS, login_hours=8_760)) as address:
        browser = Console(address)
        assert browser.log_in("ana").url.endswith("/console/")
        signed_at = TimestampSigner.get_timestamp
        monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda signer: signed_at(signer) + later)

        assert browser.read("/console/").url.endswith("/console/")


@pytest.mark.long
def test_jumps_of_the_clock_lose_nothing_and_keep_nobody_out(stage: Stage):
    now = datetime.now(UTC)
    ana = stage.browser()
    assert ana.log_in("ana").status == LET_IN
    stage.comes_and_is_decided("1", ana, now)
    # What is counted when the clock is put back.
    assert stage.guess("ben", GUESSES + 1) == [GUESSED] * GUESSES + [TOO_OFTEN]

    stage.put("-1h")
    # Whoever was logged in still is, and what was counted is not in the way for an hour.
    stage.comes_and_is_decided("2", ana, now - timedelta(hours=1))
    assert stage.guess("ben", GUESSES + 1) == [GUESSED] * GUESSES + [TOO_OFTEN]

    # Past what 32 bits count.
    for identifier, clock, there in (
        ("3", "+1y", now + timedelta(days=365)),
        ("4", "@2038-01-20 03:14:08", datetime(2038, 1, 20, 3, 14, 8, tzinfo=UTC)),
    ):
        stage.put(clock)
        # Logins are over after twelve hours, and anybody may log in anew.
        assert ana.read("/console/").url.endswith("/console/login")
        assert ana.log_in("ana").status == LET_IN
        stage.comes_and_is_decided(identifier, ana, there)
        assert stage.guess("ben", GUESSES + 1) == [GUESSED] * GUESSES + [TOO_OFTEN]

    stage.put("+0")
    assert stage.browser().log_in("ben").status == LET_IN
    stage.comes_and_is_decided("5", ana, now)

    feed = call("GET", f"{stage.service.address}/api/v1/decisions", key=KEY).json["decisions"]
    assert [one["id"] for one in feed] == ["1", "2", "3", "4", "5"]
