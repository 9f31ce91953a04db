"""What the core says in English, in the reader's language.

Signals and refusals are stored and raised as English sentences, because they are made where nobody
knows who will read them. A sentence is known by its shape, filled into the translation of that shape,
and left in English where no shape fits.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache

from babel.numbers import get_decimal_symbol
from flask_babel import get_locale, gettext

from moderation.text.languages import language_names
from moderation.web.console.blueprint import bp
from moderation.web.console.filters import named
from moderation.web.console.shapes import MORE, PARTS, SHAPES
from moderation.web.console.wording import headed, worded

# After the quoted entry of a list, where it was found.
_PLACE = re.compile(r"(?<=” )in (?:the|a) [^“”,]+?(?=, “| and \d+ more$|$)")
# What fills a shape is anything, but for these: without them, too much would fit.
_FILLED_WITH = {"number": r"[\d.,]+", "role": "reader|moderator|admin"}
# Where one sentence ends and another begins.
_SENTENCES = re.compile(r"(?<=\.) (?=[A-Z])")


@bp.app_template_filter()
def said(sentence: str) -> str:
    """Say what the core says, a sentence or several, in the reader's language."""
    whole = _translated(str(sentence), SHAPES)
    if whole != sentence or get_locale().language == "en":
        return whole
    return " ".join(_translated(one, SHAPES) for one in _SENTENCES.split(whole))


def _translated(sentence: str, shapes: tuple[str, ...]) -> str:
    if get_locale().language == "en":
        return sentence
    for shape in shapes:
        found = _pattern(shape).fullmatch(sentence)
        if found:
            values = {name: _value(name, value) for name, value in found.groupdict().items()}
            # Only what stands in the catalogue is a template; a sentence may hold what strangers wrote.
            return str(gettext(shape)) % values
    return sentence


@cache
def _pattern(shape: str) -> re.Pattern[str]:
    """Match the sentences that have this shape."""
    pieces = re.split(r"%\((\w+)\)s", shape)
    for place in range(0, len(pieces), 2):
        pieces[place] = re.escape(pieces[place])
    for place in range(1, len(pieces), 2):
        pieces[place] = f"(?P<{pieces[place]}>{_FILLED_WITH.get(pieces[place], '.+?')})"
    return re.compile("".join(pieces), re.DOTALL)


def _value(name: str, value: str) -> str:
    """Say what fills a shape; most of it is a number, or a name that stays as it is."""
    return _VALUES[name](value) if name in _VALUES else value


def _part(value: str) -> str:
    return _translated(value, PARTS)


def _places(value: str) -> str:
    return "; ".join(map(_part, value.split("; ")))


def _entries(value: str) -> str:
    return _translated(_PLACE.sub(lambda found: _part(found[0]), value), (MORE,))


def _language(value: str) -> str:
    codes = {name: code for code, name in language_names().items()}
    return str(get_locale().languages.get(codes.get(value, ""), value))


def _languages(value: str) -> str:
    *others, last = re.split(r", | and ", value)
    if not others:
        return _language(last)
    listed = ", ".join(map(_language, others))
    return str(gettext("%(others)s and %(last)s", others=listed, last=_language(last)))


def _each(value: str) -> str:
    return ", ".join(map(worded, value.split(", ")))


def _kind(value: str) -> str:
    return headed(worded(value.lower()))


def _plain(value: str) -> str:
    """Write the end of a range as it has to be typed, without a comma for thousands."""
    return value.replace(",", "")


def _figure(value: str) -> str:
    return value.replace(".", get_decimal_symbol(get_locale()))


_VALUES: Mapping[str, Callable[[str], str]] = {
    "act": worded,
    "after": _part,
    "allowed": said,
    "attribute": _part,
    "bad": _figure,
    "before": _part,
    "forged": _part,
    "found": _entries,
    "good": _figure,
    "high": _figure,
    "kind": _kind,
    "language": _language,
    "languages": _languages,
    "least": _plain,
    "likely": _figure,
    "low": _figure,
    "mode": worded,
    "most": _plain,
    "objection": _part,
    "people": worded,
    "reason": named,
    "role": worded,
    "scopes": _each,
    "share": _figure,
    "times": _part,
    "where": _places,
}
