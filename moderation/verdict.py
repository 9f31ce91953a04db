"""Turn evidence into a verdict. Knows nothing of databases, HTTP or scikit-learn."""

import math
from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from typing import Annotated

import msgspec

Probability = Annotated[float, msgspec.Meta(ge=0, le=1)]
Span = tuple[int, int]

_SMALLEST = 0.001

# From this probability on, spam is plain to see.
_BLATANT = 0.99


class Action(StrEnum):
    """What becomes of a comment. The order of definition is the order of caution."""

    APPROVE = "approve"
    REVIEW = "review"  # A person decides.
    REJECT = "reject"


ATTRIBUTES = (
    "toxicity",
    "severe_toxicity",
    "obscene",
    "threat",
    "insult",
    "identity_attack",
    "spam",
)


class Scores(msgspec.Struct, frozen=True, kw_only=True):
    """What the classifier says of one text."""

    # Log-odds of rejection: the words' contributions and the rules' weights add up in this unit.
    rejection: float
    # Probability of each of ATTRIBUTES.
    attributes: Mapping[str, Probability]


class Contribution(msgspec.Struct, frozen=True):
    """One word's share in the log-odds of rejection."""

    span: Annotated[Span, msgspec.Meta(description="Where the word stands in the text sent.")]
    weight: Annotated[
        float,
        msgspec.Meta(
            description="How much it adds to the log-odds of rejection; below 0 it speaks for the text."
        ),
    ]


class Habit(msgspec.Struct, frozen=True):
    """What a site's moderators made of one circumstance: its share in the log-odds of rejection."""

    circumstance: Annotated[
        str,
        msgspec.Meta(
            description="`link`, `several_links`, `reply`, `signed_in`, `author_address`, or the code of"
            " another reason."
        ),
    ]
    weight: Annotated[
        float,
        msgspec.Meta(
            description="How much it adds to the log-odds of rejection; below 0 it speaks for the"
            " comment."
        ),
    ]


class Foretold(msgspec.Struct, frozen=True):
    """One reason for which a site's moderators may reject a comment, and how likely it is that one."""

    reason: Annotated[str, msgspec.Meta(description="`spam`, `abuse`, `off-topic` or `other`.")]
    share: Annotated[
        Probability, msgspec.Meta(description="Of the comment's rejections, if it were rejected.")
    ]


