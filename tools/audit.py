"""Ask whether a weakness is known in anything that the service installs: `python -m tools.audit`.

Ends with 0 only if pip-audit had an answer for every version in requirements.lock and none has a known
weakness, with 1 if one has, and with 2 if anything could not be asked. pip-audit by itself leaves out
what it cannot ask, and what is for another system or another Python than this one.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tools.locked import pins

Pin = tuple[str, str]


def main() -> int:
    """Ask, tell, and return the exit code."""
    locked = pins()
    answers = [one for some in _each_name_once(locked) for one in _asked(some)]
    weak, unknown = judged(locked, answers)
    for line in weak:
        sys.stdout.write(f"{line}\n")
    if unknown:
        names = ", ".join(f"{name} {version}" for name, version in unknown)
        sys.stdout.write(
            f"NOT AUDITED: {len(unknown)} of {len(locked)} versions: {names}.\n"
            "The package index cannot be reached from here, or has no advisories for them.\n"
            "This proves nothing; run it where the index can be reached.\n"
        )
    if not weak and not unknown:
        sys.stdout.write(f"{len(locked)} versions, and no weakness is known in any.\n")
    return 2 if unknown else 1 if weak else 0


def judged(locked: Sequence[Pin], answers: Sequence[dict[str, Any]]) -> tuple[list[str], list[Pin]]:
    """Return what is weak, in a line each, and what there is no answer for."""
    known = {(one["name"], one["version"]): one["vulns"] for one in answers if "vulns" in one}
    weak = [
        f"{name} {version}: {found['id']} ({', '.join(found['aliases']) or 'no other name'}), "
        f"mended in {', '.join(found['fix_versions']) or 'no version yet'}"
        for (name, version), all_found in known.items()
        for found in all_found
    ]
    return weak, [pin for pin in locked if pin not in known]


def _each_name_once(locked: Sequence[Pin]) -> Iterator[list[Pin]]:
    """Give the pins in lists that pip-audit takes: it reads a name twice as a mistake."""
    left = list(locked)
    while left:
        some = list(dict(reversed(left)).items())
        yield some
        left = [pin for pin in left if pin not in some]


def _asked(some: Sequence[Pin]) -> list[dict[str, Any]]:
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as requirements:
        requirements.write("".join(f"{name}=={version}\n" for name, version in some))
        requirements.flush()
        words = ["--no-deps", "--disable-pip", "--format", "json", "--progress-spinner", "off"]
        program = Path(sys.executable).with_name("pip-audit")
        done = subprocess.run(  # noqa: S603  A program of our own, with our own words.
            [program, *words, "--requirement", requirements.name],
            capture_output=True,
            text=True,
            check=False,
        )
    try:
        found: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        sys.stderr.write(done.stderr[-2_000:])
        return []
    return found


if __name__ == "__main__":
    sys.exit(main())
