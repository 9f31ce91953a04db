"""Run a server of this machine for as long as something is measured on it."""

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from bench.texts import ROOT

_START_SECONDS = 60
_STOP_SECONDS = 30


def free_port() -> int:
    """Return a port that nobody uses at this moment."""
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        port: int = tried.getsockname()[1]
        return port


def answers(address: str) -> bool:
    """Whether the address answers, and with success."""
    return _answer(address) is True


def is_there(address: str) -> bool:
    """Whether the address answers, if only to refuse."""
    return _answer(address) is not None


@contextmanager
def running(
    words: Sequence[str | Path],
    is_ready: Callable[[], bool],
    *,
    log: Path,
    environment: Mapping[str, str],
) -> Iterator[None]:
    """Run a program until the block ends; the block begins when it is ready."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            words,
            env={**os.environ, **environment},
            cwd=ROOT,
            stdout=output,
            stderr=subprocess.STDOUT,
            # A group of its own, so that nothing that it started stays.
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + _START_SECONDS
        while not is_ready():
            if process.poll() is not None or time.monotonic() > deadline:
                shown = " ".join(map(str, words))
                raise SystemExit(f"{shown} does not start:\n{log.read_text('utf-8', 'replace')}")
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(_STOP_SECONDS)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def _answer(address: str) -> bool | None:
    """Whether it answers with success; None where it does not answer."""
    try:
        with urllib.request.urlopen(address, timeout=5):  # noqa: S310  On this machine.
            return True
    except urllib.error.HTTPError as error:
        error.close()
        return False
    except OSError:
        return None
