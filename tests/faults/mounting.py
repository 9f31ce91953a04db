"""Disks that tests may fill and spoil: of a size of their own, in memory."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import left_out


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[None]:
    """Put a disk of that size at `folder`, which must not be there, until the block ends."""
    folder.mkdir()
    if not _mount("-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)):
        left_out("nobody may mount a disk here")
    try:
        yield
    finally:
        subprocess.run([*_as_root(), "umount", "--lazy", folder], check=True)


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Let nobody write into a folder, root neither, until the block ends."""
    if not _mount("--bind", str(folder), str(folder)):
        left_out("nobody may mount a disk here")
    try:
        assert _mount("-o", "remount,bind,ro", str(folder))
        yield
    finally:
        subprocess.run([*_as_root(), "umount", "--lazy", folder], check=True)


def resize(folder: Path, size: str) -> None:
    """Make a small disk larger."""
    assert _mount("-o", f"remount,size={size}", str(folder))


def _mount(*words: str) -> bool:
    return (
        subprocess.run([*_as_root(), "mount", *words], check=False, capture_output=True).returncode == 0
    )


def _as_root() -> list[str]:
    return [] if os.geteuid() == 0 else ["sudo", "-n"]
