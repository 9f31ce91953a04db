"""How pages write moments, shares and the few fixed words, in the reader's language."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from babel.numbers import format_decimal, format_percent
from flask_babel import format_datetime, get_locale, gettext, lazy_gettext, ngettext

from moderation import verdict
from moderation.web.console.blueprint import bp

_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_MONTH = timedelta(days=30)
_YEAR = timedelta(days=365)

_NAMES = {
    "spam": lazy_gettext("spam"),
    "abuse": lazy_gettext("abuse"),
    "off-topic": lazy_gettext("off-topic"),
    "other": lazy_gettext("other"),
}


@bp.app_template_filter()
def named(word: str) -> str:
    """Say why something was rejected, in a word; one that is not known stays as it is."""
    return str(_NAMES.get(word, word))


@bp.app_template_filter()
def percent(share: float) -> str:
    """Write a share of one in percent, with a decimal near the ends."""
    number = Decimal(verdict.percent(share).removesuffix("%")) / 100
    return format_percent(number, locale=get_locale(), decimal_quantization=False)


@bp.app_template_filter()
def tenths(share: float) -> str:
    """Write a share of one in percent, always with one decimal."""
    pattern = get_locale().percent_formats[None].pattern.replace("#,##0", "#,##0.0")
    return format_percent(share, pattern, locale=get_locale())


@bp.app_template_filter()
def exactly(share: float) -> str:
    """Write a share of one in percent, with the decimals that it has."""
    return format_percent(Decimal(f"{share:g}"), locale=get_locale(), decimal_quantization=False)


@bp.app_template_filter()
def thousandths(share: float) -> str:
    """Write a share of one as it is, with four decimals."""
    return format_decimal(share, "0.0000", locale=get_locale())


@bp.app_template_filter()
def signed(weight: float) -> str:
    """Write a number with its sign and one decimal."""
    return format_decimal(weight, "+0.0;−0.0", locale=get_locale())


@bp.app_template_filter()
def ago(when: datetime) -> str:
    """Say how long ago a moment was, in the largest unit that fits."""
    age = datetime.now(UTC) - when
    said: str
    if age < _MINUTE:
        said = gettext("just now")
    elif age < _HOUR:
        said = ngettext("%(num)d minute ago", "%(num)d minutes ago", age // _MINUTE)
    elif age < _DAY:
        said = ngettext("%(num)d hour ago", "%(num)d hours ago", age // _HOUR)
    elif age < _MONTH:
        said = ngettext("%(num)d day ago", "%(num)d days ago", age // _DAY)
    elif age < _YEAR:
        said = ngettext("%(num)d month ago", "%(num)d months ago", age // _MONTH)
    else:
        said = ngettext("%(num)d year ago", "%(num)d years ago", age // _YEAR)
    return said


@bp.app_template_filter()
def moment(when: datetime) -> str:
    """Write a moment out, in UTC."""
    # Translators: the order of a date's parts, by the letters of CLDR.
    pattern = gettext("d MMM y, HH:mm 'UTC'")
    written: str = format_datetime(when.astimezone(UTC), pattern, rebase=False)
    return written
