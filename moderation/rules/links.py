"""Evidence in a comment's links: how many there are, where they lead, and what stands around them."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from moderation.rules.case import Case
from moderation.rules.options import LinkCount, LinkHosts, LinkKinds, LinkShare
from moderation.text import host
from moderation.verdict import Action, Signal

MANY = 1.0
ONLY_LINKS = 1.0
FEW_WORDS = 0.5
ONE_HOST = 0.5
# Honest people link to a machine in their cellar, or to a name in their own alphabet, as well.
KINDS = {"address": 1.0, "port": 0.5, "encoded_name": 0.5, "markup": 1.5}
# Beyond these, marking more links tells a moderator nothing.
_MARKED = 20

# Possessive: what is skipped as scheme and password is not taken for a host after all.
_AFTER_SCHEME = r"(?:https?:)?+[/\\]*+(?:[^/\\?#]*@)?+"
# Four numbers, one number of any notation that browsers take, or an IPv6 address.
_ADDRESS = re.compile(
    _AFTER_SCHEME
    + r"(?:\[[0-9a-f:.]+\]?|(?:0x[0-9a-f]+|\d+)(?:\.(?:0x[0-9a-f]+|\d+)){0,3}\.?)(?=$|[:/\\?#])",
    re.IGNORECASE,
)
_PORT = re.compile(
    _AFTER_SCHEME + r"(?:\[[^\]/]*\]|[^/\\?#:\[]+):(?!(?:80|443)?(?:$|[/\\?#]))\d*", re.IGNORECASE
)
_ENCODED = re.compile(_AFTER_SCHEME + r"(?:[^/\\?#:]*\.)?xn--", re.IGNORECASE)
_MARKUP = re.compile(r"\[(?:url|link)\b|<a\s[^<>]{0,20}href", re.IGNORECASE)


def too_many_links(case: Case) -> Iterator[Signal]:
    """As many links as the site's limit, or more, are worth a look; spam seldom stops early."""
    at_least = case.policy.options(LinkCount).at_least
    count = len(case.links)
    if count >= at_least:
        yield Signal(
            source="too_many_links",
            code="too_many_links",
            message=f"{count} links; this site asks a person from {at_least} on.",
            action=Action.REVIEW,
            weight=MANY,
            spans=tuple(link.span for link in case.links[:_MARKED]),
        )


def suspicious_links(case: Case) -> Iterator[Signal]:
    """A link to a bare address, an odd port or an encoded name, or a link typed as HTML or BBCode."""
    may_be_markup = "[" in case.draft.text or "<" in case.draft.text
    if not case.links and not may_be_markup:
        return
    kinds = case.policy.options(LinkKinds)
    if kinds.markup and may_be_markup:
        typed = [match.span() for match in _MARKUP.finditer(case.draft.text)]
        if typed:
            yield _suspicious("markup", "Links were typed as HTML or BBCode, as programs do.", typed)
    own = host(case.draft.page.url or "")
    foreign = [link for link in case.links if link.host != own]
    for wanted, code, shape, message in (
        (kinds.addresses, "address", _ADDRESS, "A link leads to a bare address instead of a name."),
        (kinds.encoded_names, "encoded_name", _ENCODED, "A link hides its name in an encoding (xn--)."),
        (kinds.ports, "port", _PORT, "A link leads to an unusual port."),
    ):
        found = [link.span for link in foreign if shape.match(link.url)] if wanted else []
        if found:
            yield _suspicious(code, message, found)


def mostly_links(case: Case) -> Iterator[Signal]:
    """A text that is only links, or that has too few words of its own for each."""
    if not case.links:
        return
    starts = (0, *(link.span[1] for link in case.links))
    ends = (*(link.span[0] for link in case.links), len(case.draft.text))
    between = (case.draft.text[start:end] for start, end in zip(starts, ends, strict=True))
    words = (word for piece in between for word in piece.split() if any(map(str.isalnum, word)))
    enough = case.policy.options(LinkShare).words * len(case.links)
    own = len(list(islice(words, enough)))
    if own == 0:
        yield Signal(
            source="mostly_links",
            code="only_links",
            message="There is nothing but links in this text.",
            action=Action.REVIEW,
            weight=ONLY_LINKS,
            spans=tuple(link.span for link in case.links[:_MARKED]),
        )
    elif own < enough:
        yield Signal(
            source="mostly_links",
            code="few_words",
            message=f"Few words stand beside the links: {own} for {len(case.links)}.",
            action=Action.APPROVE,
            weight=FEW_WORDS,
            spans=tuple(link.span for link in case.links[:_MARKED]),
        )


def repeated_host(case: Case) -> Iterator[Signal]:
    """Several links lead to one place, which is not the page's own."""
    at_least = case.policy.options(LinkHosts).at_least
    if len(case.links) < at_least:
        return
    own = host(case.draft.page.url or "")
    hosts = Counter(link.host for link in case.links if link.host != own)
    for name, count in hosts.most_common(1):
        if count < at_least:
            return
        yield Signal(
            source="repeated_host",
            code="repeated_host",
            message=f"{count} links lead to {name}.",
            action=Action.REVIEW,
            weight=ONE_HOST,
            spans=tuple(link.span for link in case.links if link.host == name)[:_MARKED],
        )


def _suspicious(code: str, message: str, spans: list[tuple[int, int]]) -> Signal:
    return Signal(
        source="suspicious_links",
        code=code,
        message=message,
        action=Action.REVIEW,
        weight=KINDS[code],
        spans=tuple(spans[:_MARKED]),
    )
