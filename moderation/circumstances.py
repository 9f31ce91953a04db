"""Name what is known of a comment beside its words.

By these names a site's own model learns what its moderators make of links, replies or a rule's evidence,
and by the same names it is asked. A link counts as one thing here, however long the text around it is.
"""

from collections.abc import Iterable, Iterator

from moderation.rules import Case
from moderation.text import Normalised, links
from moderation.verdict import Signal

_SEVERAL = 2


def of_case(case: Case, evidence: Iterable[Signal]) -> Iterator[str]:
    """Name all that is known of a case and of the evidence that rules found in it.

    One by one, as most models never ask.
    """
    yield from _of_links(len(case.links))
    yield from of_draft(
        is_reply=case.draft.parent_id is not None,
        is_signed_in=case.draft.author.id is not None,
        has_address=bool(case.draft.author.url),
        codes=(one.code for one in evidence),
    )


def of_text(text: Normalised) -> tuple[str, ...]:
    """Name what the text itself shows, apart from its words."""
    return tuple(_of_links(len(links(text))))


def of_draft(
    *, is_reply: bool, is_signed_in: bool, has_address: bool, codes: Iterable[str]
) -> tuple[str, ...]:
    """Name what was sent beside the text, and the codes of what rules found."""
    facts = {"reply": is_reply, "signed_in": is_signed_in, "author_address": has_address}
    return (*(name for name, holds in facts.items() if holds), *dict.fromkeys(codes))


def _of_links(number: int) -> Iterator[str]:
    if number:
        yield "link"
    if number >= _SEVERAL:
        yield "several_links"
