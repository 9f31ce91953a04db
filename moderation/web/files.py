"""Stylesheets, scripts, pictures, at addresses that change with them: a browser asks for each once."""

import hashlib
from datetime import timedelta
from pathlib import Path

KEPT_FOR = timedelta(days=365)

_FOLDER = Path(__file__).parent / "static"


def address() -> str:
    """Return where the files are: scripts load each other from beside them, so all move together."""
    digest = hashlib.sha256()
    for file in sorted(_FOLDER.rglob("*.*")):
        digest.update(file.relative_to(_FOLDER).as_posix().encode())
        digest.update(file.read_bytes())
    return f"/static/{digest.hexdigest()[:12]}"