class Signal(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of evidence, and who gave it."""

    source: Annotated[str, msgspec.Meta(description="The rule, or `classifier`.")]
    code: Annotated[str, msgspec.Meta(description="The same for every comment judged on this ground.")]
    message: Annotated[
        str, msgspec.Meta(description="A sentence for people; empty of a comment that was erased.")
    ]
    action: Annotated[Action, msgspec.Meta(description="What this evidence asks for by itself.")]
    weight: Annotated[
        float, msgspec.Meta(description="How much it adds to the log-odds of rejection.")
    ] = 0.0
    spans: Annotated[
        tuple[Span, ...],
        msgspec.Meta(
            description="Where in the text sent: [start, end), counted in Unicode code points."
        ),
    ] = ()
    words: Annotated[
        tuple[Contribution, ...],
        msgspec.Meta(
            description="Of the classifier, unless the comment is approved: the words that moved it"
            " most, the weightiest first, both for and against. The weights of all words, those of"
            " `habits` and the model's intercept add up to the signal's own."
        ),
    ] = ()
    habits: Annotated[
        tuple[Habit, ...],
        msgspec.Meta(
            description="Of a classifier that learnt from this server's moderators: what it made of"
            " circumstances beside the words, the weightiest first."
        ),
    ] = ()
    foretold: Annotated[
        tuple[Foretold, ...],
        msgspec.Meta(
            description="Of a classifier that learnt why this server's moderators reject, unless the"
            " comment is approved: for what reason they would, if they did, the likeliest first. The"
            " shares add up to 1. Empty where it knows fewer than two reasons well enough. It changes"
            " nothing about the action."
        ),
    ] = ()
    log_only: Annotated[
        bool, msgspec.Meta(description="Shown for trial: it neither weighs nor asks for anything.")
    ] = False

    @property
    def only_weighs(self) -> bool:
        """Whether it asks for nothing by itself: weak evidence is no voice for approval."""
        return self.action is Action.APPROVE and self.weight >= 0

    @property
    def decides(self) -> bool:
        """Whether its action counts, besides its weight: it asks for more, or vouches."""
        return not (self.log_only or self.only_weighs)


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """The share of mistakes that a site accepts; None leaves one as the model was made."""

    # Of the good comments, how many may be rejected without a person having looked.
    good_lost: Probability | None = None
    # Of the bad comments, how many may be published without a person having looked.
    bad_published: Probability | None = None


AS_MADE = Accepted()
"""What a model was made for."""


class Thresholds(msgspec.Struct, frozen=True, kw_only=True):
    """The probabilities of rejection at which review and rejection start."""

    review_at: Probability
    reject_at: Probability

    def __post_init__(self) -> None:
        """Refuse thresholds that cross."""
        if self.review_at > self.reject_at:
            message = f"review_at {self.review_at} is above reject_at {self.reject_at}"
            raise ValueError(message)

    def asking_from(self, most: float) -> "Thresholds":
        """Let review start at `most`, if it does not start before."""
        return Thresholds(review_at=min(self.review_at, most), reject_at=self.reject_at)

    def action(self, probability: float) -> Action:
        """Say which side of the thresholds `probability` lies on."""
        # Even what rounds to certainty is not rejected where nothing may be.
        if probability >= self.reject_at and self.reject_at < 1:
            return Action.REJECT
        if probability >= self.review_at:
            return Action.REVIEW
        return Action.APPROVE


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """The machine's answer: written once for each comment, never edited."""

    action: Action
    probability: Annotated[
        Probability | None,
        msgspec.Meta(description="Of rejection; null where the classifier could not judge the text."),
    ]
    scores: Annotated[
        dict[str, Probability],
        msgspec.Meta(
            description="One an attribute; empty where the classifier could not judge the text."
        ),
    ]
    reasons: Annotated[tuple[Signal, ...], msgspec.Meta(description="The weightiest first.")]
    model: Annotated[
        str | None, msgspec.Meta(description="The classifier that served; null if there was none.")
    ]
    policy: Annotated[str, msgspec.Meta(description="The version of the site's rules.")]
    thresholds: Annotated[
        Thresholds | None, msgspec.Meta(description="The model's, where one was asked.")
    ]


def is_blatant(verdict: Verdict) -> bool:
    """Whether a comment was rejected as spam so plainly that it may be dropped without a trace.

    Only spam is: what was written by a person, however vile, stays where a person can find it.
    """
    if verdict.action is not Action.REJECT or (verdict.probability or 0.0) < _BLATANT:
        return False
    if any(one.code == "filled_honeypot" and one.decides for one in verdict.reasons):
        return True
    return max(verdict.scores, key=verdict.scores.__getitem__, default=None) == "spam"


class Opinion(msgspec.Struct, frozen=True, kw_only=True):
    """What a model on trial says of a comment that the serving one judged. It has no effect."""

    model: str
    action: Action
    # Of rejection; None where it failed on the text, or does not read its language.
    probability: float | None

    def disputes(self, verdict: Verdict) -> bool:
        """Whether both models spoke, and something else would become of the comment."""
        both_spoke = self.probability is not None and verdict.probability is not None
        return both_spoke and self.action is not verdict.action


def combine(rules: Collection[Action], classifier: Action) -> Action:
    """Decide on an action from what each rule asks for and where the classifier's thresholds lie.

    The most cautious voice wins, and nothing is rejected over a rule that vouches for the
    comment: where they disagree, a person decides.
    """
    asked = {*rules, classifier}
    if Action.REJECT in asked:
        return Action.REVIEW if Action.APPROVE in rules else Action.REJECT
    return Action.REVIEW if Action.REVIEW in asked else Action.APPROVE


def probability(signals: Iterable[Signal], rejection: float) -> Probability:
    """Add the signals' weights to the classifier's log-odds of `rejection`."""
    # The same to the last bit, in whatever order the signals come.
    return sigmoid(math.fsum((rejection, *(signal.weight for signal in signals))))


def sigmoid(logit: float) -> Probability:
    """Turn log-odds into a probability, without overflow at either end."""
    if logit >= 0:
        return 1 / (1 + math.exp(-logit))
    odds = math.exp(logit)
    return odds / (1 + odds)


def percent(share: Probability) -> str:
    """Write a share of one in percent, with a decimal near the ends: next to certain is not certain."""
    shown = min(max(share, _SMALLEST), 1 - _SMALLEST) if 0 < share < 1 else share
    is_near_an_end = 0 < min(shown, 1 - shown) < 10 * _SMALLEST
    return f"{shown:.1%}" if is_near_an_end else f"{shown:.0%}"
