"""Learn from the reasons of rejections for which reason a comment would be rejected, if it were.

Every number that is learnt has a prior around “nothing”, as the corrections of the rejection head do. So
has what the base's heads say: to begin with its spam for spam and its toxicity for abuse foretold worse,
because a site's words mean other things than the base's.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from moderation.classifier.card import Foretelling, LearntReasons
from moderation.classifier.decisions import Decisions
from moderation.classifier.factored import factored, said
from moderation.classifier.fitting import Numbers, fit_kinds
from moderation.classifier.gate.intervals import estimates
from moderation.classifier.model import HEADS, Weights
from moderation.classifier.reasons import NO_REASONS, Reasons
from moderation.classifier.sequences import Places
from moderation.classifier.training import rarity

FEWEST = 30
"""So many rejections, near copies counted once, must have a reason for it to have a head."""

# Of fewer rejections, chance says more about how well they are foretold than the heads do.
_FEWEST_MEASURED = 30
# Grams and circumstances of fewer rejections tell more of those comments than of the site.
_FEWEST_TEXTS = 3
# How freely each kind of weight may move, as the deviation of its prior. Found on a simulated owner
# (bench/owner): half or twice as much changes little.
_GRAMS = 4.5
_SHIFT = 2.0
_HEADS = 0.3
_CIRCUMSTANCES = 2.0
# In log-odds: as in learning.py.
_LEAST_SPREAD = 1.0
_NEGLIGIBLE = 1e-3
# What a sum of weights may miss a whole number by.
_ALMOST = 1e-6
_FEWEST_REASONS = 2


@dataclass(frozen=True, slots=True, eq=False)
class WhyRejected:
    """What was learnt of the reasons: a column of numbers for each."""

    names: tuple[str, ...]
    # How many decisions each was learnt from.
    decisions: tuple[int, ...]
    grams: tuple[str, ...]
    weights: Numbers
    # One row a head of the base, in the order of HEADS.
    mixture: Numbers
    shift: Numbers
    circumstances: tuple[str, ...]
    habits: Numbers

    def scores(self, base: Weights, decisions: Decisions) -> Numbers:
        """Say for each reason what a model with these heads would, before it gives shares."""
        words = said(decisions.words, self.grams, self.weights, length_offset=base.length_offset)
        found: Numbers = (
            decisions.said @ self.mixture + words + decisions.present @ self.habits + self.shift
        )
        return found

    def on(self, base: Weights, weights: Weights) -> tuple[Weights, Reasons]:
        """Fold everything but the habits into one weight a gram, beside `weights` that grew from `base`.

        Grams that only tell reasons apart are appended, and say nothing for the other heads.
        """
        known = set(weights.vocabulary)
        appended = tuple(name for name in self.grams if name not in known)
        vocabulary = (*weights.vocabulary, *appended)
        places = {name: place for place, name in enumerate(vocabulary)}
        grams = np.zeros((len(vocabulary), len(self.names)))
        grams[: len(base.vocabulary)] = base.grams.astype(np.float64) @ self.mixture
        grams[[places[name] for name in self.grams]] += self.weights
        silent = np.zeros((len(appended), len(HEADS)), np.float32)
        return (
            Weights(
                vocabulary,
                np.vstack([weights.grams, silent]),
                weights.intercepts,
                weights.length_offset,
            ),
            Reasons(
                names=self.names,
                grams=grams.astype(np.float32),
                intercepts=base.intercepts @ self.mixture + self.shift,
                habits={
                    name: weights
                    for name, weights in zip(self.circumstances, self.habits, strict=True)
                    if np.abs(weights).max() > _NEGLIGIBLE
                },
            ),
        )


def with_reasons(
    base: Weights, weights: Weights, *, learnt_from: Decisions, held_out: Decisions
) -> tuple[Weights, Reasons, LearntReasons | None]:
    """Learn for what reasons comments are rejected, where enough were given, beside the `weights`.

    Measures that on what was held out. Where always saying the commonest reason does better there, the
    card has the figures and no reason is foretold. The weights come back with grams that only tell
    reasons apart.
    """
    why = learn(base, learnt_from)
    if why is None:
        return weights, NO_REASONS, None
    learnt = LearntReasons(
        decisions=dict(zip(why.names, why.decisions, strict=True)),
        test=foretelling(why, base, held_out),
    )
    if not learnt.are_foretold:
        return weights, NO_REASONS, learnt
    return *why.on(base, weights), learnt


def learn(base: Weights, decisions: Decisions) -> WhyRejected | None:
    """Find what tells apart the reasons that were given for rejections, each often enough.

    None where fewer than two were.
    """
    often = _often_given(decisions)
    if len(often) < _FEWEST_REASONS:
        return None
    of_all = _kinds(often, decisions)
    chosen = of_all >= 0
    rejected, kinds = decisions.of(chosen), of_all[chosen]
    table = factored(rejected.words, fewest=_FEWEST_TEXTS, length_offset=base.length_offset)
    known = rejected.present.sum(axis=0) >= _FEWEST_TEXTS
    scales = rarity(table.frequencies, len(rejected)) / rarity(np.ones(1), len(rejected))
    centre = rejected.said.mean(axis=0)
    trust = _HEADS / np.maximum(rejected.said.std(axis=0), _LEAST_SPREAD)
    dense = np.hstack(
        [
            (rejected.said - centre) * trust,
            rejected.present * known * _CIRCUMSTANCES,
            np.full((len(rejected), 1), _SHIFT),
        ]
    )
    found = fit_kinds(table, scales=_GRAMS * scales, dense=dense, kinds=kinds, weights=rejected.weights)
    grams, moved, habits, shift = np.split(found, np.cumsum([len(scales), len(HEADS), len(known)]))
    learnt = np.flatnonzero(np.abs(grams).max(axis=1, initial=0) > _NEGLIGIBLE)
    mixture = moved * trust[:, np.newaxis]
    return WhyRejected(
        names=tuple(decisions.reasons[place] for place in often),
        decisions=tuple(np.bincount(kinds).tolist()),
        grams=tuple(table.names(learnt)),
        weights=grams[learnt],
        mixture=mixture,
        shift=shift[0] * _SHIFT - centre @ mixture,
        circumstances=decisions.circumstances,
        habits=habits * _CIRCUMSTANCES,
    )


def foretelling(why: WhyRejected, base: Weights, decisions: Decisions) -> Foretelling | None:
    """Measure on rejections that nothing was learnt from how often the likeliest reason was given.

    Beside it stands always saying the reason that is the commonest among those learnt from. Reasons
    without a head count as not foretold. None where too few have a reason.
    """
    explained = decisions.of(decisions.reason_of >= 0)
    if explained.counts.sum() < _FEWEST_MEASURED:
        return None
    kinds = _kinds([decisions.reasons.index(name) for name in why.names], explained)
    commonest = int(np.argmax(why.decisions))
    likeliest = why.scores(base, explained).argmax(axis=1)
    right, by_commonest = kinds == likeliest, kinds == commonest

    def both(weights: Numbers) -> tuple[Numbers, Numbers]:
        whole = weights.sum(axis=1)
        return weights @ by_commonest / whole, weights @ right / whole

    (found,) = estimates([both], explained.counts)
    if found is None:
        return None
    return Foretelling(
        rejections=len(explained),
        right=found.candidate,
        commonest=why.names[commonest],
        by_commonest=found.serving,
        low=found.low,
        high=found.high,
    )


def _often_given(decisions: Decisions) -> list[int]:
    """Say which reasons were, by their places among all."""
    given = decisions.reason_of >= 0
    counted = np.bincount(
        decisions.reason_of[given], decisions.counts[given], minlength=len(decisions.reasons)
    )
    return np.flatnonzero(counted > FEWEST - _ALMOST).tolist()


def _kinds(often: Sequence[int], decisions: Decisions) -> Places:
    """Number each one's reason among those that were given often; others, and none, have -1."""
    # The last one stands for none.
    places = np.full(len(decisions.reasons) + 1, -1)
    places[list(often)] = np.arange(len(often))
    return places[decisions.reason_of]
