"""Kill retrainings, at the lines that write or at any moment, and look what serves after each.

    python -m tests.registry.retraining URL MODELS steps COUNT
    python -m tests.registry.retraining URL MODELS moments COUNT

Retrains with --promote-if-better, as cron would. Writes to standard output as JSON what came of it. A
program of its own, because it forks: what it imports and normalises is there from the first.
"""

import json
import math
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from moderation import registry
from moderation.classifier import storage
from moderation.classifier.gate import compare, report
from moderation.cli import main
from moderation.log import configure
from moderation.registry import choosing, keeping
from moderation.store import Database
from moderation.text import normalise
from tests.making import rolled_back
from tests.registry.steps import end, kill_self, tell_steps

# The lines of these write.
_WATCHED = {each.__file__ for each in (storage, keeping, choosing, report)}


class Machine(NamedTuple):
    """A database and the folder of models."""

    url: str
    models: Path

    def begin(self, name: str, at_each_step: Callable[[int], None] | None = None) -> int:
        """Start a process that retrains; return its number."""
        child = os.fork()
        if child:
            return child
        # Whatever happens, the child must not go on as its parent.
        outcome = 1
        try:
            for stream in (1, 2):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
            if at_each_step:
                tell_steps(_WATCHED, at_each_step)
            main.main(["retrain", "--promote-if-better", "--name", name], standalone_mode=False)
            outcome = 0
        finally:
            os._exit(outcome)

    def served(self) -> str:
        """Say what serves; raises where it is not whole, or does not answer."""
        database = Database(self.url)
        try:
            with database.reading() as session:
                model = registry.load_serving(session, self.models)
                chosen = registry.choice(session, self.models).model
            assert chosen in {None, model.version}
            assert math.isfinite(model.score(normalise("What a day.")).rejection)
            if model.version.startswith("site-"):
                rolled_back(database, self.models)
            return model.version
        finally:
            database.close()


def killed(machine: Machine, how: str, count: int) -> dict[str, int]:
    """Kill so many retrainings, and count which model served after each."""
    base = machine.served()
    # What is normalised once is so before the forks: each then takes less, and as long as others.
    shipped = storage.load(machine.models / base)
    compare(shipped, shipped, newest=(), frozen=(), now=datetime.now(UTC))
    kill = _at_steps(machine, count) if how == "steps" else _at_moments(machine, count)
    told = {"killed": 0, "old": 0, "new": 0}
    # Some may end before they are killed, and are no proof.
    for number in range(2 * count):
        if told["killed"] == count:
            break
        told["killed"] += kill(f"site-{number}") == -signal.SIGKILL
        found = machine.served()
        assert found in {base, f"site-{number}"}, found
        told["old" if found == base else "new"] += 1
    assert end(machine.begin("site-last")) == 0
    assert machine.served() == "site-last"
    return told


def _at_steps(machine: Machine, count: int) -> Callable[[str], int]:
    """Return what retrains and dies at one of the lines that write, each at another; it says how."""
    counted = machine.models.parent / "steps"
    assert end(machine.begin("site-first", lambda step: counted.write_text(str(step)) and None)) == 0
    assert machine.served() == "site-first"
    steps = range(1, int(counted.read_text()))
    lasts = iter(random.Random(count).sample(steps, min(2 * count, len(steps))))

    def kill(name: str) -> int:
        last = next(lasts)
        return end(machine.begin(name, lambda step: kill_self() if step == last else None))

    return kill


def _at_moments(machine: Machine, count: int) -> Callable[[str], int]:
    """Return what retrains, and kills it at any moment of the time that it would take; it says how."""
    began = time.monotonic()
    assert end(machine.begin("site-first")) == 0
    whole = time.monotonic() - began
    assert machine.served() == "site-first"
    lots = random.Random(count)

    def kill(name: str) -> int:
        child = machine.begin(name)
        time.sleep(lots.uniform(0.0, 1.0) * whole)
        os.kill(child, signal.SIGKILL)
        return end(child)

    return kill


if __name__ == "__main__":
    # The log is not what came of it.
    configure("json")
    url, models, how, count = sys.argv[1:]
    sys.stdout.write(json.dumps(killed(Machine(url, Path(models)), how, int(count))))
