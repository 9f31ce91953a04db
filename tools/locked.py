"""What the lock file pins."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "requirements.lock"

_PIN = re.compile(r"^([A-Za-z0-9][\w.-]*)==([^\s;\\]+)", re.MULTILINE)


def pins(lock: Path = LOCK) -> list[tuple[str, str]]:
    """Return names and versions: all of them, also what is for another system or another Python."""
    return _PIN.findall(lock.read_text("ascii"))
