"""Begin anew, with other comments first and other mistakes, to see what was luck."""

from dataclasses import dataclass

from bench.owner.learning import learn
from bench.owner.measuring import Known, measure
from bench.owner.stream import Stream, examples
from moderation.classifier.counting import Progress
from moderation.classifier.model import Classifier

FEW = 50
"""So few decisions have to help already."""


@dataclass(frozen=True, slots=True)
class Draws:
    """The AUC of what serves after so many decisions, once for each draw."""

    decisions: int
    base: float
    learnt: list[float]
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
    step = f"learn from {decisions} decisions"
    found, refused = [], 0
    for number in range(draws):
        tell(step, number, draws)
        # The stream of the other figures has the seed 0.
        learnt = learn(base, examples(stream.decided(decisions, seed=number + 1)))
        refused += learnt.refusal is not None
        found.append(measure(learnt.serving, known).auc)
    tell(step, draws, draws)
    return Draws(decisions, measure(base, known).auc, found, refused)
