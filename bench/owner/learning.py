"""Learn from decisions, as `moderation retrain` does. The only place that calls it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from moderation.classifier.examples import Example
from moderation.classifier.model import Classifier
from moderation.classifier.retraining import CannotRetrain, retrain


@dataclass(frozen=True, slots=True)
class Learnt:
    """What serves after learning, and why it is still the base, where it is."""

    serving: Classifier
    refusal: str | None = None


def learn(base: Classifier, examples: Sequence[Example]) -> Learnt:
    """Make a model of decisions. Where none is made, or a worse one, the base goes on serving."""
    if not examples:
        return Learnt(base, "there is nothing to learn from")
    now = max(one.decided_at for one in examples) + timedelta(minutes=1)
    try:
        made = retrain(base, examples, name=f"after-{len(examples)}", now=now)
    except CannotRetrain as refusal:
        return Learnt(base, str(refusal))
    return Learnt(made.classifier)
