"""Read the texts that come with this package. Knows nothing of what they are for."""

from importlib import resources


def rows(name: str, columns: int) -> list[tuple[str, ...]]:
    """Read a table of tabs, one row a line; lines that start with `#` are passed over."""
    lines = (resources.files(__package__) / name).read_text("utf-8").splitlines()
    found = [tuple(line.split("\t")) for line in lines if line and not line.startswith("#")]
    for row in found:
        if len(row) != columns:
            raise ValueError(f"{name}: {row} has {len(row)} columns, not {columns}")
    return found
