"""Read one word as a person reads it who sees through its spelling: k1ll, fuuuck, ïdïöt, ѕhit, f*ck.

A reading counts only if it is a word of the lexicon, and the less a spelling looks like an accident,
the more words may be under it.
"""

import re
import unicodedata
from collections import Counter
from functools import lru_cache

from moderation.text.characters import ACCENTS
from moderation.text.lexicon import abusive, beginnings, known, look_alikes, masked, of_length

LONGEST = 40
# Digits and signs that pass for letters.
LEET = {
    "0": "o", "1": "il", "2": "z", "3": "e", "4": "a", "5": "s", "6": "gb", "7": "t", "8": "b", "9": "g",
    "@": "a", "$": "s", "!": "il", "|": "il", "€": "e", "£": "l", "¢": "c", "¥": "y",
}  # fmt: skip
# Latin letters whose strokes Unicode does not take apart.
_STROKES = {"đ": "d", "ø": "o", "ł": "l", "ħ": "h", "ŧ": "t", "ı": "i", "ƒ": "f", "ƙ": "k"}
_LONG_RUN = re.compile(r"(.)\1{2,}", re.DOTALL)
_ACCENT = re.compile(f"[{ACCENTS}]+")
# Signs that hide a letter. A comma, a slash or a quotation mark is there for itself.
_MASK = re.compile(r"[^\w\s\x00-\x1f\x7f,;:/\\\"'`´“”‘’()\[\]{}<>=|]|_")
_STRETCHED = re.compile(r"(.)\1\1", re.DOTALL)
_ALL_DOUBLED = re.compile(r"(?:(.)\1){3,}")
_ASCII_LETTER = re.compile(r"[a-z]")
# Science puts one Greek letter before or after others: μmol, kΩ.
_SYMBOL = re.compile(r"[α-ω][a-z0-9]*|[a-z0-9]*[α-ω]")
_SQUARE = re.compile("[\U0001f150-\U0001f189\U0001f1e6-\U0001f1ff]")
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]")
_NEVER: tuple[int, frozenset[str]] = (0, frozenset())
_SHORTEST_MASKED = 4
_FEWEST_SEEN = 2
_EDGES = re.compile(r"^[^\x00-\x7f\w]|[^\x00-\x7f\w]$")
_SHAPE = re.compile(r"[a-z0-9?]+")
# The few words that people hide all but the first letter of.
_INITIALS = {"f***": "fuck", "s***": "shit", "c***": "cunt", "b****": "bitch", "f****": "fucks"}


def read(word: str, *, beside_latin: bool) -> str | None:
    """Return the word of the lexicon under `word`, or None if there is none but itself."""
    # First whether any word is there, since that is quickly denied, and then what it takes to
    # believe it.
    found = _readings(word)
    if not found or word in found:
        return None
    shortest, wanted = _needed(word, beside_latin=beside_latin)
    believed = [one for one in found if len(one) >= shortest and one in wanted]
    # The fewer letters are taken away, the better: goood is good and not god.
    return min(believed, key=lambda one: (-len(one), one not in abusive(), one), default=None)


def latinise(word: str) -> str | None:
    """Spell with Latin letters alone what is written in Latin letters and foreign look-alikes."""
    if not _ASCII_LETTER.search(word) or _SYMBOL.fullmatch(word):
        return None
    spelt = []
    for character in word:
        if character.isascii() or _is_latin(character):
            spelt.append(character)
        elif letters := look_alikes().get(character):
            spelt.append(letters[0])
        else:
            return None
    latin = "".join(spelt)
    return latin if latin != word else None


def unmask(word: str) -> str | None:
    """Return the word of abuse of which signs hide some letters, as in f*ck."""
    if not _SHORTEST_MASKED <= len(word) <= LONGEST:
        return None
    if word in _INITIALS:
        return _INITIALS[word]
    if not word.isascii():
        word = "".join(_letters(character)[:1] or character for character in _ACCENT.sub("", word))
    if word.count(".") > 1 or _EDGES.search(word):
        # More than one full stop stands for itself, as in r.i.p, and so does a sign beside a word.
        return None
    shape = _MASK.sub("?", word)
    hidden = shape.count("?")
    seen = len(shape) - hidden
    if not 0 < hidden <= seen or seen < _FEWEST_SEEN or not _SHAPE.fullmatch(shape):
        return None
    fitting: frozenset[int] | None = None
    for place, sign in enumerate(shape):
        if sign != "?":
            here = frozenset[int]().union(
                *(masked(len(shape), place, letter) for letter in _either(sign))
            )
            fitting = here if fitting is None else fitting & here
            if not fitting:
                return None
    return of_length(len(shape))[min(fitting)] if fitting else None


