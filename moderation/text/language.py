"""Say in which language a text is, or that it cannot be told. Knows nothing of what is made of it.

Most comments are told by a look at their commonest words, or by their script. The library is asked
about the rest, and loaded when the first of them comes.
"""

import re
from bisect import bisect_right
from collections import Counter
from functools import cache
from typing import Any

from moderation.text.lexicon import common_english, known
from moderation.text.normalising import Normalised

# Fewer letters than these do not tell.
_FEWEST_LETTERS = 25
# The beginning of a text tells its language.
_LONGEST = 600
# So many different common words, and such a share of the words, make a text English.
_ENGLISH_WORDS = 3
_ENGLISH_SHARE = 0.2
# Of the words, so many must be in the English lexicon for a text to be English without the library,
# and for another language to be doubted.
_KNOWN_SHARE = 0.6
_DOUBTED_SHARE = 0.4
# And at least so many for the library to be believed when it says that a text is English.
_LEAST_SHARE = 0.25
# How sure the library must be.
_SURE = 0.5

# What no language has a share in: addresses, names that are called, tags.
_NO_WORDS = re.compile(r"https?://\S+|www\.\S+|[@#]\S+")
_WORDS = re.compile(r"[^\W\d_]{2,}")

# Where each script begins, and the language that alone is written in it; None where there are
# several, and "" for what is no script.
_SCRIPTS = (
    (0x0000, "Latin"), (0x0370, "el"), (0x0400, None), (0x0530, "hy"), (0x0590, "he"), (0x0600, None),
    (0x0980, "bn"), (0x0A00, "pa"), (0x0A80, "gu"), (0x0B00, "or"), (0x0B80, "ta"), (0x0C00, "te"),
    (0x0C80, "kn"), (0x0D00, "ml"), (0x0D80, "si"), (0x0E00, "th"), (0x0E80, "lo"), (0x0F00, "bo"),
    (0x1000, "my"), (0x10A0, "ka"), (0x1100, "ko"), (0x1200, "am"), (0x13A0, None), (0x1780, "km"),
    (0x1800, None), (0x1E00, "Latin"), (0x1F00, "el"), (0x2000, None), (0x3040, "ja"), (0x3100, None),
    (0x3130, "ko"), (0x3190, None), (0x3400, "zh"), (0xA000, None), (0xAC00, "ko"), (0xD7B0, None),
    (0xFF66, "ja"), (0xFFA0, None), (0x20000, "zh"), (0x32000, None),
)  # fmt: skip
_BEGINNINGS = tuple(beginning for beginning, _ in _SCRIPTS)
_MOSTLY = 0.6
# Scripts that say more with a letter.
_DENSE = frozenset({"zh", "ja", "ko", "th", "lo", "my", "km"})
# The languages of which the library has learnt enough, and people write enough, not to be a mistake.
_LANGUAGES = (
    "af", "ar", "az", "be", "bg", "bn", "ca", "cs", "cy", "da", "de", "el", "en", "eo", "es", "et",
    "eu", "fa", "fi", "fr", "ga", "gu", "he", "hi", "hr", "hu", "hy", "id", "is", "it", "ja", "ka",
    "kk", "kn", "ko", "ku", "lt", "lv", "mk", "ml", "mn", "mr", "mt", "my", "ne", "nl", "nn", "no",
    "or", "pa", "pl", "ps", "pt", "ro", "ru", "si", "sk", "sl", "sq", "sr", "sv", "sw", "ta", "te",
    "th", "tl", "tr", "uk", "ur", "uz", "vi", "zh",
)  # fmt: skip
# Japanese is written mostly in Chinese characters at times, but never without its own.
_SOME_KANA = 0.1


def detect(text: Normalised) -> str | None:
    """Name the language of `text` by its two letters of ISO 639, or None if it cannot be told."""
    words = text.chunks
    common = len(common_english().intersection(words))
    if (
        common >= _ENGLISH_WORDS
        and len(text.text) - len(words) >= 2 * _FEWEST_LETTERS
        and common >= _ENGLISH_SHARE * min(len(words), 40)
    ):
        return "en"
    return _detect(_NO_WORDS.sub(" ", text.text[:_LONGEST]))


def _detect(text: str) -> str | None:
    script = "Latin" if text.isascii() else _script(text)
    fewest = _FEWEST_LETTERS // 3 if script in _DENSE else _FEWEST_LETTERS
    if sum(map(str.isalpha, text)) < fewest:
        return None
    if script == "Latin":
        return _latin(text)
    return _ask(text) if script is None else script or None


def _script(text: str) -> str | None:
    """Name the script of most letters: the language that has it for itself, Latin, "" for a mixture."""
    found = Counter(
        _SCRIPTS[bisect_right(_BEGINNINGS, ord(character)) - 1][1]
        for character in text
        if character.isalpha()
    )
    if not found:
        return ""
    letters = found.total()
    if found["ja"] >= _SOME_KANA * letters and found["ja"] + found["zh"] >= _MOSTLY * letters:
        return "ja"
    script, count = found.most_common(1)[0]
    return script if count >= _MOSTLY * letters else ""


def _latin(text: str) -> str | None:
    """Tell English from other languages in Latin letters."""
    words = _WORDS.findall(text)
    share = sum(map(known().__contains__, words)) / max(len(words), 1)
    if share >= _KNOWN_SHARE:
        return "en"
    language = _ask(text)
    if language == "en":
        return language if share >= _LEAST_SHARE else None
    return language if share < _DOUBTED_SHARE else None


def _ask(text: str) -> str | None:
    language, likelihood = _library().classify(text)
    return str(language)[:2] if likelihood >= _SURE else None


@cache
def _library() -> Any:
    # Takes half a second and 80 MB, which a site in English seldom needs.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415

    library = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    library.set_languages(_LANGUAGES)
    return library
