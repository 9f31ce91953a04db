"""One at a time on a database, whoever dies."""

import re
import signal
import subprocess
import sys

import pytest

from moderation.store import Busy, Database, alone

HOLD = """
import sys, time
from moderation.store import Database, alone
with alone(Database(sys.argv[1]), "retraining"):
    print("held", flush=True)
    time.sleep(60)
"""


def holding(url: str) -> subprocess.Popen[str]:
    """A process of its own that is at it."""
    process = subprocess.Popen([sys.executable, "-c", HOLD, url], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_is_told_who_is_at_it_until_that_one_dies(database_url):
    database = Database(database_url)
    first = holding(database_url)
    try:
        with pytest.raises(Busy) as busy, alone(database, "retraining"):
            pass
        assert re.search(
            rf"Another retraining .* process {first.pid} of .*, since \d{{4}}-\d\d-\d\d .* UTC",
            str(busy.value),
        )
        with alone(database, "another task"):
            pass
    finally:
        first.send_signal(signal.SIGKILL)
        first.communicate()

    other = Database(database_url)
    with alone(database, "retraining"), pytest.raises(Busy), alone(other, "retraining"):
        pass
    other.close()
    with alone(database, "retraining"):
        pass
    database.close()


def test_who_fails_lets_go(database_url):
    database = Database(database_url)
    with pytest.raises(ZeroDivisionError), alone(database, "retraining"):
        1 / 0  # noqa: B018

    other = Database(database_url)
    with alone(other, "retraining"):
        pass
    other.close()
    database.close()


def test_a_database_in_memory_is_nobody_elses():
    database = Database("sqlite://")
    with alone(database, "retraining"), alone(database, "retraining"):
        pass
    database.close()
