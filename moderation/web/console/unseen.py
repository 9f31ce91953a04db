"""Find characters that cannot be seen, or that turn the text around, and say what they are."""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass

from flask_babel import LazyString, lazy_gettext

from moderation.verdict import Span

# Controls, format characters, fillers, joiners, variation selectors and tags. A tab and the ends of
# lines are shown as what they are.
_UNSEEN = re.compile(
    "([\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e01ef])\\1*"
)
_JOINERS = "\u200c\u200d"
_FLAG = "\U0001f3f4"
_TAGS = re.compile("[\U000e0020-\U000e007f]")
_KEYCAP = "\u20e3"
# Scripts whose letters change their shape beside a joiner, from Arabic to Burmese and Khmer.
_JOINED = re.compile("[\u0600-\u109f\u1780-\u18af\ua840-\uabff]")
_IDEOGRAPH = re.compile("[\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_MONGOLIAN = re.compile("[\u1800-\u18af]")
# What emoji are made of, besides other signs.
_PARTS_OF_EMOJI = "\ufe0e\ufe0f‼⁉〰〽ℹ"

# What people call them, and a few letters that fit in a line. The others go by what Unicode calls them.
_NAMES: dict[str, tuple[str, LazyString]] = {
    "\u00ad": ("SHY", lazy_gettext("soft hyphen")),
    "\u034f": ("CGJ", lazy_gettext("invisible joiner")),
    "\u061c": ("ALM", lazy_gettext("Arabic letter mark")),
    "\u200b": ("ZWSP", lazy_gettext("zero-width space")),
    "\u200c": ("ZWNJ", lazy_gettext("zero-width non-joiner")),
    "\u200d": ("ZWJ", lazy_gettext("zero-width joiner")),
    "\u200e": ("LRM", lazy_gettext("left-to-right mark")),
    "\u200f": ("RLM", lazy_gettext("right-to-left mark")),
    "\u2028": ("LS", lazy_gettext("line separator")),
    "\u2029": ("PS", lazy_gettext("paragraph separator")),
    "\u202a": ("LRE", lazy_gettext("left-to-right embedding")),
    "\u202b": ("RLE", lazy_gettext("right-to-left embedding")),
    "\u202c": ("PDF", lazy_gettext("end of a change of direction")),
    "\u202d": ("LRO", lazy_gettext("left-to-right override")),
    "\u202e": ("RLO", lazy_gettext("right-to-left override")),
    "\u2060": ("WJ", lazy_gettext("word joiner")),
    "\u2066": ("LRI", lazy_gettext("left-to-right isolate")),
    "\u2067": ("RLI", lazy_gettext("right-to-left isolate")),
    "\u2068": ("FSI", lazy_gettext("first strong isolate")),
    "\u2069": ("PDI", lazy_gettext("end of an isolate")),
    "\u2800": ("BLANK", lazy_gettext("blank Braille pattern")),
    "\u3164": ("HF", lazy_gettext("invisible Korean letter")),
    "\ufeff": ("BOM", lazy_gettext("zero-width no-break space")),
}


@dataclass(frozen=True)
class Unseen:
    """A character that cannot be seen: what stands in its place, and what it is called."""

    mark: str
    name: str | LazyString


def unseen(text: str) -> list[tuple[Span, Unseen]]:
    """Find the stretches of one such character each, where it is not part of honest writing."""
    if text.isascii() and text.isprintable():
        return []
    return [
        (match.span(), _named(match[1]))
        for match in _UNSEEN.finditer(text)
        if not _is_honest(text, match.start(), match.end())
    ]


def legend(text: str) -> list[tuple[Unseen, int]]:
    """Count the unseen characters of a text, the most frequent first."""
    counted: Counter[Unseen] = Counter()
    for (start, end), what in unseen(text):
        counted[what] += end - start
    return counted.most_common()


def readable(text: str) -> str:
    """Leave out what cannot be seen, so that an excerpt reads in its own direction."""
    pieces = []
    place = 0
    for (start, end), _what in unseen(text):
        pieces.append(text[place:start])
        place = end
    return "".join([*pieces, text[place:]])


def _is_honest(text: str, start: int, end: int) -> bool:
    """Whether a character does what it is there for: in emoji, or between letters that need it."""
    character = text[start]
    if _TAGS.match(character):
        return _begins_with_flag(text, start)
    if end - start > 1 or start == 0:
        return False
    before, after = text[start - 1], text[end : end + 1]
    if character in _JOINERS:
        return bool(_JOINED.match(before)) or (_is_emoji(before) and after != "" and _is_emoji(after))
    if character in "\ufe0e\ufe0f":
        return _is_emoji(before) or after == _KEYCAP
    if "\U000e0100" <= character <= "\U000e01ef":
        return bool(_IDEOGRAPH.match(before))
    return "\u180b" <= character <= "\u180f" and bool(_MONGOLIAN.match(before))


def _is_emoji(character: str) -> bool:
    return character in _PARTS_OF_EMOJI or unicodedata.category(character) in {"So", "Sm", "Sk"}


def _begins_with_flag(text: str, place: int) -> bool:
    while place and _TAGS.match(text[place - 1]):
        place -= 1
    return text[place - 1 : place] == _FLAG


def _named(character: str) -> Unseen:
    if character in _NAMES:
        return Unseen(*_NAMES[character])
    if _TAGS.match(character):
        # Letters that nobody sees, but that a program reads.
        letter = chr(ord(character) - 0xE0000)
        return Unseen(f"TAG {letter}", lazy_gettext("invisible letter"))
    number = f"U+{ord(character):04X}"
    name = unicodedata.name(character, "").lower()
    return Unseen(number, name or lazy_gettext("control character"))
