"""The benchmarks run where the service's packages are, but not the service itself."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("program", ["speed", "quality"])
def test_a_benchmark_does_without_the_command_line(program):
    """Its commands ask for the installed package's version."""
    loaded = subprocess.run(
        [sys.executable, "-c", f"import sys, bench.{program}; print('moderation.cli' in sys.modules)"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert loaded.stdout == "False\n"
