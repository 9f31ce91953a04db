"""Run the real commands: a service in processes of its own, as an operator would."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from bench.serving import answers, free_port

__all__ = [
    "MODERATION",
    "START_SECONDS",
    "answers",
    "command",
    "free_port",
    "is_listening",
    "running",
]

MODERATION = Path(sys.executable).with_name("moderation")
# Waiting costs nothing where it was quick; on a busy machine a demo takes more than a minute.
START_SECONDS = 240


def is_listening(port: int) -> bool:
    """Whether somebody takes connections at a port of this machine."""
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


def command(*words: str, environment: Mapping[str, str], stdin: str = "") -> str:
    """Run a command to its end and return what it printed; a failure is shown with its reason."""
    done = subprocess.run(
        [MODERATION, *words],
        env={**os.environ, **environment},
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@contextmanager
def running(
    words: list[str | Path],
    ready: Callable[[], bool],
    *,
    log: Path,
    environment: Mapping[str, str] | None = None,
    directory: Path | None = None,
) -> Iterator[None]:
    """Run a program until the block ends; the block begins when it is `ready`."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            words,
            env={**os.environ, **(environment or {})},
            cwd=directory,
            stdout=output,
            stderr=subprocess.STDOUT,
            # A group of its own, so that nothing it started can outlive the test.
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + START_SECONDS
        while not ready():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        try:
            process.wait(15)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
