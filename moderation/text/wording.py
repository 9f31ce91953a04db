"""Cut a text into words, and tell texts that say the same. Knows nothing of what words mean."""

import hashlib
import re

from moderation.text.characters import MARK
from moderation.text.normalising import Normalised
from moderation.verdict import Span

# Combining marks, such as the vowel signs of Hindi and Thai, belong to the letter before them. The
# look-ahead spares plain letters the search in the long list of marks.
_LETTERS = rf"\w+(?:(?=[^\x00-\u02ff]){MARK}+\w*)*"
WORD = re.compile(rf"{_LETTERS}(?:['’]{_LETTERS})*|[^\w\s]+")

# The same where there are no marks.
_PLAIN_WORD = re.compile(r"\w+(?:'\w+)*|[^\w\s]+")


def word_list(text: str) -> list[str]:
    """List each word, and each run of punctuation."""
    found: list[str] = (_PLAIN_WORD if text.isascii() else WORD).findall(text)
    return found


def word_places(text: str) -> list[Span]:
    """Say where the words of `word_list` stand."""
    return [match.span() for match in (_PLAIN_WORD if text.isascii() else WORD).finditer(text)]


def fingerprint(text: Normalised) -> str:
    """Return a SHA-256 that texts share when they differ only in case, spacing, or what is undone."""
    return hashlib.sha256(" ".join(text.chunks).encode()).hexdigest()
