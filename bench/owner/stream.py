"""Let comments go by, and tell what the moderator decided on each, and what she meant to."""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.owner.comments import Comment, comments
from bench.owner.policy import OTHER, why_rejected
from moderation.classifier.examples import Example
from moderation.draft import Draft
from moderation.policies import Policies
from moderation.rules import Case, History, Policy, gather
from moderation.verdict import Action, Signal

DECISIONS, HELD_OUT = 5_000, 4_000
MISTAKEN = 0.03
"""So often she presses the wrong key."""

START = datetime(2026, 3, 1, 8, tzinfo=UTC)
BETWEEN = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Judged:
    """A comment, and why her policy rejects it; None for what it approves."""

    comment: Comment
    reason: str | None
    # What the rules of a new site find in it: nothing, of most comments.
    evidence: tuple[Signal, ...] = ()

    @property
    def is_held(self) -> bool:
        """Whether a rule asks for a person, so that no model may publish it."""
        return any(one.action is Action.REVIEW and one.decides for one in self.evidence)

    @property
    def is_bad(self) -> bool:
        """Whether her policy rejects it."""
        return self.reason is not None


@dataclass(frozen=True, slots=True)
class Decided:
    """What she decided, as the service learns it, and what her policy says of the same comment."""

    judged: Judged
    example: Example


@dataclass(frozen=True, slots=True)
class Stream:
    """What she decides on, what models are measured on, and what the base may not have seen."""

    to_decide: Sequence[Judged]
    held_out: Sequence[Judged]
    fingerprints: frozenset[str]

    def decided(self, count: int, *, seed: int = 0, mistaken: float = MISTAKEN) -> list[Decided]:
        """Give her first decisions, the oldest first, in an order and with mistakes drawn by the seed.

        With one seed, fewer decisions are the beginning of more.
        """
        lots = random.Random(f"decided {seed}")
        order = lots.sample(self.to_decide, len(self.to_decide))[:count]
        return [
            Decided(one, example(one, number, is_mistake=lots.random() < mistaken))
            for number, one in enumerate(order)
        ]


def read(corpus: Path, *, decisions: int = DECISIONS, held_out: int = HELD_OUT) -> Stream:
    """Read the comments of a corpus, and let her policy speak on each."""
    found = comments(corpus, decided=decisions, held_out=held_out)
    policy = Policies().default()
    return Stream(
        [judged(one, policy) for one in found.decided],
        [judged(one, policy) for one in found.held_out],
        found.fingerprints,
    )


def examples(decided: Sequence[Decided], *, clean: bool = False) -> list[Example]:
    """Give what can be learnt from: as she decided, or (clean) as she would have without mistakes."""
    return [
        replace(one.example, rejected=one.judged.is_bad, reason=one.judged.reason)
        if clean
        else one.example
        for one in decided
    ]


def example(one: Judged, number: int, *, is_mistake: bool = False) -> Example:
    """Give what the service learns of her decision on a comment, its `number` in her stream."""
    rejected = one.is_bad is not is_mistake
    return Example(
        text=one.comment.text,
        rejected=rejected,
        decided_at=START + number * BETWEEN,
        reason=(one.reason or OTHER) if rejected else None,
        circumstances=tuple(dict.fromkeys(signal.code for signal in one.evidence)),
        rules=math.fsum(signal.weight for signal in one.evidence if not signal.log_only),
        comment=number + 1,
    )


def judged(comment: Comment, policy: Policy) -> Judged:
    """Let her policy speak on a comment, and the rules of a site."""
    case = Case.prepare(Draft(text=comment.text), policy, History())
    return Judged(comment, why_rejected(comment), tuple(gather(case)))
