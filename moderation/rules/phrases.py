"""Small lists of phrases that rules of our own look for, each in a file in wording/."""

from functools import cache
from importlib import resources

from moderation.rules.automaton import Automaton
from moderation.verdict import Span


class Phrases:
    """Phrases that are found as whole words, all in one pass over a text in lower case."""

    def __init__(self, lines: str) -> None:
        """Read one phrase a line; blank lines and lines that start with `#` are passed over."""
        self.entries = tuple(
            line for line in map(str.strip, lines.splitlines()) if line and not line.startswith("#")
        )
        self._automaton = Automaton(self.entries)

    def find(self, text: str) -> list[Span]:
        """Return where the phrases stand in `text`; of those that overlap, the longest first found."""
        found: list[Span] = []
        for _, (start, end) in self._automaton.find(text):
            if text[start - 1 : start].isalnum() or text[end : end + 1].isalnum():
                continue
            while found and found[-1][0] >= start:
                found.pop()
            if not found or found[-1][1] <= start:
                found.append((start, end))
        return found


@cache
def shipped(name: str) -> Phrases:
    """Read a list that comes with the service."""
    return Phrases((resources.files("moderation.rules") / "wording" / f"{name}.txt").read_text("utf-8"))
