"""Undo disguises: say what to replace in a folded text so that its words can be read.

A disguise is undone only if a word is under it, so that honest texts stay as they are written.
Most texts are told to be free of disguises by a few searches in C.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from moderation.text.addresses import LINK
from moderation.text.characters import MARK
from moderation.text.lexicon import SINGLE, abusive, known
from moderation.text.reading import LONGEST, latinise, read, unmask
from moderation.text.spacing import Change, spaced

# One class for each kind of character: letter, digit, space, apostrophe, exclamation mark, mark of
# punctuation, and signs that no plain text needs.
_CLASSES = bytes(
    ord("a") if chr(code).isalpha()
    else ord("0") if chr(code).isdigit()
    else code if chr(code) in "'!"
    else ord(" ") if chr(code).isspace()
    else ord(".") if chr(code) in '.,"?-()/:;'
    else ord("@")
    for code in range(256)
)  # fmt: skip
# Looked for as numbers, since `in` takes ten times as long over a byte that is written as bytes.
_SIGN, _CALL, _DIGIT = b"@!0"
_NO_LETTERS = bytes(code for code in range(128) if not chr(code).isalpha())
# What is seen of letters that stand apart: everything else is a gap, or signs are letters as well.
_ALL_GAPS = bytes.maketrans(b"a0'.!@", b"aaa   ")
_SIGNS_AS_LETTERS = bytes.maketrans(b"a0'.!@", b"aaa aa")
_APART = re.compile(rb" a {1,3}a ")
# One letter three times in a row, or two letters that are both doubled.
_STRETCHED = re.compile(r"([^\W\d_])\1(?:\1|([^\W\d_])\2)")
# None of them a single letter, which may stand apart from the rest of its word.
_PLAIN_WORDS = re.compile(r"[a-z]{2,}(?: [a-z]{2,})*")
_NUMBERED = (b"a0", b"0a", b"a.0", b"0.a")
# Anything but the typographic signs of an English text.
_UNTYPED = re.compile("[^\x00-\x7f‘’“”–—]")
# Letters of ours, also small capitals and those in squares, circles and flags.
_HAS_LATIN = re.compile(
    "[a-z\u00df-\u02af\u1d00-\u1dbf\u1e00-\u1eff\ua730-\ua7ff\U0001f150-\U0001f189\U0001f1e6-\U0001f1ff]"
)

_CHUNK = re.compile(r"\S+")
_LONGEST_CHUNK = 64
_CHUNKS_REMEMBERED = 65_536
_LEFT = "\"'“”‘’([{<«.,;:?¿¡…-–—`>/#"
_RIGHT = "\"'“”‘’)]}>»».,;:?!…-–—`</"
# Shorter words in ASCII hide none.
_SHORTEST = 3
_EMPHASIS = "*_~"
_MAILBOX = re.compile(r"[^@\s]@[^@\s]+\.[a-z]{2}")
_SEPARATORS = re.compile(r"[\W_]+")
_WORD = re.compile(rf"[^\W_]+(?:(?=[^\x00-\u02ff]){MARK}++[^\W_]*)*")
# A word with signs that pass for letters, but without those that stand between words.
_SIGNED = re.compile(r"[^\s\-–—_/.,;:…\"'“”‘’()\[\]{}<>?]+")
_SPLITTING = re.compile(r"[-._~·•]+")
# Apostrophes, brackets and the like are part of honest spelling, and so are long rows of marks.
_HONEST_JOINT = re.compile(r"['’`´\"“”‘;:=()\[\]{}<>]|[\W_]{3}")
# A text in which more is suspicious was made for that, and reading it would take long.
_MOST_SUSPICIOUS = 800
# So many letters count for a word where there are no spaces.
_LETTERS_OF_A_WORD = 16
# Honest words are joined by these too, so anything but abuse is left apart.
_COMMON_JOINT = re.compile(r"[-–/,]")


class TooMuchDisguised(Exception):
    """There is more to look at in this text than in any that was written to be read."""


def undone(text: str, chunks: Sequence[str]) -> list[Change]:
    """List what to replace in `text`, in its order and without overlaps. Raises TooMuchDisguised.

    Its chunks are what stands between two spaces.
    """
    classes = None
    if text.isascii() or not _UNTYPED.search(text):
        classes = b" %b " % text.replace("’", "'").encode("ascii", "replace").translate(_CLASSES)
    may_be_apart = classes is None or _is_apart(classes)
    if not may_be_apart and _HARMLESS.holds(chunks):
        return []
    if classes is None:
        if not _HAS_LATIN.search(text):
            return []
    elif not may_be_apart and not _is_suspicious(text, classes):
        return []
    return _Reader(text, chunks).changes(may_be_apart=may_be_apart)


def reads_as_written(text: str) -> bool:
    """Whether a look is enough to see that a text is plain words, which normalising leaves alone.

    For the entries of long lists: it costs a fraction of normalising them, and few need that.
    """
    return bool(_PLAIN_WORDS.fullmatch(text)) and not _STRETCHED.search(text)


class _Harmless:
    """Chunks met before that hide nothing. Bounded: people make up words without end."""

    def __init__(self) -> None:
        self._chunks: set[str] = set()

    def holds(self, chunks: Sequence[str]) -> bool:
        """Whether all of a text's chunks hide nothing; never of one so long that they must be counted.

        That a text was passed over is no proof: bi---h is looked at only beside what is suspicious.
        """
        if len(chunks) > _MOST_SUSPICIOUS:
            return False
        if self._chunks.issuperset(chunks):
            return True
        if len(self._chunks) > _CHUNKS_REMEMBERED:
            self._chunks.clear()
        unknown = [chunk for chunk in chunks if chunk not in self._chunks]
        harmless = list(filter(_hides_nothing, unknown))
        self._chunks.update(harmless)
        return len(harmless) == len(unknown)


_HARMLESS = _Harmless()


def _hides_nothing(chunk: str) -> bool:
    # Most readings are believed beside Latin letters; what has none there has none anywhere.
    return len(chunk) <= _LONGEST_CHUNK and (
        _is_innocent(chunk) or not _in_chunk(chunk, beside_latin=True)
    )


def _is_innocent(chunk: str) -> bool:
    """Whether a look is enough to see that a chunk hides nothing."""
    return chunk in known() or _is_plain(chunk)


def _is_suspicious(text: str, classes: bytes) -> bool:
    return (
        _SIGN in classes
        or b"a.a" in classes
        or b"a..a" in classes
        or (_CALL in classes and b"!a" in classes)
        # Numbers are suspicious only beside letters.
        or (_DIGIT in classes and any(pair in classes for pair in _NUMBERED))
        or (_is_stretched(text) and _STRETCHED.search(text) is not None)
    )


def _is_apart(classes: bytes) -> bool:
    """Whether single letters may stand side by side."""
    if b"'a'" in classes or _APART.search(classes.translate(_ALL_GAPS)):
        return True
    has_signs = _SIGN in classes or _CALL in classes
    return has_signs and _APART.search(classes.translate(_SIGNS_AS_LETTERS)) is not None


def _is_stretched(text: str) -> bool:
    """Whether a byte occurs three times in a row, or two do twice each.

    Found by arithmetic on the text as one number, which costs less than any search.
    """
    raw = text.encode()
    number = int.from_bytes(raw, "big")
    differences = number ^ (number >> 8)
    return b"\0" in (differences | (differences >> 8)).to_bytes(len(raw), "big") or b"\0" in (
        differences | (differences >> 16)
    ).to_bytes(len(raw), "big")


def _is_plain(word: str) -> bool:
    """Whether a word is of plain letters alone, none of which are stretched."""
    return word.isascii() and word.isalpha() and not _STRETCHED.search(word)


def _is_mostly_latin(text: str) -> bool:
    plain = text.encode("ascii", "ignore")
    return len(plain.translate(None, _NO_LETTERS)) > len(text) - len(plain)


class _Reader:
    """Goes through one text, and gives up where too much of it is suspicious."""

    def __init__(self, text: str, chunks: Sequence[str]) -> None:
        self._text = text
        self._chunks = chunks
        self._beside_latin = text.isascii() or _is_mostly_latin(text)
        self._looked_at: set[str] = set()
        self._left = _MOST_SUSPICIOUS

    def changes(self, *, may_be_apart: bool) -> list[Change]:
        found: list[Change] = []
        place = 0
        apart = spaced(self._text, beside_latin=self._beside_latin) if may_be_apart else ()
        for change in apart:
            self._look_at(1)
            found.extend(self._in_chunks(place, change[0]))
            found.append(change)
            place = change[1]
        if found or not _HARMLESS.holds(self._chunks):
            found.extend(self._in_chunks(place, len(self._text)))
        return found

    def _in_chunks(self, start: int, end: int) -> Iterator[Change]:
        for match in _CHUNK.finditer(self._text, start, end):
            chunk = match.group()
            if _is_innocent(chunk):
                continue
            place = match.start()
            for first, last, word in self._in_chunk(chunk):
                yield place + first, place + last, word

    def _in_chunk(self, chunk: str) -> Iterable[Change]:
        if len(chunk) > _LONGEST_CHUNK:
            self._look_at(len(chunk) // _LETTERS_OF_A_WORD)
            return _in_words(chunk, beside_latin=self._beside_latin)
        found = _in_chunk(chunk, beside_latin=self._beside_latin)
        if found is None:
            return ()
        if chunk not in self._looked_at:
            self._looked_at.add(chunk)
            self._look_at(1)
        return found

    def _look_at(self, words: int) -> None:
        self._left -= words
        if self._left < 0:
            raise TooMuchDisguised


@lru_cache(maxsize=16_384)
def _in_chunk(chunk: str, *, beside_latin: bool) -> tuple[Change, ...] | None:
    """Read all between two spaces; None if there is nothing suspicious about it."""
    start = len(chunk) - len(chunk.lstrip(_LEFT))
    end = len(chunk.rstrip(_RIGHT))
    if (
        # Most are words beside a mark of punctuation.
        _is_plain(chunk[start:end])
        or "://" in chunk
        or ("@" in chunk and _MAILBOX.search(chunk))
        or ("." in chunk and LINK.search(chunk))
    ):
        return None
    while start < end - 1 and chunk[start] == chunk[end - 1] and chunk[start] in _EMPHASIS:
        start, end = start + 1, end - 1
    core = chunk[start:end]
    if core.startswith("@"):
        # Most often a name that someone is called by.
        word = read(core, beside_latin=beside_latin)
        return ((start, end, word),) if word else ()
    if _is_plain(core) or (core.isascii() and len(core) < _SHORTEST):
        return None
    if core.isalnum():
        word = _one(core, beside_latin=beside_latin)
        return ((start, end, word),) if word else ()
    whole = _whole(core, beside_latin=beside_latin)
    if whole:
        return ((start, end, whole),)
    return tuple(
        (start + first, start + last, word)
        for first, last, word in _in_words(core, beside_latin=beside_latin)
    )


@lru_cache(maxsize=4_096)
def _whole(core: str, *, beside_latin: bool) -> str | None:
    """Read all between two spaces as one word, whatever signs stand in it."""
    if len(core) <= LONGEST and (word := read(core, beside_latin=beside_latin)):
        return word
    parts = [part for part in _SEPARATORS.split(core) if part]
    if not parts or parts == [core] or all(_is_word(part) for part in parts):
        return None
    if word := unmask(core) or unmask(_SPLITTING.sub("", core)):
        return word
    joined = "".join(parts)
    if len(joined) > LONGEST:
        return None
    if joined.isdigit() or _HONEST_JOINT.search(core):
        return None
    word = joined if joined in known() else read(joined, beside_latin=beside_latin)
    wanted = abusive() if len(parts) == 2 and _COMMON_JOINT.search(core) else known()  # noqa: PLR2004
    return word if word and len(word) >= _SHORTEST and word in wanted else None


def _is_word(part: str) -> bool:
    return part in known() or part in SINGLE or part.isdigit()


def _in_words(text: str, *, beside_latin: bool) -> Iterator[Change]:
    for match in _SIGNED.finditer(text):
        signed = match.group()
        if _is_plain(signed):
            continue
        place = match.start()
        if len(signed) <= LONGEST and not signed.isalnum() and len(signed) < len(text):
            word = _whole(signed, beside_latin=beside_latin)
            if word:
                yield place, match.end(), word
                continue
        for inner in _WORD.finditer(signed):
            word = _one(inner.group(), beside_latin=beside_latin)
            if word:
                yield place + inner.start(), place + inner.end(), word


def _one(word: str, *, beside_latin: bool) -> str | None:
    if _is_plain(word) or (word.isascii() and len(word) < _SHORTEST):
        return None
    found = read(word, beside_latin=beside_latin)
    if found is None and beside_latin and not word.isascii():
        found = latinise(word)
    return found