def _either(character: str) -> str:
    return LEET.get(character, character)


def _readings(word: str) -> list[str]:
    """Spell `word` in every way that words of the lexicon are spelt."""
    begun = [""]
    all_begun = beginnings()
    place, length = 0, len(word)
    while place < length:
        character = word[place]
        end = place + 1
        while end < length and word[end] == character:
            end += 1
        if "a" <= character <= "z":
            letters = character
        elif not (letters := _letters(character)):
            if _ACCENT.match(character) and place:
                place = end
                continue
            return []
        if end - place == 1:
            begun = [
                longer for one in begun for letter in letters if (longer := one + letter) in all_begun
            ]
        else:
            # What is doubled or stretched may have been there once or twice.
            spelt = [letter * times for letter in letters for times in (1, 2)]
            begun = [longer for one in begun for more in spelt if (longer := one + more) in all_begun]
        if not begun:
            return begun
        place = end
    return [one for one in begun if one in known()]


@lru_cache(maxsize=4_096)
def _letters(character: str) -> str:
    return LEET.get(character) or look_alikes().get(character) or _without_accents(character)


def _needed(word: str, *, beside_latin: bool) -> tuple[int, frozenset[str]]:
    """Say how long a reading must be, and of which words, to be believed."""
    kinds = Counter(map(_kind, _LONG_RUN.sub(r"\1\1", word)))
    length = kinds.total()
    if kinds["plain"] == length:
        # Doubled letters are a disguise only of words that need one; stretched ones of any, and so
        # is a word in which every letter is doubled.
        is_stretched = _STRETCHED.search(word) is not None
        return 3 - is_stretched, known() if is_stretched or _ALL_DOUBLED.fullmatch(word) else abusive()
    if _SQUARE.search(word):
        # Flags and the like have a meaning of their own, unless all of them together make a word.
        return _NEVER if kinds["plain"] and _FLAG.search(word) else (4, abusive())
    if kinds["foreign"] and not kinds["plain"] and not beside_latin:
        return _NEVER
    if kinds["digit"] or kinds["sign"]:
        return _needed_of_leet(word, kinds)
    if kinds["accented"] and not kinds["foreign"]:
        # A stroke makes a letter of its own, and is no accent.
        kinds["accented"] -= sum(character in _STROKES for character in word)
        # Honest words have few accents, and other languages have many words.
        return (3, known()) if kinds["accented"] >= max(3, length - 1) else (4, abusive())
    return 3, known()


def _needed_of_leet(word: str, kinds: Counter[str]) -> tuple[int, frozenset[str]]:
    length = kinds.total()
    spelt = length - kinds["digit"] - kinds["sign"]
    if kinds["digit"] and spelt < max(2, length / 3):
        return _NEVER
    if not any(_kind(character) in {"digit", "sign"} for character in word[1:-1]):
        # A number before or after a word (7in, step5) is honest, and so is @name.
        return 4 if kinds["digit"] else 3, abusive()
    return 3, known() if 2 * spelt > length else abusive()


@lru_cache(maxsize=4_096)
def _kind(character: str) -> str:
    if character.isascii():
        return "plain" if character.isalpha() else "digit" if character.isdigit() else "sign"
    if character in LEET:
        return "sign"
    return "accented" if _ACCENT.match(character) or _is_latin(character) else "foreign"


def _without_accents(character: str) -> str:
    base = unicodedata.normalize("NFD", character)[0]
    return base if "a" <= base <= "z" else _STROKES.get(character, "")


def _is_latin(character: str) -> bool:
    return unicodedata.name(character, "").startswith("LATIN")
