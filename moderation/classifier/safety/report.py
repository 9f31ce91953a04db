"""Take every measure of one model at once: what an operator reads, and what a gate may ask."""

from dataclasses import dataclass

from moderation.classifier.counting import Progress, silence
from moderation.classifier.model import Classifier
from moderation.classifier.safety import evasion, explanations, honest, identity
from moderation.classifier.safety.disguises import DISGUISES
from moderation.classifier.safety.judging import classifier_alone, whole_path
from moderation.rules import Policy


@dataclass(frozen=True, slots=True)
class Report:
    """What one model makes of the fixed texts, by one policy."""

    fair: identity.Figures
    hidden: evasion.Figures
    unharmed: honest.Figures
    # The same without rules: those that ask a person about a whole script would cover up harm.
    unharmed_alone: honest.Figures
    explained: explanations.Figures

    @property
    def holds(self) -> bool:
        """Whether every bar holds."""
        return all(figures.holds for figures in (self.fair, self.hidden, self.unharmed, self.explained))


def measure(model: Classifier, policy: Policy, *, progress: Progress = silence) -> Report:
    """Judge the fixed texts by `model` and `policy`. Takes a few seconds."""
    judge = whole_path(model, policy)
    comments, honest_texts = evasion.abuses(), honest.texts()
    return Report(
        fair=identity.measure(judge, identity.mentions(), progress=progress),
        hidden=evasion.measure(judge, comments, progress=progress),
        unharmed=honest.measure(
            judge, whole_path(model, policy, honest.plainly), honest_texts, progress=progress
        ),
        unharmed_alone=honest.measure(
            classifier_alone(model), classifier_alone(model, honest.plainly), honest_texts
        ),
        explained=explanations.measure(
            model,
            [
                *(one.text for one in honest_texts),
                *(one.text for one in comments),
                *(one.hidden_by([disguise]) for one in comments for disguise in DISGUISES),
            ],
            progress=progress,
        ),
    )
