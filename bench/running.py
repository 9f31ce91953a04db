"""Start contestants in processes of their own, each with one thread, and give them orders."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

from bench.contestants import Contestant, Setting
from bench.texts import ROOT

_ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS"), "1"
)


class CannotTakePart(Exception):
    """A contestant is not installed or does not start; the message says why."""


class Running:
    """A contestant that runs. Leaving the `with` block ends its process."""

    def __init__(self, contestant: Contestant, texts: Sequence[str], setting: Setting) -> None:
        self.contestant = contestant
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.worker", contestant.name],
            cwd=ROOT,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )
        try:
            terms = str(setting.terms) if setting.terms else None
            started = self._ask("start", texts=list(texts), model=setting.model, terms=terms)
        except BaseException:
            self.close()
            raise
        self.has_batch = bool(started["has_batch"])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def one(self, start: int, count: int, seconds: float) -> list[int]:
        """Judge texts one at a time; give the nanoseconds of each."""
        found: list[int] = self._ask("one", start=start, count=count, seconds=seconds)["nanoseconds"]
        return found

    def batch(self) -> int:
        """Judge all texts in one call; give its nanoseconds."""
        return int(self._ask("batch")["nanoseconds"][0])

    def opinions(self, start: int, count: int) -> list[tuple[dict[str, float], str | None]]:
        """Give the scores of some texts, and the action where the contestant decides on one."""
        answer = self._ask("opinions", start=start, count=count)
        return [(scores, action) for scores, action in answer["opinions"]]

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()

    def _ask(self, order: str, **arguments: object) -> dict[str, Any]:
        if self._process.stdin is None or self._process.stdout is None:
            raise CannotTakePart("its process has no pipes")
        try:
            self._process.stdin.write(json.dumps({"do": order, **arguments}) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise CannotTakePart("its process ended") from None
        line = self._process.stdout.readline()
        if not line:
            raise CannotTakePart("its process ended")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise CannotTakePart(answer["error"])
        return answer


def environment() -> dict[str, str]:
    """The environment of a contestant: ours, with one thread for every library."""
    return {**os.environ, **_ONE_THREAD}
