"""Name a text by a handful of numbers, most of which a lightly changed copy shares.

The numbers stand for the three-word passages whose checksums are the smallest. Two texts that
share most passages share most of their smallest, so that near copies can be looked up by index.
"""

import hashlib
import re
import zlib
from functools import lru_cache

from moderation.text import Normalised

# So many numbers at most stand for a text.
SIZE = 8
# Of fewer letters, or of fewer passages, texts are alike by chance.
_FEWEST_LETTERS = 40
_FEWEST_PASSAGES = 5
_PASSAGE = 3
# What comes after these is not looked at, so that the longest text takes no longer.
_MOST_WORDS = 2_000
# Chinese, Japanese and Thai put no spaces between words; then letters stand for them.
_LONGEST_MEAN = 12

_WORD = re.compile(r"[^\W_]+")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+")
_QUOTED_LINE = re.compile(r"^[ \t]{0,8}>.*$", re.MULTILINE)
_QUOTES = (
    ("“", "”"),
    ("„", "“"),
    ("«", "»"),
    ('"', '"'),
    ("[quote", "[/quote]"),
    ("<blockquote", "</blockquote>"),
)


# A comment's history and what is stored of it both need it.
@lru_cache(maxsize=64)
def sketch(text: Normalised) -> tuple[int, ...]:
    """Return the numbers that stand for `text`; none for a text that is too short to tell."""
    words = own_words(text)[:_MOST_WORDS]
    letters = sum(map(len, words))
    if letters < _FEWEST_LETTERS:
        return ()
    if letters > _LONGEST_MEAN * len(words):
        words = list("".join(words))[:_MOST_WORDS]
    encoded = " ".join(words).encode().split()
    passages = set(map(b" ".join, zip(encoded, encoded[1:], encoded[2:], strict=False)))
    if len(passages) < _FEWEST_PASSAGES:
        return ()
    return tuple(_number(passage) for passage in sorted(passages, key=zlib.crc32)[:SIZE])


def own_letters(text: Normalised) -> int:
    """Count the letters and digits that are the author's own."""
    return sum(map(len, own_words(text)))


def own_words(text: Normalised) -> list[str]:
    """List the words of `text` but for addresses, which spam exchanges, and for what it quotes."""
    return _words(_unquoted(text.text)) or _words(text.text)


def _words(text: str) -> list[str]:
    if "://" in text or "www." in text:
        text = _ADDRESS.sub(" ", text)
    return _WORD.findall(text)


def _unquoted(text: str) -> str:
    if ">" in text:
        text = _QUOTED_LINE.sub(" ", text)
    for opening, closing in _QUOTES:
        if opening in text:
            text = _without(text, opening, closing)
    return text


def _without(text: str, opening: str, closing: str) -> str:
    """Drop each passage between the marks, but for one with a link: nobody has to quote spam."""
    kept = []
    place = 0
    while (start := text.find(opening, place)) >= 0:
        end = text.find(closing, start + len(opening))
        if end < 0:
            break
        end += len(closing)
        kept.append(text[place:end] if "://" in text[start:end] else text[place:start])
        place = end
    return " ".join([*kept, text[place:]])


def _number(passage: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(passage, digest_size=8).digest(), signed=True)
