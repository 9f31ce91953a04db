"""Cut a text into words, and tell texts that say the same. Knows nothing of what words mean."""

import hashlib
import re
from collections.abc import Iterator

from moderation.text.characters import MARK
from moderation.text.normalising import Normalised
from moderation.verdict import Span

# Combining marks, such as the vowel signs of Hindi and Thai, belong to the letter before them. The
# look-ahead spares plain letters the search in the long list of marks.
_LETTERS = rf"\w+(?:(?=[^\x00-\u02ff]){MARK}+\w*)*"
WORD = re.compile(rf"{_LETTERS}(?:['’]{_LETTERS})*|[^\w\s]+")

# The same where there are no marks.
_PLAIN_WORD = re.compile(r"\w+(?:'\w+)*|[^\w\s]+")


def words(text: str) -> Iterator[tuple[str, Span]]:
    """Yield each word, and each run of punctuation, with its place."""
    for match in (_PLAIN_WORD if text.isascii() else WORD).finditer(text):
        yield match.group(), match.span()


def word_list(text: str) -> list[str]:
    """List what `words` yields, without the places and in much less time."""
    found: list[str] = (_PLAIN_WORD if text.isascii() else WORD).findall(text)
    return found


def fingerprint(text: Normalised) -> str:
    """Return a SHA-256 that texts share when they differ only in case, spacing, or what is undone."""
    return hashlib.sha256(" ".join(text.text.split()).encode()).hexdigest()
