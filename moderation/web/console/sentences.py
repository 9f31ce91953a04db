"""What the core says in English, in the reader's language.

Signals and refusals are stored and raised as English sentences, because they are made where nobody
knows who will read them. A sentence is known by its shape, filled into the translation of that shape,
and left in English where no shape fits.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache

from flask_babel import get_locale, gettext

from moderation.text.languages import language_names
from moderation.web.console.blueprint import bp

# Marks what is translated when it is shown.
_ = str

SHAPES = (
    # The classifier.
    _("The classifier alone says %(share)s, mostly for %(attribute)s."),
    _("The classifier finds little to object to: %(share)s."),
    _("The classifier is not available, so a person decides."),
    _("The classifier failed on this text, so a person decides."),
    _("The classifier does not read %(language)s, so a person decides."),
    # Lists and settings.
    _("On the list %(list)s: %(found)s."),
    _("The site's patterns were sought in the first %(number)s characters only."),
    _("The list %(list)s cannot be read; import it again."),
    _("The setting of the rule %(rule)s cannot be read; set or reset it."),
    _("The rule %(rule)s failed (%(error)s)."),
    # Authors.
    _("The author's name is an address."),
    _("The author's name sells something: “%(word)s”."),
    _("The author's name has many words, and an address."),
    _("The author's address sells something: “%(word)s”."),
    _("No comment of this author was approved before."),
    _("People approved %(number)s comments of this author and rejected none."),
    _("People rejected %(rejected)s of the author's last %(number)s comments that they decided on."),
    # How it was written and sent.
    _("The form's hidden field was filled in, which readers cannot see."),
    _("The form was sent %(number)s seconds after it was shown."),
    _("There is nothing to see in this text."),
    _("More words are disguised in this text than are looked at."),
    _("Most of this text is in a script that the classifier does not read."),
    _("This reads like %(language)s; the site's language is %(languages)s."),
    _("This reads like %(language)s; the site's languages are %(languages)s."),
    _("Praise that fits any page stands beside a link or an address."),
    _("%(number)s comments from this author within %(minutes)s minutes."),
    _("%(number)s comments from this range of addresses within %(minutes)s minutes."),
    _("The page was published %(number)s days before."),
    _("The comment was changed after it was first sent."),
    _("Parts of what was sent were too long or unreadable, and are not here."),
    # Links.
    _("%(number)s links; this site asks a person from %(least)s on."),
    _("There is nothing but links in this text."),
    _("Few words stand beside the links: %(words)s for %(number)s."),
    _("%(number)s links lead to %(place)s."),
    _("Links were typed as HTML or BBCode, as programs do."),
    _("A link leads to a bare address instead of a name."),
    _("A link hides its name in an encoding (xn--)."),
    _("A link leads to an unusual port."),
    # Copies.
    _("This author sent the same text on this page before."),
    _("The same text was sent %(times)s before: %(where)s. People rejected %(rejected)s of them."),
    _("The same text was sent %(times)s before: %(where)s."),
    _(
        "Nearly the same text was sent %(times)s before: %(where)s."
        " People rejected %(rejected)s of them."
    ),
    _("Nearly the same text was sent %(times)s before: %(where)s."),
    # History.
    _("This came with the site’s history. No machine judged it here."),
    _("It waited for a person at the site when it was imported."),
    # Deliveries.
    _("It answered with status %(status)s."),
    _("The name %(host)s leads nowhere."),
    _("The connection failed: %(why)s."),
    _("The comment was edited since, and the new edition is decided by itself."),
    # What was refused.
    _("There is nothing at this address."),
    _("There is no comment %(number)s."),
    _("There is no decision %(number)s."),
    _("There is no delivery %(number)s."),
    _("Name or password is wrong."),
    _("Too many wrong passwords. Try again in a minute."),
    _("The old password is wrong."),
    _("The new password is the old one."),
    _("A password has %(shortest)s to %(longest)s characters."),
    _("This needs the role “%(needed)s”; yours is “%(role)s”. An admin can change it."),
    _("The database could not do this now. Nothing was stored; try again."),
    _("Something went wrong on our side. It was logged."),
    _("Bad Request"),
    _("Forbidden"),
    _("Not Found"),
    _("Method Not Allowed"),
    _("Conflict"),
    _("Content Too Large"),
    _("Unprocessable Content"),
    _("Internal Server Error"),
    _("Service Unavailable"),
)
"""Of two that fit a sentence, the first counts."""

_PARTS = (
    _("once"),
    _("%(number)s times"),
    _("%(number)s on this site, last as %(latest)s"),
    _("%(number)s on this site"),
    _("%(number)s on other sites"),
    _("in the author's name"),
    _("in the e-mail address"),
    _("in a web address"),
    _("in the IP address"),
    _("in the browser's name"),
    _("toxicity"),
    _("severe toxicity"),
    _("obscene"),
    _("threat"),
    _("insult"),
    _("identity attack"),
    _("spam"),
)
_MORE = _("%(named)s and %(number)s more")

# After the quoted entry of a list, where it was found.
_PLACE = re.compile(r"(?<=” )in (?:the|a) [^“”,]+?(?=, “| and \d+ more$|$)")


@bp.app_template_filter()
def said(sentence: str) -> str:
    """Say a sentence of the core's in the reader's language."""
    return _translated(sentence, SHAPES)


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
        pieces[place] = f"(?P<{pieces[place]}>.+?)"
    return re.compile("".join(pieces), re.DOTALL)


def _value(name: str, value: str) -> str:
    """Say what fills a shape; most of it is a number, or a name that stays as it is."""
    return _VALUES[name](value) if name in _VALUES else value


def _part(value: str) -> str:
    return _translated(value, _PARTS)


def _places(value: str) -> str:
    return "; ".join(map(_part, value.split("; ")))


def _entries(value: str) -> str:
    return _translated(_PLACE.sub(lambda found: _part(found[0]), value), (_MORE,))


def _language(value: str) -> str:
    codes = {name: code for code, name in language_names().items()}
    return str(get_locale().languages.get(codes.get(value, ""), value))


def _languages(value: str) -> str:
    *others, last = re.split(r", | and ", value)
    if not others:
        return _language(last)
    listed = ", ".join(map(_language, others))
    return str(gettext("%(others)s and %(last)s", others=listed, last=_language(last)))


_VALUES: Mapping[str, Callable[[str], str]] = {
    "attribute": _part,
    "found": _entries,
    "language": _language,
    "languages": _languages,
    "times": _part,
    "where": _places,
}
