"""List what the service installs for programs that look after it: `python -m tools.sbom [FILE]`.

Writes sbom.json in CycloneDX's format: name, version and package URL of everything in requirements.lock,
the same bytes each time. Hashes stay in the lock file, and no address of an index is named.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tools.locked import LOCK, ROOT

_VERSION = SchemaVersion.V1_6


class Broken(Exception):
    """What was made is no such list."""


def main() -> int:
    """Write the list, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.sbom", description=__doc__)
    parser.add_argument("file", type=Path, nargs="?", default=ROOT / "sbom.json", metavar="FILE")
    chosen = parser.parse_args()
    chosen.file.write_text(made(), "utf-8")
    sys.stdout.write(f"{chosen.file}\n")
    return 0


def made() -> str:
    """Return the list, which was checked against the format's own schema."""
    program = Path(sys.executable).with_name("cyclonedx-py")
    words = ["--output-reproducible", "--spec-version", _VERSION.to_version()]
    # What is left of it is checked below.
    words += ["--no-validate", "--pyproject", "pyproject.toml"]
    done = subprocess.run(  # noqa: S603  A program of our own, with our own words.
        [program, "requirements", *words, LOCK.name],
        cwd=ROOT,
        # It would like to know what needs what, which a lock file does not say.
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found = json.loads(done.stdout)
    _keep_names(found)
    text = json.dumps(found, indent=2, sort_keys=True) + "\n"
    if wrong := JsonStrictValidator(_VERSION).validate_str(text):
        raise Broken(str(wrong))
    return text


def _keep_names(found: dict[str, Any]) -> None:
    """Leave out the lines of the lock file, and where an index would have the files."""
    for one in (*found["components"], *found["metadata"]["tools"]["components"]):
        one.pop("description", None)
        one.pop("externalReferences", None)


if __name__ == "__main__":
    sys.exit(main())
