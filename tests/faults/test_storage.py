"""Whatever the disk does, nothing is acknowledged that is not kept, and all goes on by itself."""

import json
import os
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from moderation.store import Database
from tests.browsing import Console
from tests.calling import Answer, call
from tests.conftest import KEY, SHIPPED_MODELS, add_moderator, add_site, fresh_file, left_out
from tests.faults.mounting import read_only, resize, small_disk
from tests.running import MODERATION, free_port
from tests.serving import Service

TEXT = "Unlogged: the ferry came late again on Monday."
# What each line orders tests/faults/failing.c to do, and the code by which the log names it.
FAULTS = {
    "fdatasync 5": "SQLITE_IOERR_FSYNC",
    "pwrite64 5": "SQLITE_IOERR_WRITE",
    "pwrite64 28": "SQLITE_FULL",
    # The system made the disk read-only, as it does where it found it damaged.
    "pwrite64 30": "SQLITE_IOERR_WRITE",
}


class Stage:
    """A service on SQLite whose disk fails, a site that sends comments, and a moderator's browser."""

    def __init__(self, folder: Path, database: Path, **settings: str) -> None:
        made = Database(fresh_file(database))
        add_site(made, "blog", KEY)
        add_moderator(made, "ana")
        made.close()
        self.file = database / "moderation.db"
        self.service = Service(
            folder, f"sqlite:///{self.file}", settings={"MODERATION_LOG_FORMAT": "json", **settings}
        )
        self.service.start()
        self.acknowledged: list[str] = []
        self.console = Console(self.service.address)
        assert self.console.log_in("ana").url.endswith("/console/")
        self._sent = 0

    def post(self, length: int = 0) -> Answer:
        """Send a new comment; keep its id where it was acknowledged."""
        self._sent += 1
        comment = {"id": str(self._sent), "text": TEXT + " again" * length}
        answer = call("POST", f"{self.service.address}/api/v1/comments", comment, key=KEY)
        if answer.status in {200, 201}:
            self.acknowledged.append(comment["id"])
        return answer

    def post_until(self, status: int, *, length: int = 0, most: int = 500) -> Answer:
        """Send comments until one is answered so."""
        for _ in range(most):
            answer = self.post(length)
            if answer.status == status:
                return answer
        pytest.fail(f"none of {most} comments was answered with {status}")

    def status(self, expected: str) -> Answer:
        """Ask whether it can work until it says `expected`: it looks once a second in each process."""
        deadline = time.monotonic() + 10
        while True:
            answer = call("GET", f"{self.service.address}/readyz")
            if answer.json["status"] == expected:
                return answer
            assert time.monotonic() < deadline, answer
            time.sleep(0.1)

    def assert_people_can_read(self) -> None:
        """Not even that a login was used must be written for it."""
        assert self.console.read("/console/").status == 200
        assert self.console.read("/console/comments/1").status == 200
        looked_up = call("GET", f"{self.service.address}/api/v1/comments/1", key=KEY)
        assert looked_up.status == 200

    def let_login_be_old(self) -> None:
        """So that the next page has something to write."""
        with closing(sqlite3.connect(self.file)) as connection, connection:
            connection.execute("UPDATE logins SET seen_at = '2020-01-01 00:00:00.000000'")

    def assert_kept(self) -> None:
        """All that was acknowledged is there once, in a database that is whole."""
        with closing(sqlite3.connect(self.file)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            rows = connection.execute("SELECT external_id FROM comments").fetchall()
        names = [row[0] for row in rows]
        assert len(names) == len(set(names))
        assert set(self.acknowledged) <= set(names)

    def logged(self) -> list[dict[str, object]]:
        """What the service told operators, none of which is what readers wrote."""
        found = self.service.log.read_text()
        assert "Unlogged" not in found
        assert KEY not in found
        return [json.loads(line) for line in found.splitlines()]


def assert_refused(answer: Answer) -> None:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    assert (answer.status, answer.json["code"]) == (503, "storage_unavailable")
    assert headers["content-type"] == "application/problem+json"
    assert int(headers["retry-after"]) > 0


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Callable[..., Stage]]:
    """Start a service with its database in a folder."""
    stages: list[Stage] = []

    def start(database: Path, **settings: str) -> Stage:
        stages.append(Stage(tmp_path, database, **settings))
        return stages[-1]

    yield start
    for stage in stages:
        stage.service.stop()


