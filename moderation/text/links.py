"""Find the web addresses in a text, and the host that each leads to."""

import re
from dataclasses import dataclass
from urllib.parse import unquote

from moderation.text.addresses import DOTTED, HOST, LINK
from moderation.text.folding import fold
from moderation.text.normalising import Normalised
from moderation.verdict import Span


@dataclass(frozen=True, slots=True)
class Link:
    """A web address in a text, as written, and the host it names in lower case."""

    span: Span
    url: str
    host: str


def links(text: Normalised) -> list[Link]:
    """Find the web addresses in `text`, written out or bare. An e-mail address is none."""
    found: list[Link] = []
    if not (DOTTED.search(text.text) or "://" in text.text):
        return found
    for match in LINK.finditer(text.text):
        url = match.group().rstrip(".,;:!?。、")
        named = host(url)
        start, end = text.origin((match.start(), match.start() + len(url)))
        if named and not match["mailbox"] and not _begins_sentence(text, match):
            found.append(Link((start, end), text.original[start:end], named))
    return found


def host(url: str) -> str | None:
    """Name the host that `url` leads to, in lower case and without `www.`."""
    found = HOST.match(fold(url).strip())
    return unquote(found[1]).lower().strip(".").removeprefix("www.") or None if found else None


def _begins_sentence(text: Normalised, match: re.Match[str]) -> bool:
    """Whether the ending is a word in title case, as in “It is over.Top work!”."""
    start, end = text.origin(match.span("word")) if match["word"] else (0, 0)
    return text.original[start:end].istitle()
