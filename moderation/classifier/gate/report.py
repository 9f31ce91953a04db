"""What the gate found, as one value, and as two files beside the model: for programs and for people.

It names comments by their numbers and holds no text of any: texts stay where comments are kept.
"""

import shutil
import tempfile
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import msgspec

from moderation.classifier.card import Consequences, Curves, Tally
from moderation.classifier.storage import ModelDamaged
from moderation.durable import sync, write_durably
from moderation.verdict import Action, Probability, Thresholds

REPORT = "gate.json"
REPORT_FOR_PEOPLE = "gate.html"

# What a check is about.
NEWEST = "newest decisions"
FROZEN = "old decisions"
PEOPLE = "civil sentences"
ABUSE = "known abuse"
HONEST = "honest texts"


class Finding(StrEnum):
    """What was found of a candidate, beside the model that serves."""

    BETTER = "better"
    EQUAL = "equal"
    WORSE = "worse than allowed"
    UNKNOWN = "cannot be told"


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One figure of both models. The figures are missing where there was nothing to measure."""

    about: str
    name: str
    title: str
    # What the figure is, for somebody who never heard of it.
    meaning: str
    # What was found, as a sentence.
    says: str
    # Whether it is a share of one, such as a probability; otherwise a plain number.
    is_share: bool
    more_is_better: bool
    # On how many comments, of the rarer kind where there are two.
    counted: int
    serving: float | None = None
    candidate: float | None = None
    # Between what the candidate's figure minus the serving model's lies.
    low: float | None = None
    high: float | None = None
    # How much worse it may be.
    margin: float
    finding: Finding

    @property
    def gain(self) -> float | None:
        """By how much the candidate is better; below 0, worse."""
        if self.serving is None or self.candidate is None:
            return None
        difference = self.candidate - self.serving
        return difference if self.more_is_better else -difference

    @property
    def gain_between(self) -> tuple[float, float] | None:
        """Between what the gain lies."""
        if self.low is None or self.high is None:
            return None
        return (self.low, self.high) if self.more_is_better else (-self.high, -self.low)

    @property
    def is_doubtful(self) -> bool:
        """Whether the candidate looks worse than allowed, though that is not shown."""
        return self.finding is Finding.UNKNOWN and self.gain is not None and self.gain < -self.margin


class Flip(msgspec.Struct, frozen=True, kw_only=True):
    """A comment that would end otherwise."""

    comment: int
    # What a moderator decided.
    decided: Action
    decided_at: datetime
    before: Action
    after: Action
    # Of rejection, by each model.
    probability_before: Probability
    probability_after: Probability


class Flips(msgspec.Struct, frozen=True, kw_only=True):
    """How the compared comments would end by each model's own thresholds."""

    # By what the serving model would do, then by what the candidate would do.
    table: dict[Action, dict[Action, int]]
    # Those that would end further from what the moderator decided, and those that would end nearer.
    worse: int
    better: int
    # Some of them, the gravest first; comments without a number are only counted.
    examples: tuple[Flip, ...]

    @property
    def compared(self) -> int:
        """How many comments were compared."""
        return sum(sum(row.values()) for row in self.table.values())

    @property
    def changed(self) -> int:
        """How many would end otherwise."""
        return self.compared - sum(self.table[action][action] for action in Action)


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """A word, or two words that follow one another, that now weighs otherwise."""

    words: str
    # What it adds to the log-odds of rejection, before the length of its comment is allowed for.
    before: float
    after: float
    # In how many of the compared comments it occurs.
    comments: int


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """The words that moved most: against a comment, and in favour of it."""

    against: tuple[Moved, ...] = ()
    in_favour: tuple[Moved, ...] = ()


class People(msgspec.Struct, frozen=True, kw_only=True):
    """What was made of civil sentences about one kind of people."""

    people: str
    # How much likelier rejection is than for all kinds together; less likely where negative.
    blame_before: float
    blame_after: float
    # Of all sentences about them.
    rejected_before: float
    rejected_after: float


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One of the two models: its name, its thresholds, and what they do to the newest decisions."""

    name: str
    thresholds: Thresholds
    # Both are missing where there was no decision to measure on.
    consequences: Consequences | None = None
    curves: Curves | None = None


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """All that the gate found of a candidate."""

    compared_at: datetime
    serving: Side
    candidate: Side
    # By which the serving model was judged, where it does not keep the candidate's promises today.
    alike: Thresholds | None = None
    newest: Tally
    frozen: Tally
    finding: Finding
    # The finding and its grounds, in a few sentences.
    says: str
    checks: tuple[Check, ...]
    flips: Flips
    words: Words
    # Whose blame moved most, the most first.
    people: tuple[People, ...]

    @property
    def passes(self) -> bool:
        """Whether nothing is worse than allowed."""
        return self.finding is not Finding.WORSE

    @property
    def is_better(self) -> bool:
        """Whether it passes, and is shown to be better on the newest decisions."""
        return self.finding is Finding.BETTER

    @property
    def failed(self) -> tuple[Check, ...]:
        """The checks by which it is worse than allowed."""
        return tuple(check for check in self.checks if check.finding is Finding.WORSE)


def save(folder: Path, report: Report) -> None:
    """Write the report into a model's folder; both files survive a power cut once this returns.

    What an earlier comparison found is replaced.
    """
    from moderation.classifier.gate.page import render  # noqa: PLC0415 - Jinja2 is for writers alone

    page = render(report)
    # Next to the old ones first: a reader finds the old report or the new one.
    unfinished = Path(tempfile.mkdtemp(prefix=".gate.", dir=folder))
    try:
        content = msgspec.json.format(msgspec.json.encode(report), indent=2)
        write_durably(unfinished / REPORT, content + b"\n")
        write_durably(unfinished / REPORT_FOR_PEOPLE, page.encode())
        # What programs act on comes last, so that it is never newer than what people can read.
        for name in (REPORT_FOR_PEOPLE, REPORT):
            (unfinished / name).replace(folder / name)
        sync(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def read(folder: Path) -> Report | None:
    """Read what the gate found of the model in a folder; None where it was never compared.

    Raises ModelDamaged where the report cannot be read.
    """
    path = folder / REPORT
    try:
        return msgspec.json.decode(path.read_bytes(), type=Report)
    except FileNotFoundError:
        return None
    except (msgspec.MsgspecError, UnicodeDecodeError, OSError) as error:
        raise ModelDamaged(
            f"{path} cannot be read ({error}): "
            f"compare the model anew with moderation models compare {folder.name}"
        ) from error
