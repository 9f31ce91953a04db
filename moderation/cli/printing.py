"""Print tables as wide as whoever reads them can bear."""

import sys

from rich.console import Console
from rich.table import Table

# A pipe has no width that a table would have to fit into.
_WIDTH_OF_PIPES = 120


def show(table: Table) -> None:
    """Print a table to standard output."""
    Console(width=None if sys.stdout.isatty() else _WIDTH_OF_PIPES).print(table)
