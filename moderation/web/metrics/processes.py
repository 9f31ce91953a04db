"""What the operating system says of each process that serves."""

import os
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from prometheus_client import Metric, ProcessCollector
from prometheus_client.registry import Collector


class Processes(Collector):
    """The usual figures of a process, of every one that counts beside this one, by its number.

    Whichever answers tells of all: a counter that was now one process's and now another's would jump.
    """

    def collect(self) -> Iterable[Metric]:
        """Ask for them now."""
        found: dict[str, Metric] = {}
        for number in _beside():
            for one in ProcessCollector(pid=partial(str, number), registry=None).collect():
                whole = found.setdefault(one.name, Metric(one.name, one.documentation, one.type))
                for sample in one.samples:
                    whole.add_sample(sample.name, {"pid": str(number)}, sample.value)
        return found.values()


def _beside() -> list[int]:
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    files = Path(folder).glob("*.db") if folder else ()
    numbers = {int(file.stem.rpartition("_")[2]) for file in files} | {os.getpid()}
    return sorted(number for number in numbers if _parent(number) == os.getppid())


def _parent(number: int) -> int | None:
    """Return whose child a process is: the number of one that died may be somebody else's by now."""
    try:
        # Its second word is a name in brackets, which may hold anything.
        after_name = Path(f"/proc/{number}/stat").read_text("utf-8", "replace").rpartition(")")[2]
    except OSError:
        return None
    return int(after_name.split()[1])
