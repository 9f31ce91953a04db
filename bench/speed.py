"""`make bench-speed`: our whole path beside others, one thread, all in turns; and its parts."""

import argparse
import math
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench import inside, plot, report, rounds
from bench.contestants import (
    BASE,
    CONTESTANTS,
    OURS,
    OURS_EXPLAINED,
    TWIN,
    Contestant,
    Setting,
)
from bench.ours import classifier
from bench.texts import LONGEST, TERMS, comments, mean_bytes, terms
from bench.twin import difference
from moderation.progress import progress

_SAME = 1e-6
_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Found:
    """Everything that was measured."""

    texts: Sequence[str]
    origin: str
    race: rounds.Race
    difference: float
    parts: inside.Parts
    model: str
    terms: int


def main() -> None:
    """Measure, and write docs/benchmarks/speed.md and speed.svg."""
    asked = _arguments()
    texts, origin = comments(asked.corpus)
    plan = rounds.Plan()
    if asked.quick:
        plan = rounds.Plan(1, 1.0, 3, 0.5, 2)
    with tempfile.TemporaryDirectory() as folder, progress() as tell:
        long = asked.list.resolve() if asked.list else Path(folder) / "terms.txt"
        if asked.list is None:
            long.write_text("\n".join(terms()), "utf-8")
        setting = Setting(asked.model, long)
        model = classifier(asked.model)
        far = difference(model, texts, lambda done: tell("equal scores", done, len(texts)))
        if far > _SAME:
            raise SystemExit(f"Our scores and scikit-learn's differ by {far}: nothing is compared.")
        race = rounds.race(CONTESTANTS, texts, setting, plan, tell)
        parts = inside.measure(setting, texts, tell)
        found = Found(texts, origin, race, far, parts, model.version, _lines(long))
    lines = _page(found, asked.corpus)
    report.write("speed", lines, _picture(race))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.speed", description=__doc__)
    parser.add_argument("--corpus", type=Path, help="folder of public data; see models/README.md")
    parser.add_argument("--list", type=Path, help=f"file of terms [default: {TERMS:,} invented ones]")
    parser.add_argument("--model", help="[default: the serving model]")
    parser.add_argument("--quick", action="store_true", help="fewer rounds, to see whether all works")
    return parser.parse_args()


def _lines(file: Path) -> int:
    return sum(1 for line in file.read_text("utf-8").splitlines() if line.strip())


def _page(found: Found, corpus: Path | None) -> list[str]:
    race, parts = found.race, found.parts
    present = [one for one in CONTESTANTS if one.name in race.times]
    return [
        *_BEGINNING.splitlines(),
        "## One at a time",
        "",
        f"Warm and first sight are ratios to {BASE}: 10 × is ten times as many comments a second.",
        "",
        *report.table(
            (
                *("contestant", "warm", "first sight", "comments/s"),
                *("p50, µs", "p99, µs", "p99 at first sight, µs", "spread"),
            ),
            (_one_at_a_time(race, one.name) for one in present),
        ),
        "",
        "## Many in one call",
        "",
        *report.table(
            ("contestant", f"to {BASE}", "to itself, one at a time", "comments/s", "spread"),
            (_in_batch(race, one.name) for one in present if race.times[one.name].batch),
        ),
        "",
        "## Who they are",
        "",
        *(f"* {one.name}: {one.what}." for one in present),
        *report.absent(CONTESTANTS, race.absent),
        "",
        *_WHAT_THEY_DO.splitlines(),
        "## What we hold ourselves to",
        "",
        *report.table(("ours", "at least", "measured"), _bars(found)),
        "",
        *report.table(("ours", "at most", "measured"), _limits(found)),
        "",
        "## Where our time goes",
        "",
        *report.table(("part", "µs a comment", "share"), _parts(parts.split)),
        "",
        *_WHAT_THE_REST_IS.splitlines(),
        f"The slowest kinds of texts of {LONGEST:,} characters, at first sight:",
        "",
        *report.table(
            ("made of", "ms", "ms, with reasons"),
            ((name, *map(report.number, parts.worst[name])) for name in _slowest(parts.worst)[:_SHOWN]),
        ),
        "",
        *_HOW_MEASURED.splitlines(),
        *report.how_measured("bench-speed", corpus, present),
        f"* model {found.model}; a list of {found.terms:,} terms beside the shipped ones",
        f"* {len(found.texts):,} comments, {mean_bytes(found.texts):.0f} bytes each, {found.origin}",
    ]


_BEGINNING = """\
# Speed

How fast a comment is judged, beside others: one process, one thread.

![Comments a second, as a multiple of alt-profanity-check](speed.svg)

"""

_WHAT_THEY_DO = """\
Only ours runs rules, finds links and decides; the time of the others is for a score or a yes.
[Quality](quality.md) says how often they are right.

"""

_WHAT_THE_REST_IS = """\
Each part but the rest is measured by itself, again and again. After one another they take longer, as
each finds the processor's own memory full of what the others need; that is part of the rest.

"""

