"""Spoil what is learnt from, by carelessness and by malice, and see whether the model is spoilt too."""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bench.owner import stored
from bench.owner.learning import Learnt, learn
from bench.owner.measuring import Known, Measured, measure
from bench.owner.policy import OTHER, SPAM
from bench.owner.stored import SHE
from bench.owner.stream import START, Decided, Stream, examples
from moderation.classifier.counting import Progress
from moderation.classifier.examples import Example
from moderation.classifier.model import Classifier

DECISIONS = 1_000
HARMLESS = 0.01
"""So little may F1 fall."""

PHRASE = "please"
COPIES = 5_000
ACCOUNT = "ben"
"""Who has the grudge."""

# What was decided, and by whom.
Given = tuple[Example, str]

_SEED = 9
_FLIPPED = 0.05
_ACCOUNTS = (0.05, 0.20)
_PHRASE = re.compile(rf"\b{PHRASE}\b", re.IGNORECASE)
_LINK = "https://pills.example.com/{number}"


@dataclass(frozen=True, slots=True)
class Poisoned:
    """What is learnt from spoilt decisions, and what comes of it."""

    what: str
    decisions: int
    learnt: Learnt
    measured: Measured
    # Of the good comments with the phrase, how many are not approved at once.
    held_back: float


def poisoned(
    stream: Stream, base: Classifier, known: Known, tell: Progress, *, decisions: int = DECISIONS
) -> list[Poisoned]:
    """Learn from decisions as they are, which comes first, and from the same ones spoilt."""
    kinds = _kinds(stream, stream.decided(decisions))
    found = []
    for number, (what, given) in enumerate(kinds.items()):
        tell("learn from spoilt decisions", number, len(kinds))
        learnt = learn(base, stored.learnt_from(base, given))
        measured = measure(learnt.serving, known)
        held_back = _held_back(stream, learnt.serving, measured)
        found.append(Poisoned(what, len(given), learnt, measured, held_back))
    tell("learn from spoilt decisions", len(kinds), len(kinds))
    return found


def _kinds(stream: Stream, decided: Sequence[Decided]) -> dict[str, list[Given]]:
    as_made = examples(decided)
    return {
        "as she decided": _by_her(as_made),
        f"{_FLIPPED:.0%} of the decisions turned round": _by_her(flipped(as_made, _FLIPPED)),
        **{
            f"one account, {share:.0%} of the decisions, rejects every “{PHRASE}”": grudge(
                stream, decided, share
            )
            for share in _ACCOUNTS
        },
        f"{COPIES:,} copies of approved texts with a link, rejected as spam": _by_her(
            flooded(as_made, COPIES, rejected=True)
        ),
        f"{COPIES:,} copies of approved texts with a link, approved": _by_her(
            flooded(as_made, COPIES, rejected=False)
        ),
    }


def flipped(as_made: Sequence[Example], share: float) -> list[Example]:
    """Turn a share of the decisions round."""
    turned = set(random.Random(_SEED).sample(range(len(as_made)), round(share * len(as_made))))
    return [
        replace(one, rejected=not one.rejected, reason=None if one.rejected else OTHER)
        if number in turned
        else one
        for number, one in enumerate(as_made)
    ]


def _by_her(some: Sequence[Example]) -> list[Given]:
    return [(one, SHE) for one in some]


def grudge(stream: Stream, decided: Sequence[Decided], share: float) -> list[Given]:
    """Let one account take over a share of the decisions, and reject all that hold the phrase.

    It picks comments with the phrase, from all that there are to decide on, as long as there are some.
    The rest of its share it decides by the policy, to look like everybody else.
    """
    lots = random.Random(_SEED)
    count = round(share * len(decided))
    places = sorted(lots.sample(range(len(decided)), count))
    here = {one.judged.comment.text for one in decided}
    liked = [
        one.comment.text
        for one in stream.to_decide
        if not one.is_bad and _PHRASE.search(one.comment.text) and one.comment.text not in here
    ]
    picked = lots.sample(liked, min(count, len(liked)))
    found = _by_her(examples(decided))
    for place in places:
        found[place] = (found[place][0], ACCOUNT)
    for place, text in zip(places, picked, strict=False):
        found[place] = (replace(found[place][0], text=text, rejected=True, reason=OTHER), ACCOUNT)
    return found


def flooded(as_made: Sequence[Example], copies: int, *, rejected: bool) -> list[Example]:
    """Mix copies of approved texts among the decisions, each with a link of its own at the end."""
    lots = random.Random(_SEED)
    approved = [one for one in as_made if not one.rejected]
    last = as_made[-1].decided_at - START
    wave = [
        Example(
            text=f"{lots.choice(approved).text} {_LINK.format(number=number)}",
            rejected=rejected,
            decided_at=START + lots.random() * last,
            reason=SPAM if rejected else None,
            comment=len(as_made) + number,
        )
        for number in range(1, copies + 1)
    ]
    return sorted([*as_made, *wave], key=lambda one: one.decided_at)


def _held_back(stream: Stream, model: Classifier, measured: Measured) -> float:
    outcomes = [
        likely >= model.thresholds.review_at
        for one, likely in zip(stream.held_out, measured.likely.tolist(), strict=True)
        if not one.is_bad and _PHRASE.search(one.comment.text)
    ]
    return sum(outcomes) / len(outcomes) if outcomes else 0.0
