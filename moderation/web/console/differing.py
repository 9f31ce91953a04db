"""What differs between two texts, word by word."""

import re
from difflib import SequenceMatcher
from enum import StrEnum
from typing import NamedTuple

# Comparing takes the product of both numbers of words in the worst case.
_MOST_WORDS = 1_500
_WORD = re.compile(r"\s+|\w+|[^\w\s]")


class Change(StrEnum):
    """What became of a stretch of text."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


class Stretch(NamedTuple):
    """Some text, and what became of it."""

    text: str
    change: Change = Change.SAME


def differences(old: str, new: str) -> list[Stretch]:
    """Say how `new` is made of `old`. What is too long to compare is shown as new."""
    before, after = _WORD.findall(old), _WORD.findall(new)
    if max(len(before), len(after)) > _MOST_WORDS:
        return [Stretch(new, Change.SAME if old == new else Change.ADDED)]
    stretches = []
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for kind, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        if kind == "equal":
            stretches.append(Stretch("".join(after[new_start:new_end])))
            continue
        if old_end > old_start:
            stretches.append(Stretch("".join(before[old_start:old_end]), Change.REMOVED))
        if new_end > new_start:
            stretches.append(Stretch("".join(after[new_start:new_end]), Change.ADDED))
    return stretches
