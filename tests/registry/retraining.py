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
    counted = machine.models.parent / "steps"
    began = time.monotonic()
    assert end(machine.begin("site-first", lambda step: counted.write_text(str(step)) and None)) == 0
    whole = time.monotonic() - began
    assert machine.served() == "site-first"
    lots = random.Random(count)
    lasts = sorted(lots.sample(range(1, int(counted.read_text())), count))
    told = {"killed": 0, "old": 0, "new": 0}
    for number, last in enumerate(lasts):
        if how == "steps":
            child = machine.begin(
                f"site-{number}", lambda step, last=last: kill_self() if step == last else None
            )
        else:
            child = machine.begin(f"site-{number}")
            time.sleep(lots.uniform(0.0, 1.0) * whole)
            os.kill(child, signal.SIGKILL)
        told["killed"] += end(child) == -signal.SIGKILL
        found = machine.served()
        assert found in {base, f"site-{number}"}, found
        told["old" if found == base else "new"] += 1
    assert end(machine.begin("site-last")) == 0
    assert machine.served() == "site-last"
    return told


if __name__ == "__main__":
    # The log is not what came of it.
    configure("json")
    url, models, how, count = sys.argv[1:]
    sys.stdout.write(json.dumps(killed(Machine(url, Path(models)), how, int(count))))
