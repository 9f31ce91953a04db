"""Hide a word from a machine, though not from people: the disguises that evaders use.

Each is a pure function of a piece of text and of lots that are drawn. Knows nothing of models.
"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

_VOWELS = "aeiou"
_DIGITS = dict(zip("aeiostbglz", "4310578912", strict=True))
_SIGNS = {"a": "@", "e": "€", "i": "!", "s": "$", "c": "(", "l": "|", "t": "+", "o": "()", "h": "#"}
# What looks the same in Cyrillic or Greek.
_LOOK_ALIKES = dict(zip("aeopcyxisjhuvndk", "аеорсухіѕјһυνոԁκ", strict=True))
_ACCENTED = dict(
    zip("aeiouyncsz", ("áàâäã", "éèêë", "íìîï", "óòôöõ", "úùûü", "ýÿ", "ñ", "ç", "š", "ž"), strict=True)
)
# The first capital and the first small letter of alphabets without holes: bold, bold italic, script,
# Fraktur, sans serif, its bold, and typewriter.
_MATHEMATICAL = (
    *((0x1D400, 0x1D41A), (0x1D468, 0x1D482), (0x1D4D0, 0x1D4EA), (0x1D56C, 0x1D586)),
    *((0x1D5A0, 0x1D5BA), (0x1D5D4, 0x1D5EE), (0x1D670, 0x1D68A)),
)
_ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff"
_BIDI_MARKS = "\u200e\u200f\u061c"
_BIDI_EMBEDDINGS = (
    ("\u202a", "\u202c"),
    ("\u202d", "\u202c"),
    ("\u2066", "\u2069"),
    ("\u2068", "\u2069"),
)
_PILED = tuple(map(chr, range(0x0300, 0x0330)))
_MARKS = ".,-'/|_~"
_SHOUTS = ("!!!!", "???", "?!?!?!", "....", "!!!1!")
_MASK = "*"


@dataclass(frozen=True, slots=True)
class Disguise:
    """A way to hide words: of what family, what it does to one piece, and what it needs and leaves."""

    name: str
    # Two of one family would only undo or repeat each other.
    family: str
    hide: Callable[[str, Random], str]
    # Whether it is put on the whole comment instead of on the offending words alone.
    everywhere: bool = False
    # Whether it works on plain letters only, and whether it leaves any.
    needs_plain_letters: bool = False
    leaves_plain_letters: bool = True

    def may_follow(self, first: "Disguise") -> bool:
        """Whether it makes sense to put this disguise on what `first` has hidden."""
        return self.family != first.family and (
            first.leaves_plain_letters or not self.needs_plain_letters
        )


def leet_digits(word: str, lots: Random) -> str:
    """Write digits for vowels, or for other letters where there is no vowel: 1diot."""
    return _some_replaced(word, _digit, lots)


def leet_signs(word: str, lots: Random) -> str:
    """Write signs for letters: !diot, a$$."""
    return _some_replaced(word, lambda letter, _: _SIGNS.get(letter.lower()), lots)


def confusables(word: str, lots: Random) -> str:
    """Write Cyrillic and Greek letters that look the same."""
    return _some_replaced(word, lambda letter, _: _LOOK_ALIKES.get(letter.lower()), lots)


def accents(word: str, lots: Random) -> str:
    """Put accents where none belong: ídíót."""

    def accented(letter: str, lots: Random) -> str | None:
        choice = _ACCENTED.get(letter.lower())
        return lots.choice(choice) if choice else None

    return _some_replaced(word, accented, lots)


def fullwidth(text: str, _: Random) -> str:
    """Write the wide forms that East Asian typography has."""
    return "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in text)


def mathematical(text: str, lots: Random) -> str:
    """Write the letters of formulae, which blogs use for fancy names."""
    capital, small = lots.choice(_MATHEMATICAL)

    def letter(one: str) -> str:
        if "A" <= one <= "Z":
            return chr(capital + ord(one) - ord("A"))
        return chr(small + ord(one) - ord("a")) if "a" <= one <= "z" else one

    return "".join(map(letter, text))


def zero_width(word: str, lots: Random) -> str:
    """Put marks that take no room between letters."""
    return _in_some_gaps(word, lambda: lots.choice(_ZERO_WIDTH), lots)


def bidi_marks(word: str, lots: Random) -> str:
    """Put marks of writing direction around a word and between its letters."""
    start, end = lots.choice(_BIDI_EMBEDDINGS)
    return start + _in_some_gaps(word, lambda: lots.choice(_BIDI_MARKS), lots) + end


def soft_hyphens(word: str, lots: Random) -> str:
    """Put hyphens that show only at the end of a line."""
    return _in_some_gaps(word, lambda: "\u00ad", lots)


def combining_piles(word: str, lots: Random) -> str:
    """Heap accents on every letter."""
    return "".join(
        one + "".join(lots.choices(_PILED, k=lots.randint(2, 5))) if one.isalpha() else one
        for one in word
    )


def spaced(text: str, _: Random) -> str:
    """Put a space between the letters, and three between words: i d i o t."""
    # Spaces at the ends belong to the piece: they part it from its neighbours.
    before = "   " * text[:1].isspace()
    after = "   " * (text[-1:].isspace() and bool(text.strip()))
    return before + "   ".join(" ".join(_letters(word)) for word in text.split()) + after


def dotted(word: str, _: Random) -> str:
    """Write i.d.i.o.t."""
    return ".".join(_letters(word))


def dashed(word: str, _: Random) -> str:
    """Write i-d-i-o-t."""
    return "-".join(_letters(word))


def underscored(word: str, _: Random) -> str:
    """Write i_d_i_o_t."""
    return "_".join(_letters(word))


def split_once(word: str, lots: Random) -> str:
    """Split a word by one mark: id.iot."""
    letters = _letters(word)
    if len(letters) == 1:
        return word
    gap = lots.randint(1, len(letters) - 1)
    return "".join(letters[:gap]) + lots.choice(_MARKS) + "".join(letters[gap:])


def stretched(word: str, lots: Random) -> str:
    """Draw out one vowel, or the last letter: idiooooot."""
    letters = _letters(word)
    vowels = [place for place, letter in enumerate(letters) if letter.lower() in _VOWELS]
    place = lots.choice(vowels) if vowels else len(letters) - 1
    letters[place] *= lots.randint(4, 7)
    return "".join(letters)


def doubled(word: str, _: Random) -> str:
    """Write every letter twice: iiddiioott."""
    return "".join(letter * 2 for letter in _letters(word))


def shouted(word: str, lots: Random) -> str:
    """Put runs of exclamation and question marks behind a word."""
    return word + lots.choice(_SHOUTS)


def mixed_case(text: str, lots: Random) -> str:
    """Write iDiOT: capitals at random, with one at least that was none."""
    mixed = "".join(lots.choice((one.lower(), one.upper())) for one in text)
    return mixed if mixed != text else text.swapcase()


def masked(word: str, lots: Random) -> str:
    """Write a star for one letter inside a word, a vowel where there is one: id*ot."""
    letters = _letters(word)
    inside = range(1, max(len(letters) - 1, 2))
    vowels = [place for place in inside if place < len(letters) and letters[place].lower() in _VOWELS]
    place = lots.choice(vowels) if vowels else len(letters) // 2
    letters[place] = _MASK
    return "".join(letters)


DISGUISES: tuple[Disguise, ...] = (
    # Other characters for letters.
    Disguise("leet digits", "leet", leet_digits, needs_plain_letters=True),
    Disguise("leet signs", "leet", leet_signs, needs_plain_letters=True),
    Disguise("masked letter", "mask", masked, needs_plain_letters=True),
    Disguise("accents", "accents", accents, needs_plain_letters=True),
    # Other alphabets.
    Disguise("confusables", "alphabet", confusables, needs_plain_letters=True),
    Disguise("fullwidth", "alphabet", fullwidth, everywhere=True, leaves_plain_letters=False),
    Disguise(
        *("mathematical letters", "alphabet", mathematical),
        everywhere=True,
        needs_plain_letters=True,
        leaves_plain_letters=False,
    ),
    # Nothing to see.
    Disguise("zero-width marks", "invisible", zero_width),
    Disguise("bidi marks", "invisible", bidi_marks),
    Disguise("soft hyphens", "invisible", soft_hyphens),
    # More than belongs there.
    Disguise("combining piles", "piles", combining_piles),
    Disguise("stretched letter", "repeats", stretched),
    Disguise("doubled letters", "repeats", doubled),
    Disguise("shouted marks", "shouts", shouted),
    Disguise("mixed case", "case", mixed_case, everywhere=True, needs_plain_letters=True),
    # Words taken apart.
    Disguise("spaced words", "parts", spaced),
    Disguise("spaced text", "parts", spaced, everywhere=True),
    Disguise("dotted letters", "parts", dotted),
    Disguise("dashed letters", "parts", dashed),
    Disguise("underscored letters", "parts", underscored),
    Disguise("split by a mark", "parts", split_once),
)

PAIRS: tuple[tuple[Disguise, Disguise], ...] = tuple(
    (first, second) for first in DISGUISES for second in DISGUISES if second.may_follow(first)
)


def _digit(letter: str, _: Random) -> str | None:
    return _DIGITS.get(letter.lower())


def _some_replaced(word: str, replacement: Callable[[str, Random], str | None], lots: Random) -> str:
    """Replace half of the letters that can be replaced, and one at least; vowels before others."""
    can = {place: new for place, one in enumerate(word) if (new := replacement(one, lots))}
    vowels = [place for place in can if word[place].lower() in _VOWELS]
    places = vowels or list(can)
    chosen = set(lots.sample(places, (len(places) + 1) // 2))
    return "".join(can[place] if place in chosen else one for place, one in enumerate(word))


def _in_some_gaps(word: str, mark: Callable[[], str], lots: Random) -> str:
    """Put a mark into half of the gaps between letters, and into one at least."""
    letters = _letters(word)
    gaps = range(1, len(letters))
    chosen = set(lots.sample(gaps, (len(gaps) + 1) // 2))
    return "".join(mark() + one if place in chosen else one for place, one in enumerate(letters))


def _letters(word: str) -> list[str]:
    """Cut a word into characters as people see them: accents and invisible marks stay with theirs."""
    found: list[str] = []
    for one in word:
        if found and unicodedata.category(one) in {"Mn", "Me", "Cf"}:
            found[-1] += one
        else:
            found.append(one)
    return found
