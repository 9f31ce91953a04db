"""Let decisions come in, and measure after so and so many what serves."""

from collections.abc import Sequence
from dataclasses import dataclass

from bench.owner.learning import Learnt, learn
from bench.owner.measuring import Automatic, Known, Measured, as_wrong_as, fewest_errors, measure
from bench.owner.stream import Stream, examples
from moderation.classifier.counting import Progress
from moderation.classifier.model import Classifier

SIZES = (0, 50, 200, 1_000, 5_000)
"""After so many decisions a model is made."""

SHARES = (0.5, 0.6, 0.7, 0.8, 0.9)
"""Of all comments, so many are decided without a person, to compare models fairly."""

RIPE = 1_000
"""After so many, learning has to have paid."""


@dataclass(frozen=True, slots=True)
class Step:
    """What serves after so many decisions, and how it does beside the base."""

    decisions: int
    rejected: int
    learnt: Learnt
    measured: Measured
    # With as many automatic verdicts as the base gives, and as few errors as possible.
    as_many: Automatic
    # The same, at each of SHARES.
    at_shares: tuple[Automatic, ...]
    # With no more errors of each kind than the base makes.
    as_wrong: Automatic


def steps(
    stream: Stream, base: Classifier, known: Known, tell: Progress, *, sizes: Sequence[int] = SIZES
) -> list[Step]:
    """Learn from the beginnings of one stream, the longer the better."""
    found: list[Step] = []
    before = measure(base, known)
    for number, size in enumerate(sizes):
        tell("learn from more and more decisions", number, len(sizes))
        decided = examples(stream.decided(size))
        learnt = learn(base, decided)
        measured = measure(learnt.serving, known)
        found.append(
            Step(
                decisions=size,
                rejected=sum(one.rejected for one in decided),
                learnt=learnt,
                measured=measured,
                as_many=fewest_errors(before.automatic.decided, measured.likely, known),
                at_shares=tuple(
                    fewest_errors(round(share * len(known.bad)), measured.likely, known)
                    for share in SHARES
                ),
                as_wrong=as_wrong_as(before.automatic, measured.likely, known),
            )
        )
    tell("learn from more and more decisions", len(sizes), len(sizes))
    return found
