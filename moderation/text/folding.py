"""Spell alike what looks alike by Unicode's own standard, and find the way back. Knows no words.

A text is folded as a whole, because Python does that in C; where each piece came from is found out
only when someone asks.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate

from moderation.text.characters import ACCENTS, JOINING, MARK, UNSEEN
from moderation.verdict import Span

# Signs that stand for whole words, up to 18 letters. They are left as they are, or a text of
# nothing else would grow beyond what can be read in time.
_WORDY = (
    "\u3307\u3315\u3316\u3317\u3319\u331a\u3320\u332b\u332e\u3332\u3334\u3336\u3347\u334a\u3356"
    "\u33ae\u33af\ufdfa\ufdfb"
)
_HAS_WORDY = re.compile(f"[{_WORDY}]")
# Meanwhile characters stand for them that Unicode keeps free for such use, and never changes.
_FREE = "".join(map(chr, range(0xFDD0, 0xFDD0 + len(_WORDY))))
# Anything but Latin letters, whole or with their accents, and typographic signs.
_RICH = re.compile("[^\x00-\x7f\xa1-\xac\xae-\xff\u0100-\u012f\u0131-\u01a5\u01a7-\u024f‘’“”–—…]")
_UNSEEN = re.compile(f"[{UNSEEN}]+")
# No script puts more marks on a letter. Sorting them takes Python the square of their number besides.
_TOWER = re.compile(f"({MARK}{{8}}){MARK}++")
# Letters of ours that carry three accents and more carry them to be disguised.
_LADEN = re.compile(f"(?<=[A-Za-z])[{ACCENTS}]{{3,}}")
# Small capitals are capitals for our purpose; Unicode has no other case for most of them.
_SMALL = str.maketrans("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnoprstuvwyz")
_HAS_SMALL = re.compile("[ɢɪɴʀʏʙʜʟᴀ-ᴢꜰꜱ]")
# Honest letters carry one accent or two beyond those they are one character with.
_PILE = re.compile(f"[{ACCENTS}]{{3,}}")
_MARK = re.compile(MARK)
_UNSEEN_LAST = re.compile(f"(?<![{UNSEEN}])[{UNSEEN}]+\\Z")
_DOTTED_I = re.compile("i\u0307(?![\u0300-\u036f])")
# Characters up to the next that cannot join with those before it. ASCII is cut as a whole.
_PIECE = re.compile(
    rf"[\x00-\x7f]+(?![{UNSEEN}{JOINING}]|{MARK})|[\s\S](?:[{UNSEEN}{JOINING}]|{MARK})*+",
)
# Longer pieces seldom come again.
_SHORT = 8
# Pieces that are folded at once while the way back is sought.
_SLAB = 64


def fold(text: str) -> str:
    """Fold case and compatibility forms, drop invisible characters and piles of accents, compose."""
    if text.isascii():
        return text.lower()
    if _HAS_WORDY.search(text):
        return _exchanged(_FREE, _WORDY, _fold(_exchanged(_WORDY, _FREE, text)))
    return _fold(text)


def _exchanged(some: str, others: str, text: str) -> str:
    """Put `others` for `some`. One after the other: a table would be asked about every character."""
    for one, other in zip(some, others, strict=True):
        text = text.replace(one, other)
    return text


def _fold(text: str) -> str:
    if not _RICH.search(text):
        # Without the searches for what cannot be there.
        return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text.casefold()).casefold())
    folded = _UNSEEN.sub("", text)
    if _MARK.search(folded):
        folded = _TOWER.sub(r"\1", _LADEN.sub("", folded))
    # Folding case can undo normalising and the other way round; two rounds settle it, and the
    # tests hold that for all characters.
    for _ in range(2):
        folded = unicodedata.normalize("NFKC", folded.casefold())
        if folded.isascii():
            return folded.lower()
        if _HAS_SMALL.search(folded):
            folded = folded.translate(_SMALL)
    if _MARK.search(folded):
        folded = _DOTTED_I.sub("i", _PILE.sub("", folded))
    seen = _UNSEEN.sub("", folded)
    return seen if seen == folded else unicodedata.normalize("NFKC", seen)


class WayBack:
    """Where each character of `fold(original)` came from. Traced only around what is asked about."""

    def __init__(self, original: str) -> None:
        self._original = original
        self._is_plain = original.isascii()
        if self._is_plain:
            return
        pieces = [match.span() for match in _PIECE.finditer(original)]
        self._slabs = [pieces[first : first + _SLAB] for first in range(0, len(pieces), _SLAB)]
        lengths = (len(fold(original[slab[0][0] : slab[-1][1]])) for slab in self._slabs)
        # Where each slab begins once it is folded.
        self._begins = [0, *accumulate(lengths)]
        self._traced: dict[int, tuple[Sequence[int], Sequence[int]]] = {}

    def origin(self, span: Span) -> Span:
        """Lead a span that is not empty back to the original."""
        start, end = span
        if self._is_plain:
            return span
        return self._character(start)[0], self._character(end - 1)[1]

    def _character(self, place: int) -> Span:
        number = bisect_right(self._begins, place) - 1
        if number not in self._traced:
            self._traced[number] = self._trace(self._slabs[number])
        starts, ends = self._traced[number]
        place -= self._begins[number]
        return starts[place], ends[place]

    def _trace(self, pieces: list[Span]) -> tuple[Sequence[int], Sequence[int]]:
        first, last = pieces[0][0], pieces[-1][1]
        slab = self._original[first:last]
        if fold(slab) in {slab, slab.lower()}:
            return range(first, last), range(first + 1, last + 1)
        starts: list[int] = []
        ends: list[int] = []
        for start, end in pieces:
            piece = self._original[start:end]
            if piece.isascii():
                starts += range(start, end)
                ends += range(start + 1, end + 1)
                continue
            length, shown = _folded(piece) if len(piece) <= _SHORT else _folded.__wrapped__(piece)
            starts += (start,) * length
            ends += (start + shown,) * length
        return starts, ends


@lru_cache(maxsize=4_096)
def _folded(piece: str) -> tuple[int, int]:
    """Say how long a piece is when it is folded, and how much of it is shown.

    What is not shown, and stands last, is no part of what is.
    """
    return len(fold(piece)), len(_UNSEEN_LAST.sub("", piece))
