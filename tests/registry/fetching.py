"""Let processes of one machine fetch what serves, together or until they are killed.

    python -m tests.registry.fetching URL MODELS NAME together COUNT
    python -m tests.registry.fetching URL MODELS NAME killed-at-steps COUNT
    python -m tests.registry.fetching URL MODELS NAME killed-at-moments COUNT

Writes to standard output as JSON what came of it. A program of its own, because it forks: what it
imports is imported once.
"""

import json
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from moderation.classifier import storage
from moderation.log import configure
from moderation.registry import Serving, keeping
from moderation.store import Database
from tests.registry.steps import end, kill_self, tell_steps

# As a process ends that serves the new model, or another or none.
_NEW, _NOT = 0, 10
# The lines of these are steps of fetching.
_WATCHED = {storage.__file__, keeping.__file__}


class Machine(NamedTuple):
    """A database, the folder of models of one machine, and the model that should serve."""

    url: str
    models: Path
    name: str

    def begin(self, at_each_step: Callable[[int], None] | None = None) -> int:
        """Start a process that looks what serves, loads it and ends; return its number."""
        child = os.fork()
        if child:
            return child
        # Whatever happens, the child must not go on as its parent.
        outcome = _NOT
        try:
            if at_each_step:
                tell_steps(_WATCHED, at_each_step)
            found = Serving(Database(self.url), self.models).current()
            outcome = _NEW if found and found.version == self.name else _NOT
        finally:
            os._exit(outcome)

    def is_whole(self) -> bool:
        """Whether the model is there; raises where it is there in part."""
        folder = self.models / self.name
        return folder.exists() and storage.load(folder).version == self.name


def together(machine: Machine, count: int) -> list[int]:
    """Let so many processes fetch at once, and give their exit codes."""
    return [end(child) for child in [machine.begin() for _ in range(count)]]


def killed_at_steps(machine: Machine, count: int) -> dict[str, int]:
    """Kill so many processes, each at another line of what fetches."""
    counted = machine.models.parent / "steps"
    assert end(machine.begin(lambda step: counted.write_text(str(step)) and None)) == _NEW
    steps = int(counted.read_text())

    def kill() -> Iterator[int]:
        for last in sorted(random.Random(count).sample(range(1, steps), count)):
            yield machine.begin(lambda step, last=last: kill_self() if step == last else None)

    return _left(machine, kill())


def killed_at_moments(machine: Machine, count: int) -> dict[str, int]:
    """Kill so many processes from outside, each after another time."""
    began = time.monotonic()
    assert end(machine.begin()) == _NEW
    whole = time.monotonic() - began
    lots = random.Random(count)

    def kill() -> Iterator[int]:
        for _ in range(count):
            child = machine.begin()
            time.sleep(lots.uniform(0.2, 1.0) * whole)
            os.kill(child, signal.SIGKILL)
            yield child

    return _left(machine, kill())


def _left(machine: Machine, killed: Iterator[int]) -> dict[str, int]:
    """Look what each killed process left, and let another one fetch after it."""
    told = {"killed": 0, "left whole": 0, "left nothing": 0, "served next": 0}
    shutil.rmtree(machine.models / machine.name)
    for child in killed:
        told["killed"] += end(child) == -signal.SIGKILL
        told["left whole" if machine.is_whole() else "left nothing"] += 1
        told["served next"] += end(machine.begin()) == _NEW
        shutil.rmtree(machine.models / machine.name)
    return told


if __name__ == "__main__":
    # The log is not what came of it.
    configure("json")
    url, models, name, what, count = sys.argv[1:]
    do = {
        "together": together,
        "killed-at-steps": killed_at_steps,
        "killed-at-moments": killed_at_moments,
    }[what]
    sys.stdout.write(json.dumps(do(Machine(url, Path(models), name), int(count))))
