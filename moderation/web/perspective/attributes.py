"""Perspective's attributes: which of them our classifier speaks for, and which nobody does here."""

from moderation.verdict import ATTRIBUTES, Probability, Scores, sigmoid

LIKELY_TO_REJECT = "LIKELY_TO_REJECT"
TOXICITY_NAMES = ("TOXICITY", "TOXICITY_EXPERIMENTAL", "TOXICITY_FAST")

_OWN = {name.upper(): name for name in ATTRIBUTES} | {"PROFANITY": "obscene"}
_EXPERIMENTAL = ("TOXICITY", "SEVERE_TOXICITY", "IDENTITY_ATTACK", "INSULT", "PROFANITY", "THREAT")

# Which of our attributes answers for which of theirs.
_ANSWERING = (
    _OWN
    | {f"{name}_EXPERIMENTAL": _OWN[name] for name in _EXPERIMENTAL}
    | {"TOXICITY_FAST": _OWN["TOXICITY"]}
)

# What Perspective scored and nothing here stands for.
_WITHOUT_COUNTERPART = frozenset(
    {
        "ATTACK_ON_AUTHOR",
        "ATTACK_ON_COMMENTER",
        "ATTACK_ON_PUBLISHER",
        "FLIRTATION",
        "INCOHERENT",
        "INFLAMMATORY",
        "OFF_TOPIC",
        "SEXUALLY_EXPLICIT",
        "UNSUBSTANTIAL",
        # What it called bridging.
        "AFFINITY_EXPERIMENTAL",
        "ALIENATION_EXPERIMENTAL",
        "COMPASSION_EXPERIMENTAL",
        "CURIOSITY_EXPERIMENTAL",
        "FEARMONGERING_EXPERIMENTAL",
        "GENERALIZATION_EXPERIMENTAL",
        "MORAL_OUTRAGE_EXPERIMENTAL",
        "NUANCE_EXPERIMENTAL",
        "PERSONAL_STORY_EXPERIMENTAL",
        "POWER_EXPERIMENTAL",
        "REASONING_EXPERIMENTAL",
        "RESPECT_EXPERIMENTAL",
        "SCAPEGOATING_EXPERIMENTAL",
    }
)


def is_known(name: str) -> bool:
    """Whether Perspective has, or had, an attribute of that name."""
    return is_answered(name) or name in _WITHOUT_COUNTERPART


def is_answered(name: str) -> bool:
    """Whether the classifier speaks for the attribute."""
    return name in _ANSWERING or name == LIKELY_TO_REJECT


def value(name: str, scores: Scores) -> Probability:
    """Say how likely the attribute of that name is; it must be one that is answered."""
    if name == LIKELY_TO_REJECT:
        return sigmoid(scores.rejection)
    return scores.attributes[_ANSWERING[name]]
