"""Learn from a site's decisions what its own moderators would reject.

Starts from a model that is there already. Only the rejection head is learnt anew, as a sum of what
the old model says and of corrections to single grams; so the result is as additive as before, and
the attributes keep their meaning from model to model.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from moderation.classifier.card import (
    NEWEST_DECISIONS,
    Card,
    Measure,
    Period,
    Source,
    Tally,
    Trial,
    newest_decisions_by,
)
from moderation.classifier.counting import Progress, count, silence
from moderation.classifier.curves import curves, identities
from moderation.classifier.evaluation import consequences, logits, probabilities
from moderation.classifier.examples import Example
from moderation.classifier.fitting import Flags, Numbers, fit_counts, measure
from moderation.classifier.model import HEADS, Classifier, Weights
from moderation.classifier.storage import check_name, installed_versions
from moderation.classifier.thresholds import Budgets, Kept, choose, in_words, trades
from moderation.classifier.training import Trained, rarity
from moderation.refusal import Refusal
from moderation.verdict import Thresholds

FEWEST_OF_EACH = 200
"""So many rejected and so many approved comments are needed before anything can be learnt from them."""

# How much worse at telling bad from good a candidate may be and still be taken: as much as chance
# moves the figure from one month to the next.
_AUC_LEEWAY = 0.005

_HELD_OUT_SHARE = 0.2
# Grams of fewer comments tell more of those comments than of the site.
_FEWEST_TEXTS = 3
# How freely the corrections to single grams may grow. Less, and a site's own words are learnt too
# slowly; more, and a thousand decisions are learnt by heart.
_FREEDOM = 20.0
# What the base says of rejection may be scaled rather freely, what it says of the attributes less so.
_TRUST_IN_REJECTION, _TRUST_IN_ATTRIBUTES = 2.2, 0.22
# In log-odds. Where all decided comments are much alike to the base, its small differences must not
# be blown up: the first comment that is unlike them would be judged with certainty.
_LEAST_SPREAD = 1.0
_NEGLIGIBLE = 1e-3

KNOWN_FAILURES = (
    "It knows what your moderators decided until the last decision above, and nothing after it.",
    "A kind of comment that moderators never saw is judged as the base model judges it.",
    "The thresholds were chosen on the decisions that it is measured on above: expect slightly worse.",
)


class CannotRetrain(Refusal):
    """No better model can be made from these decisions; the message says why."""


class TooFewDecisions(CannotRetrain):
    """There are not enough rejected or not enough approved comments yet."""

    def __init__(self, rejected: int, approved: int) -> None:
        self.rejected = rejected
        self.approved = approved
        missing = [
            f"{FEWEST_OF_EACH - number} more {kind}"
            for kind, number in (("rejected", rejected), ("approved", approved))
            if number < FEWEST_OF_EACH
        ]
        super().__init__(
            f"{rejected} rejected and {approved} approved comments are too few to learn from: "
            f"{' and '.join(missing)} are needed"
        )


class OneSidedDecisions(CannotRetrain):
    """The older or the newer decisions all went the same way."""

    def __init__(self, part: str, decisions: int, *, rejected: bool) -> None:
        super().__init__(
            f"the {part} {decisions} decisions all {'rejected' if rejected else 'approved'}: "
            "both kinds are needed there, to learn from the older ones and to measure on the newer"
        )


class CandidateIsWorse(CannotRetrain):
    """The new model foretells the newest decisions worse than the model that serves."""

    def __init__(self, serving: Measure, candidate: Measure) -> None:
        self.serving = serving
        self.candidate = candidate
        super().__init__(
            "the new model is worse than the one that serves, so it is not kept: on the newest "
            f"{candidate.rows} decisions its AUC is {candidate.auc:.4f} against {serving.auc:.4f} "
            f"(more is better) and its log loss {candidate.log_loss:.4f} against {serving.log_loss:.4f} "
            "(less is better)"
        )


@dataclass(frozen=True, slots=True)
class Retrained(Trained):
    """A new model that is no worse than the serving one, with both measured on the same decisions."""

    serving: Measure
    candidate: Measure


@dataclass(frozen=True, slots=True)
class _Decisions:
    """Decisions as columns."""

    texts: Sequence[str]
    rejected: Flags
    weights: Numbers

    @classmethod
    def of(cls, examples: Sequence[Example]) -> "_Decisions":
        weights = np.array([example.weight for example in examples], np.float64)
        return cls(
            [example.text for example in examples],
            np.array([example.rejected for example in examples], np.bool_),
            # Only their proportions matter; the regularisation expects an average of 1.
            weights / weights.mean(),
        )


def retrain(
    base: Classifier,
    examples: Sequence[Example],
    *,
    name: str,
    now: datetime,
    serving: Classifier | None = None,
    budgets: Budgets | None = None,
    progress: Progress = silence,
) -> Retrained:
    """Make a model for a site from `base` and the site's decisions, or raise CannotRetrain.

    The candidate must stand its ground against `serving`, which is `base` if left out. Nothing is
    drawn by lot: the same decisions give the same model, in whatever order they come.
    """
    check_name(name)
    budgets = budgets or Budgets()
    older, newer = _split(examples)
    weights = _fit(base, _Decisions.of(older), progress)
    undecided = Classifier(name, Thresholds(review_at=0.0, reject_at=1.0), weights)
    held_out = _Decisions.of(newer)
    found = _rejections(undecided, held_out, "set thresholds", progress)
    thresholds = choose(probabilities(found), held_out.rejected, held_out.weights, budgets)
    offers = trades(probabilities(found), held_out.rejected, held_out.weights, budgets.confidence)
    classifier = Classifier(name, thresholds, weights, base.languages, offers)

    opponent = serving or base
    before = _rejections(opponent, held_out, "compare", progress)
    measured = measure(before, held_out.rejected, held_out.weights)
    candidate = measure(found, held_out.rejected, held_out.weights)
    _refuse_if_worse(measured, candidate)
    card = Card(
        name=name,
        created_at=now,
        base=base.version,
        versions=installed_versions(),
        sources=(
            Source(
                name="decisions to learn from",
                rows=len(older),
                origin="your moderators",
                licence="private",
            ),
        ),
        labels={"rejection": _tally(older)},
        period=Period(
            first=min(example.decided_at for example in examples),
            last=max(example.decided_at for example in examples),
        ),
        grams=len(weights.vocabulary),
        languages=tuple(sorted(base.languages)),
        budgets=Kept.of(budgets),
        thresholds=thresholds,
        trades=offers,
        thresholds_in_words=in_words(thresholds, budgets),
        tests=(
            Trial(
                name=NEWEST_DECISIONS,
                measures={"rejection": candidate},
                consequences=consequences(thresholds, found, held_out.rejected, held_out.weights),
                curves=curves(probabilities(found), held_out.rejected, held_out.weights),
            ),
            Trial(
                name=newest_decisions_by(opponent.version),
                measures={"rejection": measured},
                consequences=consequences(
                    opponent.thresholds, before, held_out.rejected, held_out.weights
                ),
                curves=curves(probabilities(before), held_out.rejected, held_out.weights),
            ),
        ),
        identities=identities(classifier, progress=progress),
        known_failures=KNOWN_FAILURES,
    )
    return Retrained(classifier, card, serving=measured, candidate=candidate)


def _split(examples: Sequence[Example]) -> tuple[list[Example], list[Example]]:
    """Hold out the newest decisions, once it is sure that there are enough of both kinds."""
    tally = _tally(examples)
    if min(tally.positives, tally.negatives) < FEWEST_OF_EACH:
        raise TooFewDecisions(tally.positives, tally.negatives)
    # Split by time, not at random: spam comes in waves, and a random split would let the model see
    # tomorrow's wave today. The model learns from the older part only, so that the model that was
    # measured is the model that serves.
    ordered = sorted(examples, key=lambda one: (one.decided_at, one.text, one.rejected, one.weight))
    cut = round(len(ordered) * (1 - _HELD_OUT_SHARE))
    older, newer = ordered[:cut], ordered[cut:]
    for part, some in (("oldest", older), ("newest", newer)):
        if len({example.rejected for example in some}) == 1:
            raise OneSidedDecisions(part, len(some), rejected=some[0].rejected)
    return older, newer


def _fit(base: Classifier, decisions: _Decisions, progress: Progress) -> Weights:
    said = logits(base, decisions.texts, step="ask the base model", progress=progress)
    centre, spread = said.mean(axis=0), np.maximum(said.std(axis=0), _LEAST_SPREAD)
    trust = np.array([_TRUST_IN_REJECTION] + [_TRUST_IN_ATTRIBUTES] * (len(HEADS) - 1))
    counts = count(decisions.texts, progress).seen_in(_FEWEST_TEXTS)
    progress("fit the corrections", 0, 1)
    line = fit_counts(
        counts,
        # Between 0 and 1, the rarest first.
        scales=rarity(counts.frequencies(), len(decisions.texts))
        / rarity(np.ones(1), len(decisions.texts)),
        length_offset=base.weights.length_offset,
        dense=(said - centre) / spread * trust,
        labels=decisions.rejected,
        weights=decisions.weights,
        freedom=_FREEDOM,
    )
    progress("fit the corrections", 1, 1)
    corrections, mixture = np.split(line.weights, [len(counts.names)])
    mixture = mixture * trust / spread
    return _corrected(
        base.weights,
        mixture,
        line.intercept + float(mixture @ (base.weights.intercepts - centre)),
        counts.names,
        corrections,
    )


def _corrected(
    base: Weights,
    mixture: Numbers,
    intercept: float,
    names: Sequence[str],
    corrections: Numbers,
) -> Weights:
    """Fold everything into one weight for each gram, and append the grams that the base lacks."""
    places = {name: place for place, name in enumerate(base.vocabulary)}
    rejection = base.grams.astype(np.float64) @ mixture
    appended: dict[str, float] = {}
    for name, correction in zip(names, corrections.tolist(), strict=True):
        if name in places:
            rejection[places[name]] += correction
        elif abs(correction) > _NEGLIGIBLE:
            appended[name] = correction
    # Of grams that it did not know, the base cannot say what attribute they speak for.
    new = np.zeros((len(appended), len(HEADS)), np.float32)
    new[:, 0] = list(appended.values())
    old = base.grams.copy()
    old[:, 0] = rejection
    intercepts = base.intercepts.copy()
    intercepts[0] = intercept
    return Weights((*base.vocabulary, *appended), np.vstack([old, new]), intercepts, base.length_offset)


def _rejections(classifier: Classifier, decisions: _Decisions, step: str, progress: Progress) -> Numbers:
    return logits(classifier, decisions.texts, step=step, progress=progress)[:, 0]


def _refuse_if_worse(serving: Measure, candidate: Measure) -> None:
    # All four are there: the held-out part was seen to have both kinds.
    lower_auc = (serving.auc or 0.0) - (candidate.auc or 0.0) > _AUC_LEEWAY
    higher_loss = (candidate.log_loss or 0.0) > (serving.log_loss or 0.0)
    if lower_auc or higher_loss:
        raise CandidateIsWorse(serving, candidate)


def _tally(examples: Sequence[Example]) -> Tally:
    rejected = sum(example.rejected for example in examples)
    return Tally(positives=rejected, negatives=len(examples) - rejected)
