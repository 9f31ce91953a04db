"""A service in processes of its own that can be killed, in part or as a whole, and looked into."""

import os
import random
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from tests.conftest import SHIPPED_MODELS
from tests.running import MODERATION, START_SECONDS, answers, free_port

_PAUSE = 0.05


class Service:
    """A service with a folder of its own; `through` are words that stand before its command."""

    def __init__(
        self,
        folder: Path,
        url: str,
        *,
        through: Sequence[str] = (),
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.log = folder / "log"
        self._words = [*through, str(MODERATION), "serve", "--port", str(self.port)]
        self.environment = {
            "MODERATION_DATABASE_URL": url,
            "MODERATION_INSTANCE": str(folder),
            "MODERATION_MODELS": str(SHIPPED_MODELS),
            **(settings or {}),
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._words,
                env={**os.environ, **self.environment},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_SECONDS
        while not answers(f"{self.address}/healthz"):
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"the service does not start: {self.log.read_text()}")
            time.sleep(_PAUSE)

    @property
    def has_ended(self) -> bool:
        """Whether its first process is gone, though nobody asked it to."""
        return self._running.poll() is not None

    @property
    def processes(self) -> list[int]:
        """All of its processes, the first one first."""
        return [self._pid, *sorted(_children(self._pid))]

    def kill_worker(self, lots: random.Random) -> bool:
        """Kill one of its processes but not the first; False where there was none at that moment."""
        workers = self.processes[1:]
        if not workers:
            return False
        with suppress(ProcessLookupError):
            os.kill(lots.choice(workers), signal.SIGKILL)
        return True

    def reload(self) -> None:
        """Let it start its processes anew, and wait until the old ones have ended."""
        old = set(self.processes[1:])
        os.kill(self._pid, signal.SIGHUP)
        deadline = time.monotonic() + START_SECONDS
        while old & set(self.processes):
            if time.monotonic() > deadline:
                raise RuntimeError(f"it does not reload: {self.log.read_text()}")
            time.sleep(_PAUSE)

    def kill(self) -> None:
        """Kill all of its processes at once."""
        with suppress(ProcessLookupError):
            os.killpg(self._pid, signal.SIGKILL)
        self._running.wait()

    def stop(self) -> int:
        """Ask it to stop, and see to it that it does; return the exit code."""
        self._running.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._running.wait(15)
        self.kill()
        return self._running.returncode

    @property
    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise RuntimeError("it was not started")
        return self._process

    @property
    def _pid(self) -> int:
        return self._running.pid


def _children(pid: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        # A process may have ended meanwhile.
        with suppress(OSError):
            # After the name, which may hold anything, stand its state and its parent.
            is_child = int(stat.read_text().rpartition(")")[2].split()[1]) == pid
            # Python starts another process, which only tidies up.
            if is_child and b"resource_tracker" not in stat.with_name("cmdline").read_bytes():
                found.append(int(stat.parent.name))
    return found