def test_a_full_disk_takes_nothing_loses_nothing_and_is_recovered_from(begin, tmp_path):
    disk = tmp_path / "disk"
    with small_disk(disk, "4m"):
        stage = begin(disk)
        assert_refused(stage.post_until(503, length=200))
        assert shutil.disk_usage(disk).free == 0

        stage.assert_people_can_read()
        assert_refused(stage.post(200))
        stage.status("unavailable")

        resize(disk, "16m")
        assert stage.post_until(201, length=200, most=3)
        stage.status("ready")
        stage.service.stop()
        stage.assert_kept()
    assert "SQLITE_FULL" in {line.get("code") for line in stage.logged()}


@pytest.mark.parametrize(
    "faults",
    [["fdatasync 5"], pytest.param(list(FAULTS)[1:], marks=pytest.mark.long)],
    ids=["sync", "write"],
)
def test_a_disk_that_fails_takes_nothing_loses_nothing_and_is_recovered_from(
    begin, tmp_path, failing_library, faults
):
    orders = tmp_path / "orders"
    stage = begin(tmp_path, LD_PRELOAD=str(failing_library), FAILING=str(orders))
    for fault in faults:
        assert stage.post().status == 201
        stage.let_login_be_old()
        orders.write_text(fault)

        for _ in range(3):
            assert_refused(stage.post())
        stage.assert_people_can_read()
        stage.status("unavailable")

        orders.unlink()
        assert stage.post().status == 201
        stage.status("ready")
        assert FAULTS[fault] in {line.get("code") for line in stage.logged()}
    stage.service.stop()
    stage.assert_kept()


def test_a_database_that_is_removed_takes_nothing_until_it_is_put_back(begin, tmp_path):
    """SQLite itself would go on writing into the file that has no name any more."""
    stage = begin(tmp_path)
    for _ in range(10):
        assert stage.post().status == 201
    # As the guide to backups has it, so that what is put back is whole.
    with closing(sqlite3.connect(stage.file)) as connection:
        connection.execute(f"VACUUM INTO '{tmp_path / 'kept'}'")
    for one in tmp_path.glob("moderation.db*"):
        one.unlink()

    for _ in range(10):
        assert_refused(stage.post())
    stage.status("unavailable")
    assert not stage.file.exists()

    (tmp_path / "kept").rename(stage.file)
    assert stage.post().status == 201
    stage.status("ready")
    for _ in range(10):
        assert stage.post().status == 201
    stage.service.stop()
    stage.assert_kept()
    reasons = [str(line["reason"]) for line in stage.logged() if line["event"] == "storage_failed"]
    assert any("was removed: put it back" in reason for reason in reasons)


@pytest.mark.parametrize("has_key", [False, True])
def test_on_a_read_only_disk_it_says_in_one_line_why_it_does_not_start(tmp_path, has_key):
    folder = tmp_path / "instance"
    fresh_file(folder)
    settings = {"MODERATION_INSTANCE": str(folder), "MODERATION_MODELS": str(SHIPPED_MODELS)}
    if has_key:
        settings["MODERATION_SECRET_KEY"] = "0123456789abcdef"
    with read_only(folder):
        done = subprocess.run(
            [MODERATION, "serve", "--port", str(free_port())],
            env={**os.environ, **settings},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert ("unable to open database file" if has_key else "Read-only file system") in done.stderr


@pytest.fixture(scope="session")
def failing_library(tmp_path_factory) -> Path:
    """The library that lets calls fail."""
    compiler = shutil.which("cc")
    if compiler is None:
        left_out("there is no C compiler")
    made = tmp_path_factory.mktemp("library") / "failing.so"
    source = Path(__file__).with_name("failing.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-o", made, source, "-ldl"], check=True)
    return made
