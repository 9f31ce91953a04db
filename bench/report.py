"""Write what was found: Markdown tables, the machine, and the two files of each benchmark in docs/."""

import os
import platform
import shlex
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from bench.contestants import Contestant
from bench.texts import ROOT
from moderation.refusal import Refusal

FOLDER = ROOT / "docs/benchmarks"

_PROCESSORS = Path("/proc/cpuinfo")
_LONGEST_REASON = 160


@dataclass(frozen=True, slots=True)
class Bar:
    """Something that has to hold, and what was found."""

    what: str
    found: str
    is_met: bool


def bars(found: Iterable[Bar]) -> list[str]:
    """Write a table of what has to hold."""
    return table(
        ("", "found", "holds"),
        ((one.what, one.found, "yes" if one.is_met else "**no**") for one in found),
    )


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Write a table; the first column holds names, the others figures."""
    return [
        "| " + " | ".join(columns) + " |",
        "|---" + "|---:" * (len(columns) - 1) + "|",
        *("| " + " | ".join(row) + " |" for row in rows),
    ]


def how_measured(command: str, corpus: Path | None, contestants: Sequence[Contestant]) -> list[str]:
    """Say when, where and how: what a reader needs to measure again."""
    versions = sorted({name for one in contestants for name in one.packages} | {"numpy"})
    shown = ", ".join(f"{name} {version}" for name in versions if (version := _version(name)))
    folder = " CORPUS=folder" if corpus else ""
    options = " ".join(shlex.quote(option) for option in _options())
    return [
        f"* `make {command}{folder}" + (f' BENCH="{options}"' if options else "") + "`",
        f"* {datetime.now(UTC):%d %B %Y}; {_processor()}, {os.cpu_count()} cores, {platform.system()}",
        f"* Python {platform.python_version()}, {shown}",
    ]


def number(value: float | None) -> str:
    """Write a figure with three digits that count."""
    if value is None:
        return ""
    if value >= 100:  # noqa: PLR2004 - three digits
        return f"{value:,.0f}"
    return f"{value:.3g}"


def absent(contestants: Sequence[Contestant], reasons: dict[str, str]) -> list[str]:
    """Say who did not take part, and why."""
    return [
        f"* {one.name} ({one.what}) did not take part: {_shortened(reasons[one.name])}."
        for one in contestants
        if one.name in reasons
    ]


def write(name: str, lines: Sequence[str], picture: str) -> None:
    """Write docs/benchmarks/NAME.md and NAME.svg, and say so."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / f"{name}.md").write_text("\n".join([*lines, ""]), "utf-8")
    (FOLDER / f"{name}.svg").write_text(picture, "utf-8")
    sys.stdout.write(f"Wrote docs/benchmarks/{name}.md and {name}.svg\n")


def run(main: Callable[[], None]) -> None:
    """Run a program, and say in a line what it will not do."""
    try:
        main()
    except (Refusal, OSError) as error:
        raise SystemExit(str(error)) from None


def _options() -> list[str]:
    """The options of the command line, without the folders of whoever ran it."""
    options = [Path(option).name for option in sys.argv[1:]]
    if "--corpus" in options:
        place = options.index("--corpus")
        del options[place : place + 2]
    return options


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _processor() -> str:
    if _PROCESSORS.exists():
        for line in _PROCESSORS.read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return " ".join(line.partition(":")[2].split())
    return platform.processor() or platform.machine()


def _shortened(reason: str) -> str:
    """The end of a long message says more than its beginning."""
    line = " ".join(reason.split()).rstrip(".")
    return line if len(line) <= _LONGEST_REASON else "… " + line[-_LONGEST_REASON:]
