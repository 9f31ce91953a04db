"""Let the threads of a process share heaps.

The C library of most Linux gives each of up to eight threads a processor a heap, and what one has given
back stays its own: a process takes more and more for hours.
"""

import ctypes

# The C library's own name for how many heaps there are, and how many.
_M_ARENA_MAX, _HEAPS = -8, 2


def share() -> None:
    """Let it be few, from now on; other C libraries have one anyway."""
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):
        library.mallopt(_M_ARENA_MAX, _HEAPS)
