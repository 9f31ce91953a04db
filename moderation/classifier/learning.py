"""Learn from decisions what must be added to what the base model says of rejection.

Every number that is learnt is a correction with a prior around “nothing”: where the decisions say
little, the base is heard, and the more they say, the less it is. So fifty decisions already help.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from moderation.classifier.decisions import Decisions
from moderation.classifier.factored import factored, said
from moderation.classifier.fitting import Numbers, fit_corrections
from moderation.classifier.model import HEADS, Weights
from moderation.classifier.training import rarity

# Grams of fewer comments tell more of those comments than of the site.
_FEWEST_TEXTS = 3
# Of a great many comments, a gram of three says nothing that could be heard, and there are millions of
# such: it takes one in so many.
_TEXTS_FOR_ONE = 50_000
# Decisions may be about something else than the base, or against it by chance: it is heard by half at
# least, or abuse would be welcome on a site that never met any.
_LEAST_HEARD = 0.5
# In log-odds. Where all decided comments are much alike to the base, its small differences must not
# be blown up: the first comment that is unlike them would be judged with certainty.
_LEAST_SPREAD = 1.0
_NEGLIGIBLE = 1e-3


@dataclass(frozen=True, slots=True)
class Priors:
    """How freely each kind of correction may move from zero, as the deviation of its prior.

    Found on simulated owners (bench/owner): half or twice as much changes little.
    """

    grams: float = 4.5
    shift: float = 2.0
    rejection: float = 1.0
    attributes: float = 0.3
    circumstances: float = 1.0


AS_FOUND = Priors()


@dataclass(frozen=True, slots=True)
class Corrections:
    """What is added to a base model's log-odds of rejection."""

    grams: Mapping[str, float]
    # One a head of the base, in the order of HEADS, on top of what the base says of rejection.
    mixture: Numbers
    shift: float
    habits: Mapping[str, float]

    def on(self, base: Weights) -> Weights:
        """Fold everything but the habits into one weight a gram, and append the grams it lacks."""
        heard = self.mixture.copy()
        heard[0] += 1
        places = {name: place for place, name in enumerate(base.vocabulary)}
        rejection = base.grams.astype(np.float64) @ heard
        for name in self.grams.keys() & places.keys():
            rejection[places[name]] += self.grams[name]
        appended = {name: weight for name, weight in self.grams.items() if name not in places}
        # Of grams that it did not know, the base cannot say what attribute they speak for.
        new = np.zeros((len(appended), len(HEADS)), np.float32)
        new[:, 0] = list(appended.values())
        old = base.grams.copy()
        old[:, 0] = rejection
        intercepts = base.intercepts.copy()
        intercepts[0] = float(base.intercepts @ heard) + self.shift
        return Weights(
            (*base.vocabulary, *appended), np.vstack([old, new]), intercepts, base.length_offset
        )

    def log_odds(self, base: Weights, decisions: Decisions) -> Numbers:
        """Give the log-odds of rejection of decided comments as a model with these corrections would."""
        weights = np.array(list(self.grams.values())).reshape(-1, 1)
        words = said(decisions.words, list(self.grams), weights, length_offset=base.length_offset)[:, 0]
        habits = np.array([self.habits.get(name, 0.0) for name in decisions.circumstances])
        heard = decisions.said[:, 0] + decisions.said @ self.mixture
        found: Numbers = heard + words + decisions.present @ habits + decisions.rules + self.shift
        return found


def learn(base: Weights, decisions: Decisions, priors: Priors = AS_FOUND) -> Corrections:
    """Find the corrections that foretell the decisions, together with what the rules add."""
    fewest = max(_FEWEST_TEXTS, len(decisions) // _TEXTS_FOR_ONE)
    table = factored(decisions.words, fewest=fewest, length_offset=base.length_offset)
    scales = rarity(table.frequencies, len(decisions)) / rarity(np.ones(1), len(decisions))
    centre = decisions.said.mean(axis=0)
    spread = np.maximum(decisions.said.std(axis=0), _LEAST_SPREAD)
    trust = np.array([priors.rejection] + [priors.attributes] * (len(HEADS) - 1)) / spread
    dense = np.hstack(
        [
            (decisions.said - centre) * trust,
            decisions.present * priors.circumstances,
            np.full((len(decisions), 1), priors.shift),
        ]
    )
    least = np.full(dense.shape[1], -np.inf)
    least[0] = (_LEAST_HEARD - 1) / trust[0]
    line = fit_corrections(
        table,
        scales=priors.grams * scales,
        dense=dense,
        least=least,
        offsets=decisions.said[:, 0] + decisions.rules,
        labels=decisions.rejected,
        weights=decisions.weights,
    )
    grams, mixture, habits, shift = np.split(
        line, np.cumsum([len(scales), len(HEADS), len(decisions.circumstances)])
    )
    learnt = np.flatnonzero(np.abs(grams) > _NEGLIGIBLE)
    mixture = mixture * trust
    return Corrections(
        grams=dict(zip(table.names(learnt), grams[learnt].tolist(), strict=True)),
        mixture=mixture,
        shift=float(shift[0]) * priors.shift - float(mixture @ centre),
        habits=_of_note(decisions.circumstances, habits * priors.circumstances),
    )


def _of_note(names: Sequence[str], weights: Numbers) -> dict[str, float]:
    return {
        name: weight
        for name, weight in zip(names, weights.tolist(), strict=True)
        if abs(weight) > _NEGLIGIBLE
    }
