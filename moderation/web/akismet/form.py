"""Read a request as the many Akismet clients send it: into fields, and the key among them."""

import codecs
import re
from collections.abc import Iterator
from urllib.parse import parse_qsl

from flask import request

from moderation import sites
from moderation.web.state import state

# The host that most clients have built in. Many put the key before it, and send no key besides.
_HOST = "rest.akismet.com"

# What blogs are written in, by Python's names. Others, such as UTF-7, would read plain ASCII as
# something else.
_CHARSETS = re.compile(
    r"utf-8|ascii|iso8859-\d+|cp125\d|koi8-[rtu]|gb2312|gbk|gb18030|big5|shift_jis|cp932|euc_(jp|kr)"
)
_LABEL = re.compile(r"[\w.:-]{1,40}", re.ASCII)


def read() -> dict[str, str]:
    """Return the fields of the query and of the form; of a repeated name, the last.

    A name without a value is blank. Raises RequestEntityTooLarge.
    """
    sent = [*_pairs(request.query_string), *_pairs(request.get_data())]
    charset = _charset(next((value for name, value in sent if name == "blog_charset"), ""))
    return {_decoded(name, charset): _decoded(value, charset) for name, value in sent}


def key(fields: dict[str, str], *names: str) -> str:
    """Return the key: from the first of `names` that is given, else from the host; or a blank."""
    given = (fields.get(name, "").strip() for name in names)
    return next(filter(None, given), None) or _key_in_host()


def _pairs(encoded: bytes) -> Iterator[tuple[str, str]]:
    """Take the names and values apart; each of their characters stands for one byte."""
    yield from parse_qsl(encoded.decode("latin-1"), keep_blank_values=True, encoding="latin-1")


def _decoded(characters: str, charset: str) -> str:
    return characters.encode("latin-1").decode(charset, "replace")


def _charset(label: str) -> str:
    if _LABEL.fullmatch(label):
        try:
            name = codecs.lookup(label).name
        except LookupError:
            return "utf-8"
        if _CHARSETS.fullmatch(name):
            return name
    return "utf-8"


def _key_in_host() -> str:
    host = request.headers.get("Host", "").lower().partition(":")[0]
    label, _, rest = host.partition(".")
    return label if rest and rest in {_HOST, sites.host(state().settings.public_url)} else ""
