"""The inside of a contestant's process: read one order a line, time it here, answer in one line.

Started by running.py as `python -m bench.worker NAME`.
"""

import itertools
import json
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from time import monotonic, process_time_ns
from typing import Any, TextIO

from bench.contestants import Ready, Setting, by_name
from bench.texts import FIRST, FOREIGN


class Worker:
    """One contestant and the texts that it is asked about."""

    def __init__(self, name: str) -> None:
        self._contestant = by_name(name)
        self._ready: Ready | None = None
        self._texts: list[str] = []

    def start(self, texts: list[str], model: str | None, terms: str | None) -> dict[str, Any]:
        """Load everything, and judge first texts."""
        self._texts = texts
        self._ready = self._contestant.start(Setting(model, Path(terms) if terms else None))
        for text in (FIRST, FOREIGN):
            self._ready.one(text)
        if self._ready.batch:
            self._ready.batch([FIRST, FOREIGN])
        return {"has_batch": self._ready.batch is not None}

    def one(self, start: int, count: int, seconds: float) -> dict[str, Any]:
        """Judge one text after another, from a place on and round, until count or time is reached."""
        round_and_round = itertools.islice(itertools.cycle(self._texts), start, start + count)
        return {"nanoseconds": time_each(self._asked.one, round_and_round, seconds)}

    def batch(self) -> dict[str, Any]:
        """Judge all texts in one call."""
        together = self._asked.batch
        if together is None:
            raise ValueError("no batch call")
        begun = process_time_ns()
        together(self._texts)
        return {"nanoseconds": [process_time_ns() - begun]}

    def opinions(self, start: int, count: int) -> dict[str, Any]:
        """Say of some texts how bad they are, and what becomes of each."""
        scores, action = self._asked.scores, self._asked.action
        if scores is None:
            raise ValueError("no scores")
        asked = self._texts[start : start + count]
        return {"opinions": [(scores(text), action(text) if action else None) for text in asked]}

    @property
    def _asked(self) -> Ready:
        if self._ready is None:
            raise ValueError("not started yet")
        return self._ready


def time_each(ask: Callable[[str], object], texts: Iterable[str], seconds: float) -> list[int]:
    """Time each call, in nanoseconds, until the texts or the seconds are used up.

    The processor's time counts and not the clock on the wall, or a contestant would be charged for
    waiting while other programs run.
    """
    found: list[int] = []
    until = monotonic() + seconds
    for text in texts:
        begun = process_time_ns()
        ask(text)
        found.append(process_time_ns() - begun)
        if monotonic() > until:
            break
    return found


def _answers() -> TextIO:
    """Keep the way to the parent for answers alone: whatever a peer prints goes to standard error."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return answers


def main(name: str) -> None:
    """Carry out orders until there are no more."""
    answers = _answers()
    worker = Worker(name)
    for line in sys.stdin:
        order = json.loads(line)
        try:
            answer = getattr(worker, order.pop("do"))(**order)
        except ModuleNotFoundError as error:
            answer = {"error": f"{error.name} is not installed"}
        # A peer may fail in any way; the benchmark goes on without it and says why.
        except Exception as error:  # noqa: BLE001
            answer = {"error": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main(sys.argv[1])
