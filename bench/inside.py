"""Measure the parts of our own path: where the time goes, the worst texts, the first verdict, memory.

Each is measured in a fresh process: `python -m bench.inside WHAT` prints what it found as JSON.
"""

import gc
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter, process_time_ns
from typing import Any

from bench.contestants import Setting
from bench.running import environment
from bench.texts import FIRST, FOREIGN, ROOT

_STARTS = 5
_ROUNDS = 5
_HOSTILE_ROUNDS = 3
# Fewer than in the race are enough, as nobody else is asked here.
_SPLIT_TEXTS = 500
_STATUS = Path("/proc/self/statm")


@dataclass(frozen=True, slots=True)
class Parts:
    """What was measured of our own path."""

    # Microseconds a comment, by part.
    split: dict[str, float]
    # Milliseconds a text, by what it is made of: without reasons, and with them.
    worst: dict[str, tuple[float, float]]
    # Megabytes that the model adds to a process, where the system tells; and on the disk.
    memory: float | None
    folder: float
    # Seconds from the start of a process to the end of it, one verdict later; with the long list; and of
    # a text in another language, without that list.
    first_verdict: list[float]
    first_verdict_long: list[float]
    first_verdict_foreign: list[float]


def measure(setting: Setting, texts: Sequence[str], tell: Callable[[str, int, int], None]) -> Parts:
    """Measure everything about our own path, each in a fresh process."""
    short = Setting(setting.model)
    measures: dict[str, Callable[[], Any]] = {
        "split": lambda: _measured("split", setting, texts=list(texts[:_SPLIT_TEXTS])),
        "worst": lambda: _measured("worst", setting),
        "memory": lambda: _measured("memory", short),
        "first_verdict": lambda: _starts(short, FIRST),
        "first_verdict_long": lambda: _starts(setting, FIRST),
        "first_verdict_foreign": lambda: _starts(short, FOREIGN),
    }
    found: dict[str, Any] = {}
    for name, measured in measures.items():
        tell("our parts", len(found), len(measures))
        found[name] = measured()
    tell("our parts", len(found), len(measures))
    return Parts(**found.pop("memory"), **found)


def split(setting: Setting, texts: list[str]) -> dict[str, float]:
    """Say how many microseconds a comment takes in each part: the median of a few rounds, warm."""
    from bench.ours import Judge, classifier, policy, prepare
    from moderation.rules import gather
    from moderation.text import detect, links, normalise

    model, rules = classifier(setting.model), policy(setting.terms)
    quiet, talking = Judge(model, rules, explain=False), Judge(model, rules, explain=True)
    cases = [prepare(text, rules) for text in texts]
    read = [case.text for case in cases]
    parts: dict[str, tuple[Callable[[Any], object], list[Any]]] = {
        "normalise": (normalise, texts),
        "find links": (links, read),
        "tell the language": (detect, read),
        "rules": (gather, cases),
        "score": (model.score, read),
        "all": (quiet.one, texts),
        "all, with reasons": (talking.one, texts),
    }
    found: dict[str, list[float]] = {name: [] for name in parts}
    for _ in range(_ROUNDS + 1):
        for name, (ask, asked) in parts.items():
            begun = process_time_ns()
            for each in asked:
                ask(each)
            found[name].append((process_time_ns() - begun) / len(asked) / 1_000)
    # The first round filled what is remembered.
    return {name: median(rounds[1:]) for name, rounds in found.items()}


def worst(setting: Setting) -> dict[str, tuple[float, float]]:
    """Say how many milliseconds each kind of hostile text takes at first sight, plain and with reasons.

    The median of a few texts of a kind, none of them seen before.
    """
    from bench.ours import Judge, classifier, policy
    from bench.texts import hostile

    model, rules = classifier(setting.model), policy(setting.terms)
    judges = [Judge(model, rules, explain=explain) for explain in (False, True)]
    judges[0].one("Thank you.")
    found: dict[str, tuple[list[float], list[float]]] = {}
    for seed in range(2 * _HOSTILE_ROUNDS):
        for name, text in hostile(seed=seed):
            begun = process_time_ns()
            judges[seed % 2].one(text)
            taken = (process_time_ns() - begun) / 1e6
            found.setdefault(name, ([], []))[seed % 2].append(taken)
    return {name: (median(quiet), median(talking)) for name, (quiet, talking) in found.items()}


def memory(setting: Setting) -> dict[str, float | None]:
    """Say how many megabytes the model adds to a process that has imported everything."""
    # Loading imports it, and what it takes is not the model's.
    import joblib  # noqa: F401

    from bench.ours import classifier, prepare
    from moderation.rules import Policy

    case = prepare("Thank you for this.", Policy())
    gc.collect()
    before = _resident()
    model = classifier(setting.model)
    model.score(case.text)
    model.explain(case.text)
    gc.collect()
    after = _resident()
    return {
        "memory": None if before is None or after is None else (after - before) / 1e6,
        "folder": _megabytes(model.version),
    }


def first_verdict(setting: Setting, text: str) -> dict[str, str]:
    """Give one verdict as soon as possible."""
    from bench.ours import Judge, classifier, policy

    judge = Judge(classifier(setting.model), policy(setting.terms), explain=True)
    return {"action": judge.one(text).action}


def _megabytes(version: str) -> float:
    """Say how large the model's folder is."""
    folder = ROOT / "models" / version
    return sum(file.stat().st_size for file in folder.iterdir()) / 1e6


def _measured(what: str, setting: Setting, **arguments: object) -> Any:
    """Measure something in a fresh process."""
    terms = str(setting.terms) if setting.terms else None
    order = json.dumps({"model": setting.model, "terms": terms, **arguments})
    done = subprocess.run(
        [sys.executable, "-m", "bench.inside", what],
        cwd=ROOT,
        env=environment(),
        input=order,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        check=True,
    )
    return json.loads(done.stdout)


def _starts(setting: Setting, text: str) -> list[float]:
    """Start processes that give one verdict each; say how many seconds each took, all in all."""
    found = []
    for _ in range(_STARTS):
        begun = perf_counter()
        _measured("first_verdict", setting, text=text)
        found.append(perf_counter() - begun)
    return found


def _resident() -> int | None:
    """The memory of this process in bytes, where the system says so."""
    if not _STATUS.exists():
        return None
    return int(_STATUS.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _main(what: str) -> None:
    order = json.load(sys.stdin)
    terms = order.pop("terms")
    setting = Setting(order.pop("model"), Path(terms) if terms else None)
    measures: dict[str, Callable[..., object]] = {
        "split": split,
        "worst": worst,
        "memory": memory,
        "first_verdict": first_verdict,
    }
    found = measures[what](setting, **order)
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    _main(sys.argv[1])
