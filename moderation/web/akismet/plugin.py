"""The habits of WordPress's own Akismet plugin, of which its servers must know."""

import html
import re

Version = tuple[int, int]

# From this version on it keeps a comment back that is to be decided later.
WAITS: Version = (5, 5)

_NAME = re.compile(r"WordPress/[^|]*\| *Akismet/(\d{1,4})(?:\.(\d{1,4}))?")

# What PHP's addslashes makes of a text: no quote, backslash or NUL stands by itself.
_SLASHED = re.compile(r"""(?:[^'"\\]++|\\['"\\0])*+""")
_SLASH = re.compile(r"""\\(['"\\])""")

# Added by WordPress to the links of a comment when it stores it.
_REL = re.compile(r' rel="(?:[a-z]+ ){0,4}(?:nofollow|ugc)"(?=>)')


def version(user_agent: str) -> Version | None:
    """Return the version of the plugin that asks, or None where another client does."""
    found = _NAME.match(user_agent)
    return (int(found[1]), int(found[2] or 0)) if found else None


def without_slashes(sent: str) -> str:
    """Take away the backslashes that WordPress has before quotes while a comment is being posted."""
    return _SLASH.sub(r"\1", sent) if _SLASHED.fullmatch(sent) else sent


def as_first_sent(stored: str) -> str:
    """Take back what WordPress did to a text when it stored it: links marked, signs spelt out."""
    return html.unescape(_REL.sub("", stored))
