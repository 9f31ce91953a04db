"""Texts in a file without a name: written once in their order, read again in any.

It takes place on a disk and not in memory, and is gone with the process, however that ends.
"""

import tempfile
import weakref
from array import array
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

# Texts may hold halves of characters, which came so and are to come back so.
_ENCODING, _ERRORS = "utf-8", "surrogatepass"
_READ_AT_ONCE = 1_000


class Filed:
    """Texts by number, from 0 on."""

    def __init__(self, folder: Path | None = None) -> None:
        """Begin with no text, on the disk that the folder is on, or else where temporary files are."""
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed when nobody uses it
        weakref.finalize(self, self._file.close)
        self._ends = array("q", [0])

    def add(self, text: str) -> None:
        """Append a text."""
        content = text.encode(_ENCODING, _ERRORS)
        self._file.write(content)
        self._ends.append(self._ends[-1] + len(content))

    def read(self, numbers: NDArray[np.int64]) -> Iterator[str]:
        """Read some texts, in the order of their numbers here."""
        self._file.flush()
        ends = self._ends
        for begin in range(0, len(numbers), _READ_AT_ONCE):
            some = numbers[begin : begin + _READ_AT_ONCE].tolist()
            if some == list(range(some[0], some[0] + len(some))):
                first = ends[some[0]]
                content = self._part(first, ends[some[-1] + 1])
                for number in some:
                    part = content[ends[number] - first : ends[number + 1] - first]
                    yield part.decode(_ENCODING, _ERRORS)
            else:
                for number in some:
                    content = self._part(ends[number], ends[number + 1])
                    yield content.decode(_ENCODING, _ERRORS)

    def _part(self, begin: int, end: int) -> bytes:
        self._file.seek(begin)
        return self._file.read(end - begin)
