"""How soon a person should look at a comment: expected harm, doubt and age, together.

Each comment is given a moment by which somebody should have looked at it, and the queue is in the
order of these moments. So age counts by itself: whatever waits comes to its turn.
"""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

from moderation.verdict import Verdict

LONGEST = timedelta(hours=24)
"""For how long a harmless comment may wait."""
SHORTEST = timedelta(minutes=15)
"""For how long the most harmful one may."""
UNKNOWN = timedelta(hours=6)
"""For how long may wait what no classifier could judge: it can be anything."""
FOR_A_CHECK = timedelta(days=3)
"""For how long may wait what is only looked at to check a decision."""

# What each attribute can do to people while nobody has looked, from nothing to the worst.
_HARM = {
    "threat": 1.0,
    "severe_toxicity": 1.0,
    "identity_attack": 0.9,
    "toxicity": 0.6,
    "insult": 0.6,
    "obscene": 0.5,
    "spam": 0.4,
}
# Harm counts for so much, and doubt for the rest.
_SHARE_OF_HARM = 0.7
# Of its patience, a comment on which two models disagree keeps so much: it passes all that are like it,
# and nothing that is far more harmful.
_KEPT_IN_DISPUTE = 0.5
# Of the urgency that there can be: what adds less is not worth telling.
_WORTH_TELLING = 0.15


class Ground(StrEnum):
    """What makes a comment urgent."""

    UNJUDGED = "unjudged"
    # A model on trial says otherwise than the serving one, so that a decision teaches most.
    DISPUTE = "dispute"
    HARM = "harm"
    DOUBT = "doubt"


def patience(verdict: Verdict, *, is_disputed: bool = False) -> timedelta:
    """Return for how long a comment may wait until a person looks at it.

    It is disputed where a model on trial says otherwise than the verdict.
    """
    if verdict.probability is None:
        return UNKNOWN
    urgency = sum(_parts(verdict.probability, verdict.scores).values())
    kept = _KEPT_IN_DISPUTE if is_disputed else 1.0
    return max(SHORTEST, kept * LONGEST * (1 - urgency))


def grounds(
    probability: float | None, scores: Mapping[str, float], *, is_disputed: bool = False
) -> tuple[Ground, ...]:
    """Say what makes a comment urgent, the weightiest first; nothing does where only age counts."""
    if probability is None:
        return (Ground.UNJUDGED,)
    parts = _parts(probability, scores)
    told = [ground for ground in parts if parts[ground] >= _WORTH_TELLING]
    by_weight = sorted(told, key=parts.__getitem__, reverse=True)
    return (Ground.DISPUTE, *by_weight) if is_disputed else tuple(by_weight)


def harm(scores: Mapping[str, float]) -> float:
    """Return the expected harm, 0 to 1: that of the attribute for which it is the greatest."""
    return max((_HARM.get(attribute, 0.0) * score for attribute, score in scores.items()), default=0.0)


def worst(scores: Mapping[str, float]) -> str | None:
    """Return the attribute that the harm is expected of."""
    return max(scores, key=lambda attribute: _HARM.get(attribute, 0.0) * scores[attribute], default=None)


def doubt(probability: float) -> float:
    """Return how little the service knows, 0 to 1: most at one half."""
    return 1 - abs(2 * probability - 1)


def _parts(probability: float, scores: Mapping[str, float]) -> dict[Ground, float]:
    return {
        Ground.HARM: _SHARE_OF_HARM * harm(scores),
        Ground.DOUBT: (1 - _SHARE_OF_HARM) * doubt(probability),
    }
