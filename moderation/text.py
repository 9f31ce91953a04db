"""Read a comment as a person would: one spelling for what looks the same, and where each word stands.

Rules and classifier both read the normalised text; people are shown the original. Every offset
can therefore be led back to the original. Knows nothing of what makes a comment good or bad.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

from moderation.verdict import Span

WORD = re.compile(r"\w+(?:['’]\w+)*|[^\w\s]+")
_REST = r"""[^\s<>"'`\])}“”‘’«»]"""
LINK = re.compile(
    rf"(?:https?://|\bwww\.(?=\w)){_REST}+"
    # A bare name counts only under an ending that spam and people both use, or with a path, or
    # every missing space after a full stop would be a link. The repeats are bounded, because a
    # text of dots and letters would otherwise take time that grows with its square.
    r"|\b(?P<mailbox>[\w.+-]{1,64}@)?(?:[a-z0-9-]{1,63}\.){1,8}"
    r"(?:com|net|org|biz|xyz|ru|cn|"
    r"(?P<word>info|shop|site|online|store|top|club|example|[a-z]{2}(?=/\w)))"
    rf"(?:\.[a-z]{{2}})?\b(?:/{_REST}*)?"
)
# As browsers read it: what stands before the last @ is a name and a password, and a backslash
# ends the host like a slash does.
HOST = re.compile(r"(?:https?:)?+[/\\]*+(?:[^/\\?#]*@)?+([^\s/\\?#:@,;!&|*。—–]+)")
# Shown as nothing, though they count as letters or accents: joiners, fillers, variation selectors.
BLANK = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")


# A few signs stand for whole words, up to 18 letters. They are left as they are, or a text of
# nothing else would grow beyond what can be read in time.
_LONGEST_FOLD = 4


@dataclass(frozen=True, slots=True)
class Normalised:
    """A text in one spelling, and the way back: character i comes from original[starts[i]:ends[i]]."""

    original: str
    text: str
    starts: tuple[int, ...] | range
    ends: tuple[int, ...] | range

    def origin(self, span: Span) -> Span:
        """Lead a span of the normalised text back to the original."""
        start, end = span
        if start >= end:
            return (0, 0)
        return (self.starts[start], self.ends[end - 1])


@dataclass(frozen=True, slots=True)
class Link:
    """A web address in a text, as written, and the host it names in lower case."""

    span: Span
    url: str
    host: str


def normalise(original: str) -> Normalised:
    """Fold case and compatibility forms, drop invisible characters, compose accents.

    Takes linear time and is idempotent: normalising a normalised text changes nothing.
    """
    if original.isascii():
        length = len(original)
        return Normalised(original, original.lower(), range(length), range(1, length + 1))
    folded: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for index, character in enumerate(original):
        for piece in _fold(character):
            if folded and not piece.isascii():
                composed = unicodedata.normalize("NFC", folded[-1] + piece)
                if len(composed) == 1:
                    folded[-1] = composed
                    ends[-1] = index + 1
                    continue
            folded.append(piece)
            starts.append(index)
            ends.append(index + 1)
    return Normalised(original, "".join(folded), tuple(starts), tuple(ends))


def words(text: str) -> Iterator[tuple[str, Span]]:
    """Yield each word, and each run of punctuation, with its place."""
    for match in WORD.finditer(text):
        yield match.group(), match.span()


def links(text: Normalised) -> list[Link]:
    """Find the web addresses in `text`, written out or bare. An e-mail address is none."""
    found = []
    for match in LINK.finditer(text.text):
        url = match.group().rstrip(".,;:!?。、")
        named = host(url)
        start, end = text.origin((match.start(), match.start() + len(url)))
        if named and not match["mailbox"] and not _begins_sentence(text, match):
            found.append(Link((start, end), text.original[start:end], named))
    return found


def host(url: str) -> str | None:
    """Name the host that `url` leads to, in lower case and without `www.`."""
    found = HOST.match(normalise(url).text.strip())
    return unquote(found[1]).lower().strip(".").removeprefix("www.") or None if found else None


def _begins_sentence(text: Normalised, match: re.Match[str]) -> bool:
    """Whether the ending is a word in title case, as in “It is over.Top work!”."""
    start, end = text.origin(match.span("word")) if match["word"] else (0, 0)
    return text.original[start:end].istitle()


@lru_cache(maxsize=65_536)
def _fold(character: str) -> str:
    """Spell one character in the way that all its look-alikes by standard share."""
    folded = character
    # Folding case can undo normalising and the other way round; two rounds settle every
    # assigned character, and the tests hold that for all of them.
    for _ in range(2):
        folded = unicodedata.normalize("NFKC", folded.casefold())
    if len(folded) > _LONGEST_FOLD:
        return character
    return "".join(piece for piece in folded if not _invisible(piece))


def _invisible(character: str) -> bool:
    return unicodedata.category(character) == "Cf" or BLANK.match(character) is not None


def fingerprint(text: Normalised) -> str:
    """Return a SHA-256 that texts share when they differ only in case, spacing or invisible marks."""
    return hashlib.sha256(" ".join(text.text.split()).encode()).hexdigest()
