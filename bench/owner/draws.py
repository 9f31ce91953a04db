"""Begin anew, with other comments first and other mistakes, to see what was luck."""

from dataclasses import dataclass

from bench.owner.learning import learn
from bench.owner.measuring import Known, fewest_errors, measure
from bench.owner.stream import Stream, examples
from moderation.classifier.counting import Progress
from moderation.classifier.model import Classifier

FEW = 50
"""So few decisions have to help already."""


@dataclass(frozen=True, slots=True)
class Draws:
    """What serves after so many decisions, once for each draw."""

    decisions: int
    # The AUC, of the base and in each draw.
    base: float
    learnt: list[float]
    # Of as many verdicts as the base gives, how many are wrong, in each draw.
    wrong: list[float]
    # How often nothing was learnt, or nothing better, so that the base goes on serving.
    refused: int

    @property
    def better(self) -> int:
        """How often what serves tells bad from good better than the base."""
        return sum(auc > self.base for auc in self.learnt)


def draw(
    stream: Stream, base: Classifier, known: Known, tell: Progress, *, decisions: int, draws: int
) -> Draws:
    """Learn from the first decisions of so many streams; each begins with other comments."""
    step = f"learn from {decisions:,} decisions"
    before = measure(base, known)
    found, wrong, refused = [], [], 0
    for number in range(draws):
        tell(step, number, draws)
        # The stream of the other figures has the seed 0.
        learnt = learn(base, examples(stream.decided(decisions, seed=number + 1)))
        after = measure(learnt.serving, known)
        found.append(after.auc)
        wrong.append(fewest_errors(before.automatic.decided, after.likely, known).of_verdicts)
        refused += learnt.refusal is not None
    tell(step, draws, draws)
    return Draws(decisions, before.auc, found, wrong, refused)
