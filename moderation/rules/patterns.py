"""Owners' patterns: which are refused, and finding many of them in one pass, in bounded time.

RE2 takes linear time, but its slowest engine takes a step for each instruction of a pattern at each
character. So instructions are what is counted and limited here, and never seconds.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import re2

from moderation.refusal import Refusal

PATTERN_LENGTH = 1_024
# In instructions of RE2. A usual pattern has twenty to a hundred; a{100} has a hundred.
PATTERN_SIZE = 600
# Of all patterns of a site together.
SIZE_TOGETHER = 3_000
# Instructions times characters. What a text has beyond that is left to a person.
STEPS = 15_000_000
_MEMORY = 1 << 20
_MEMORY_TOGETHER = 8 << 20

_MINDS_CASE = re.compile(r"\(\?[a-zA-Z]*-[a-zA-Z]*i")


class BadPattern(Refusal):
    """What RE2 cannot run, what takes too long, or what says nothing."""


class TooManyPatterns(Refusal):
    """The patterns of a site would together take too long for each comment."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern. One that tells capitals from small letters must see the text as sent."""

    expression: "re2._Regexp"
    size: int
    minds_case: bool


@dataclass(frozen=True, slots=True)
class Owned:
    """A pattern and the list it belongs to, by its place in the policy."""

    index: int
    entry: str
    pattern: Pattern


class PatternFinder:
    """Patterns that look at the same place."""

    def __init__(self, owned: Sequence[Owned]) -> None:
        self.owned = owned
        self.size = sum(one.pattern.size for one in owned)
        self.reach = STEPS // self.size if self.size else 0

    def find(self, text: str, *, spelt_anew: bool = False) -> Iterator[tuple[Owned, tuple[int, int]]]:
        """The first place of each pattern in `text`, which is the text as sent or `spelt_anew`."""
        searched = text[: self.reach]
        # Most comments match nothing, which a single pass can tell.
        if self._any and not self._any.search(searched):
            return
        for one in self.owned:
            if spelt_anew and one.pattern.minds_case:
                continue
            match = one.pattern.expression.search(searched)
            if match:
                yield one, match.span()

    @cached_property
    def _any(self) -> "re2._Regexp | None":
        """One expression that matches where any pattern does; none where they cannot be joined."""
        if len(self.owned) == 1:
            return None
        try:
            # Two groups of one name, for example, cannot be in one expression.
            return _compile("|".join(f"(?:{one.entry})" for one in self.owned), _MEMORY_TOGETHER)
        except BadPattern:
            return None


def compile_pattern(entry: str) -> Pattern:
    """Compile an owner's pattern. Raises BadPattern, with a reason."""
    if len(entry) > PATTERN_LENGTH:
        raise BadPattern(f"longer than {PATTERN_LENGTH:,} characters")
    expression = _compile(entry, _MEMORY)
    if r"\Q" in entry:
        # A quotation that is left open would swallow the patterns after it.
        _compile(f"(?:{entry})", _MEMORY)
    size = expression.programsize
    if size > PATTERN_SIZE:
        raise BadPattern(
            f"it takes {size:,} steps at each character and may take {PATTERN_SIZE}; "
            "repeat less often, and name fewer kinds of letters"
        )
    for sample in ("", "a b"):
        match = expression.search(sample)
        if match and match.start() == match.end():
            raise BadPattern("it matches where there is nothing, so it would match every comment")
    return Pattern(expression, size, bool(_MINDS_CASE.search(entry)))


def check_together(entries: Sequence[str]) -> None:
    """Raise TooManyPatterns when a site's patterns would together take too long."""
    size = sum(compile_pattern(entry).size for entry in entries)
    if size > SIZE_TOGETHER:
        raise TooManyPatterns(
            f"The site's {len(entries):,} patterns take {size:,} steps at each character and may take "
            f"{SIZE_TOGETHER:,}. Words and phrases can be a list of terms, which may be of any length."
        )


def _compile(pattern: str, memory: int) -> "re2._Regexp":
    options = re2.Options()
    options.case_sensitive = False
    options.never_capture = True
    options.max_mem = memory
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        reason = error.args[0].decode() if isinstance(error.args[0], bytes) else str(error)
        raise BadPattern(reason) from None
