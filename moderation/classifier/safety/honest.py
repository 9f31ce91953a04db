"""Read what people write in many scripts, and measure whether undoing evasion does it harm."""

import itertools
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from moderation.classifier.counting import Progress, silence
from moderation.classifier.safety.files import rows
from moderation.classifier.safety.judging import Judge, is_held, verdicts
from moderation.text import Normalised, normalise
from moderation.verdict import Span

CHANGED = 0.01
KEPT = 0.99

# Classed as accents, though they only choose how a sign is drawn.
_SELECTORS = re.compile("[\u034f\ufe00-\ufe0f]")


@dataclass(frozen=True, slots=True)
class Honest:
    """A text that nobody tries to hide anything in, and the script it is written in."""

    script: str
    text: str


@dataclass(frozen=True, slots=True)
class Group:
    """What became of some texts."""

    texts: int
    # How many are held for a person or rejected, as normalised and as read plainly.
    held: int
    held_plain: int
    # How many are judged otherwise than when they are read plainly.
    changed: int
    # How many say the same, letter for letter, once they are normalised.
    kept: int

    def __add__(self, other: "Group") -> "Group":
        return Group(
            self.texts + other.texts,
            self.held + other.held,
            self.held_plain + other.held_plain,
            self.changed + other.changed,
            self.kept + other.kept,
        )


@dataclass(frozen=True, slots=True)
class Figures:
    """What became of the texts of each script, and those that did not come through unharmed."""

    scripts: dict[str, Group]
    changed: tuple[str, ...]
    altered: tuple[str, ...]

    @property
    def whole(self) -> Group:
        """All texts together."""
        return sum(self.scripts.values(), Group(0, 0, 0, 0, 0))

    @property
    def share_changed(self) -> float:
        """The share of texts that are judged otherwise for being normalised."""
        return self.whole.changed / self.whole.texts

    @property
    def share_kept(self) -> float:
        """The share of texts that keep their letters."""
        return self.whole.kept / self.whole.texts

    @property
    def holds(self) -> bool:
        """Whether the bars hold: normalising changes next to no verdict, and no honest word."""
        return self.share_changed <= CHANGED and self.share_kept >= KEPT


class _AsItIs(Normalised, frozen=True):
    """A text in which every character stands where it stood."""

    def origin(self, span: Span) -> Span:
        return span


def texts() -> list[Honest]:
    """List the honest texts."""
    return [Honest(*row) for row in rows("honest.tsv", 2)]


def plainly(text: str) -> Normalised:
    """Read a text in lower case and in the spelling that Unicode prefers, and do nothing else."""
    read = unicodedata.normalize("NFKC", text).lower()
    return _AsItIs(read, read, read.split())


def measure(
    judge: Judge,
    plain_judge: Judge,
    chosen: Sequence[Honest],
    *,
    reading: Callable[[str], Normalised] = normalise,
    progress: Progress = silence,
) -> Figures:
    """Compare the verdicts of a judge who normalises by `reading` with those of a plain reader."""
    said = [one.text for one in chosen]
    read = verdicts(judge, said, "honest texts, normalised", progress)
    plain = verdicts(plain_judge, said, "honest texts, read plainly", progress)
    scripts: dict[str, Group] = defaultdict(lambda: Group(0, 0, 0, 0, 0))
    changed, altered = [], []
    for one, verdict, other in zip(chosen, read, plain, strict=True):
        is_changed = verdict.action is not other.action
        is_kept = letters(reading(one.text).text) == letters(one.text)
        scripts[one.script] += Group(1, is_held(verdict), is_held(other), is_changed, is_kept)
        if is_changed:
            changed.append(one.text)
        if not is_kept:
            altered.append(one.text)
    return Figures(dict(scripts), tuple(changed), tuple(altered))


def letters(text: str) -> str:
    """Say what a text says: its letters, vowel signs, accents and digits, in one case and spelling.

    A letter that is drawn out counts once: to shorten it takes nothing away.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    spoken = (
        one
        for one in _SELECTORS.sub("", folded)
        if unicodedata.category(one) in {"Mn", "Mc"} or unicodedata.category(one)[0] in "LN"
    )
    return "".join(letter for letter, _ in itertools.groupby(spoken))