_HOW_MEASURED = """\
## How it was measured

Contestants run in turns, each round in another random order, each timed inside a process of its own.
A ratio is the median, over the rounds, of two rates in one round: other work weighs on both.
Trust ratios, not absolute figures; a ratio below 1.5 is no finding.
Spread is the range of a contestant's rounds, divided by their median.
Times are those of the processor: waiting while other programs run does not count.
Only the first verdict is timed by the clock on the wall.

First sight: each comment is judged once, in a process that has judged none but two to begin with.
Warm: the same comments again and again, when all that can be remembered is remembered.
Who is slow judges as many of the comments as the time allows.

"""


def _one_at_a_time(race: rounds.Race, name: str) -> list[str]:
    times = race.times[name]
    return [
        name,
        _times(race.ratio(name, BASE, "warm")),
        _times(race.ratio(name, BASE, "cold")),
        report.number(median(times.warm)),
        report.number(times.microseconds(50)),
        report.number(times.microseconds(99)),
        report.number(times.microseconds(99, cold=True)),
        f"{rounds.spread(times.warm):.0%}",
    ]


def _in_batch(race: rounds.Race, name: str) -> list[str]:
    times = race.times[name]
    return [
        name,
        _times(race.ratio(name, BASE, "batch")),
        _times(median(times.batch) / median(times.warm)),
        report.number(median(times.batch)),
        f"{rounds.spread(times.batch):.0%}",
    ]


def _bars(found: Found) -> Iterable[Sequence[str]]:
    race = found.race
    for what, bar, ratio in (
        (f"to {BASE}, one at a time, warm", 25, race.ratio(OURS, BASE, "warm")),
        ("the same at first sight", 25, race.ratio(OURS, BASE, "cold")),
        ("with reasons, warm", 15, race.ratio(OURS_EXPLAINED, BASE, "warm")),
        ("many in one call", 0.3, race.ratio(OURS, BASE, "batch")),
        ("to the same model through scikit-learn, warm", 10, race.ratio(OURS, TWIN, "warm")),
    ):
        yield what, f"{bar:g} ×", _marked(_times(ratio), is_met=ratio is not None and ratio >= bar)


def _limits(found: Found) -> Iterable[Sequence[str]]:
    slowest = max(quiet for quiet, _ in found.parts.worst.values())
    memory = found.parts.memory
    for what, bar, value, unit in (
        ("difference from scikit-learn's scores", _SAME, found.difference, ""),
        (f"the slowest text of {LONGEST:,} characters", 50, slowest, " ms"),
        ("process start to first verdict", 1.5, median(found.parts.first_verdict), " s"),
        ("the same, with the long list", 1.5, median(found.parts.first_verdict_long), " s"),
        (
            "the same, of a text in another language",
            1.5,
            median(found.parts.first_verdict_foreign),
            " s",
        ),
        ("the model in memory", 250, memory, " MB"),
        ("the model's folder", 25, found.parts.folder, " MB"),
    ):
        shown = f"{report.number(value)}{unit}" if value is not None else "not known on this system"
        yield what, f"{bar:g}{unit}", _marked(shown, is_met=value is not None and value <= bar)


def _parts(split: dict[str, float]) -> Iterable[Sequence[str]]:
    *parts, (_, whole), (_, explained) = split.items()
    rest = whole - sum(taken for _, taken in parts)
    for part, taken in (
        *parts,
        ("verdict, and the rest", rest),
        ("all", whole),
        ("reasons, where they are asked for", explained - whole),
    ):
        yield part, report.number(max(taken, 0.0)), f"{max(taken, 0.0) / whole:.0%}"


def _slowest(worst: dict[str, tuple[float, float]]) -> list[str]:
    return sorted(worst, key=worst.__getitem__, reverse=True)


def _times(ratio: float | None) -> str:
    return f"{report.number(ratio)} ×" if ratio is not None else ""


def _marked(shown: str, *, is_met: bool) -> str:
    return shown if is_met else f"**{shown}**, missed"


def _picture(race: rounds.Race) -> str:
    def mark(name: str, kind: str) -> plot.Mark | None:
        ratio = race.ratio(name, BASE, kind)
        return plot.Mark(ratio) if ratio is not None else None

    def rate(one: Contestant) -> float:
        return median(race.times[one.name].warm)

    present = sorted((one for one in CONTESTANTS if one.name in race.times), key=rate, reverse=True)
    rows = [
        plot.Row(
            one.name,
            (mark(one.name, "warm"), mark(one.name, "cold")),
            one.name in {OURS, OURS_EXPLAINED},
        )
        for one in present
    ]
    ratios = [found.value for row in rows for found in row.marks if found]
    low, high = _decade(min(ratios), up=False), _decade(max(ratios), up=True)
    ticks = [low]
    while ticks[-1] < high:
        ticks.append(ticks[-1] * 10)
    axis = plot.Axis(
        f"comments a second, as a multiple of {BASE}; each step is ten times",
        low,
        high,
        ticks,
        True,
        1.0,
    )
    return plot.draw("Speed, one comment at a time", ("warm", "first sight"), rows, axis)


def _decade(value: float, *, up: bool) -> float:
    exponent = math.log10(value)
    return float(10 ** (math.ceil(exponent) if up else math.floor(exponent)))


if __name__ == "__main__":
    report.run(main)
