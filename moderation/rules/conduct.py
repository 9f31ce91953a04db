"""Evidence in how a comment came: its links, its copies, its script, its author, its being an edit."""

import unicodedata
from collections.abc import Iterator

from moderation.rules.case import Case
from moderation.verdict import Action, Signal

# Below this many characters people do say the same: “Thank you!”, “I agree.”
SHORTEST_COPY = 30
# Beyond these, marking more links tells a moderator nothing.
_LINKS_MARKED = 20
# Of the letters, so many must be of the script that the classifier reads.
_READABLE_SHARE = 0.5


def too_many_links(case: Case) -> Iterator[Signal]:
    """As many links as the site's limit, or more, are worth a look; spam seldom stops early."""
    count = len(case.links)
    if count >= case.policy.max_links > 0:
        yield Signal(
            source="links",
            code="too_many_links",
            message=f"{count} links; this site asks a person from {case.policy.max_links} on.",
            action=Action.REVIEW,
            weight=1.0,
            spans=tuple(link.span for link in case.links[:_LINKS_MARKED]),
        )


def repeated_text(case: Case) -> Iterator[Signal]:
    """The same words arrived before: a copy says little about this page."""
    copies = case.history.copies
    if copies and len(case.text.text) >= SHORTEST_COPY:
        times = "once" if copies == 1 else f"{copies} times"
        yield Signal(
            source="repeats",
            code="repeated_text",
            message=f"The same text was sent {times} before.",
            action=Action.REVIEW,
            weight=1.0 + min(copies, 4) * 0.5,
        )


def nothing_to_read(case: Case) -> Iterator[Signal]:
    """A text without a visible character, or mostly in letters that the classifier never learnt."""
    letters = [character for character in case.text.text if character.isalpha()]
    readable = sum(character.isascii() or _is_latin(character) for character in letters)
    blank = not case.text.text.strip()
    if blank or readable < _READABLE_SHARE * len(letters):
        yield Signal(
            source="script",
            code="blank" if blank else "unread_script",
            message="There is nothing to see in this text."
            if blank
            else "Most of this text is in a script that the classifier does not read.",
            action=Action.REVIEW,
        )


def first_time_author(case: Case) -> Iterator[Signal]:
    """Where the site asks for it, an author without an approved comment waits for a person."""
    if case.policy.hold_first_time_authors and not case.history.approved_before:
        yield Signal(
            source="authors",
            code="first_time_author",
            message="No comment of this author was approved before.",
            action=Action.REVIEW,
        )


def edited(case: Case) -> Iterator[Signal]:
    """What was judged once does not change unseen, or approval could be had for another text."""
    if case.history.is_edit:
        yield Signal(
            source="edits",
            code="edited",
            message="The comment was changed after it was first sent.",
            action=Action.REVIEW,
        )


def _is_latin(character: str) -> bool:
    return unicodedata.name(character, "").startswith("LATIN")
