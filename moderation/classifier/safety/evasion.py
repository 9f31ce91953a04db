"""Put disguises on abuse, and measure how much of it would still wait for a person or be rejected."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

from moderation.classifier.counting import Progress, silence
from moderation.classifier.safety.disguises import DISGUISES, PAIRS, Disguise
from moderation.classifier.safety.files import rows
from moderation.classifier.safety.judging import Judge, is_held, verdicts

STAYS = 0.90
# Each pair of disguises is put on every so many-th comment, and each pair begins at another one.
EVERY_NTH = 8

_MARKED = re.compile(r"\[(.+?)\]")


@dataclass(frozen=True, slots=True)
class Abuse:
    """An abusive comment in pieces: with each, whether it is a word that an evader would hide."""

    kind: str
    pieces: tuple[tuple[str, bool], ...]

    @property
    def text(self) -> str:
        """The comment as its reader is meant to read it."""
        return "".join(piece for piece, _ in self.pieces)

    def hidden_by(self, disguises: Sequence[Disguise]) -> str:
        """Put on the disguises, one over the other. The same comment is always hidden the same way."""
        pieces, plain = self.pieces, self.text
        for disguise in disguises:
            # Each piece draws the same lots, so that one style of letters runs through the comment.
            pieces = tuple(
                (disguise.hide(piece, _lots(disguise, plain)), offends)
                if offends or disguise.everywhere
                else (piece, offends)
                for piece, offends in pieces
            )
        return "".join(piece for piece, _ in pieces)


@dataclass(frozen=True, slots=True)
class Held:
    """Of some disguised comments, how many are not published before a person has seen them."""

    comments: int
    held: int
    # The same, of the comments that are held when they wear no disguise.
    found_plain: int
    stay_held: int

    def __add__(self, other: "Held") -> "Held":
        return Held(
            self.comments + other.comments,
            self.held + other.held,
            self.found_plain + other.found_plain,
            self.stay_held + other.stay_held,
        )

    @property
    def overall(self) -> float:
        """The share of all that is held."""
        return self.held / self.comments if self.comments else 0.0

    @property
    def stays(self) -> float:
        """The share that is held of what is held without its disguise."""
        return self.stay_held / self.found_plain if self.found_plain else 0.0


@dataclass(frozen=True, slots=True)
class Figures:
    """What the disguises hide: alone by name, and in pairs by the names in the order they are put on."""

    plain: Held
    alone: dict[str, Held]
    pairs: dict[tuple[str, str], Held]

    @property
    def all_alone(self) -> Held:
        """All disguises together, each put on alone."""
        return total(self.alone.values())

    @property
    def all_pairs(self) -> Held:
        """All pairs together."""
        return total(self.pairs.values())

    @property
    def holds(self) -> bool:
        """Whether the bar holds, for disguises alone and for pairs.

        It holds for the comments as they are too, or a model that finds nothing would have nothing
        to lose.
        """
        return min(self.plain.overall, self.all_alone.stays, self.all_pairs.stays) >= STAYS


def abuses() -> list[Abuse]:
    """List the abusive comments."""
    return [Abuse(kind, tuple(_pieces(marked))) for kind, marked in rows("abuse.tsv", 2)]


def total(parts: Iterable[Held]) -> Held:
    """Add up what became of several groups."""
    return sum(parts, Held(0, 0, 0, 0))


def measure(
    judge: Judge,
    comments: Sequence[Abuse],
    *,
    every_nth: int = EVERY_NTH,
    progress: Progress = silence,
) -> Figures:
    """Judge the comments plain, under each disguise, and a sample of them under each pair."""
    found = verdicts(judge, [one.text for one in comments], "abuse without disguise", progress)
    plain = [is_held(verdict) for verdict in found]

    def held(disguises: Sequence[Disguise], chosen: range) -> Held:
        texts = [comments[place].hidden_by(disguises) for place in chosen]
        now = [is_held(verdict) for verdict in verdicts(judge, texts, "", silence)]
        before = [plain[place] for place in chosen]
        return Held(
            len(now), sum(now), sum(before), sum(a and b for a, b in zip(now, before, strict=True))
        )

    alone = {}
    for number, disguise in enumerate(DISGUISES):
        progress("abuse in one disguise", number, len(DISGUISES))
        alone[disguise.name] = held([disguise], range(len(comments)))
    progress("abuse in one disguise", len(DISGUISES), len(DISGUISES))
    pairs = {}
    for number, pair in enumerate(PAIRS):
        progress("abuse in two disguises", number, len(PAIRS))
        sample = range(number % every_nth, len(comments), every_nth)
        pairs[pair[0].name, pair[1].name] = held(pair, sample)
    progress("abuse in two disguises", len(PAIRS), len(PAIRS))
    return Figures(plain=Held(len(plain), sum(plain), sum(plain), sum(plain)), alone=alone, pairs=pairs)


def _pieces(marked: str) -> Iterator[tuple[str, bool]]:
    # The pattern's group makes every other part one that was in brackets.
    for place, part in enumerate(_MARKED.split(marked)):
        if part:
            yield part, place % 2 == 1


def _lots(disguise: Disguise, plain: str) -> Random:
    return Random(f"{disguise.name}: {plain}")  # noqa: S311  # It hides nothing from attackers.
