"""Train the model that is shipped, from public texts and our own.

A regularised logistic regression for each head. Each gram may move as freely as it is rare and as
it tells the two classes apart (the log-ratio of naive Bayes), which a plain regression on counts
has to find out from too few texts.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from moderation.classifier.card import Card, Source, Tally
from moderation.classifier.corpus import Corpus, CorpusUnusable, Labelled, TextSet
from moderation.classifier.counting import Counts, Progress, count, silence
from moderation.classifier.curves import identities
from moderation.classifier.evaluation import evaluate, probabilities
from moderation.classifier.features import is_piece
from moderation.classifier.fitting import Flags, Line, Numbers, calibrate, fit_counts, multiply
from moderation.classifier.model import HEADS, Classifier, Weights
from moderation.classifier.storage import check_name, installed_versions
from moderation.classifier.thresholds import Budgets, Kept, choose, in_words, trades

# How common each thing is among comments as they come in. The training sets hold far more of the
# rare ones; scores are calibrated to these shares instead. A blog sees less abuse than Wikipedia's
# talk pages, where 9.6 % are toxic; the rarer kinds have their shares in the full Jigsaw set.
PREVALENCE = {
    "rejection": 0.10,
    "toxicity": 0.07,
    "severe_toxicity": 0.010,
    "obscene": 0.053,
    "threat": 0.003,
    "insult": 0.049,
    "identity_attack": 0.009,
    "spam": 0.05,
}

KNOWN_FAILURES = (
    "It reads English. It is not asked about comments in another language, where that can be told.",
    "Spam of blogs is learnt from our own texts, and no open test measures it.",
    "Spam that only flatters is told by its links and its author's name, where the site sends them.",
    "Irony, allusions, and insults in polite words are missed.",
    "Swearing at nobody often scores like an insult.",
    "Quoting an insult, or reclaiming a slur, often waits for a person.",
    "An insult that is nothing but the name of a group, as in “that is so gay”, is missed.",
    "The error budgets hold for texts like those held out; the table above shows what became of others.",
    "A rare word in disguise stays disguised, and says little.",
)

_LENGTH_OFFSET = 30.0
_FREEDOM = 20.0
# Whole words, pairs and manners say what they mean; pieces of words are shared by many.
_WHOLE_WORDS = 2.0
# Grams of fewer texts tell more of those texts than of the language.
_FEWEST_TEXTS = 5
_HELD_OUT_PERCENT = 15
# What moves no score by a visible amount is not worth its place in memory.
_NEGLIGIBLE = 1e-3


@dataclass(frozen=True, slots=True)
class Trained:
    """A new model and its card, not saved yet."""

    classifier: Classifier
    card: Card


@dataclass(frozen=True, slots=True)
class _Split:
    """All training texts, and which of them the fit does not see."""

    rows: Sequence[Labelled]
    weights: Numbers
    held_out: Flags
    settled: Flags

    def known(self, head: str) -> Flags:
        return np.array([head in row.labels for row in self.rows], np.bool_)

    def labels(self, head: str) -> Flags:
        return np.array([row.labels.get(head, False) for row in self.rows], np.bool_)


def train(
    corpus: Corpus,
    *,
    name: str,
    now: datetime,
    budgets: Budgets | None = None,
    seed: int = 0,
    progress: Progress = silence,
) -> Trained:
    """Train, calibrate and test a model on public texts. The same texts and seed give the same model.

    The seed chooses which texts are held out for calibration.
    """
    check_name(name)
    budgets = budgets or Budgets()
    sets = list(corpus.training(progress))
    split = _split([row for _, rows in sets for row in rows], seed)
    _check_both_kinds(split)
    counts = count([row.text for row in split.rows], progress).seen_in(_FEWEST_TEXTS)
    # Scales, shifts and thresholds are found by a model that has not seen the held-out texts. The
    # model that ships then learns from them too, and takes these over.
    rehearsed = _fit(split, counts, ~split.held_out, "rehearse", progress)
    held_out = _logits(rehearsed, counts.of(split.held_out))
    lines = [_calibration(split, head, held_out[:, column]) for column, head in enumerate(HEADS)]
    settled = split.known("rejection")[split.held_out] & split.settled[split.held_out]
    found = probabilities(held_out[settled, 0] * lines[0].weights[0] + lines[0].intercept)
    rejected = split.labels("rejection")[split.held_out][settled]
    shares = split.weights[split.held_out][settled]
    thresholds = choose(found, rejected, shares, budgets)
    offers = trades(found, rejected, shares, budgets.confidence)
    weights = _pruned(_calibrated(_fit(split, counts, None, "fit the heads", progress), lines))
    classifier = Classifier(version=name, thresholds=thresholds, weights=weights, trades=offers)
    card = Card(
        name=name,
        created_at=now,
        versions=installed_versions(),
        sources=tuple(_source(texts, rows) for texts, rows in sets),
        labels={head: _tally(split, head) for head in HEADS},
        grams=len(weights.vocabulary),
        seed=seed,
        prevalence=PREVALENCE,
        budgets=Kept.of(budgets),
        thresholds=thresholds,
        trades=offers,
        thresholds_in_words=in_words(thresholds, budgets),
        tests=evaluate(classifier, corpus, progress=progress),
        identities=identities(classifier, progress=progress),
        known_failures=KNOWN_FAILURES,
    )
    return Trained(classifier, card)


def rarity(frequencies: Numbers, texts: int) -> Numbers:
    """Weigh grams by how few texts hold them (inverse document frequency)."""
    found: Numbers = np.log((1 + texts) / (1 + frequencies)) + 1
    return found


def _split(rows: Sequence[Labelled], seed: int) -> _Split:
    # By a hash of the words and not by drawing lots: a text stays on its side when others are
    # added, and copies of a text are never on both sides.
    lots = [
        hashlib.blake2b(f"{seed} {row.fingerprint}".encode(errors="replace")).digest() for row in rows
    ]
    return _Split(
        rows=rows,
        weights=np.array([row.weight for row in rows], np.float64),
        settled=np.array([row.is_settled for row in rows], np.bool_),
        held_out=np.array([int.from_bytes(lot[:8]) % 100 < _HELD_OUT_PERCENT for lot in lots], np.bool_),
    )


def _check_both_kinds(split: _Split) -> None:
    for head in HEADS:
        for part in (split.held_out, ~split.held_out):
            if len(set(split.labels(head)[split.known(head) & part].tolist())) < len((True, False)):
                raise CorpusUnusable(
                    f"the corpus holds too few texts that are known to be {head}, or not to be: "
                    "both kinds are needed, to learn from and to hold out"
                )


def _fit(split: _Split, counts: Counts, chosen: Flags | None, step: str, progress: Progress) -> Weights:
    """Fit every head to the chosen texts, or to all, as far as they are labelled for it."""
    rows = np.ones(len(split.rows), np.bool_) if chosen is None else chosen
    some = counts if chosen is None else counts.of(chosen)
    weights = split.weights[rows]
    grams = np.zeros((len(counts.names), len(HEADS)), np.float32)
    intercepts = np.zeros(len(HEADS))
    for column, head in enumerate(HEADS):
        progress(step, column, len(HEADS))
        known, labels = split.known(head)[rows], split.labels(head)[rows]
        line = fit_counts(
            some,
            scales=_scales(some, known, labels, weights),
            length_offset=_LENGTH_OFFSET,
            rows=known,
            labels=labels[known],
            weights=weights[known],
            freedom=_FREEDOM,
        )
        grams[:, column], intercepts[column] = line.weights, line.intercept
    progress(step, len(HEADS), len(HEADS))
    return Weights(tuple(counts.names), grams, intercepts, _LENGTH_OFFSET)


def _scales(counts: Counts, known: Flags, labels: Flags, weights: Numbers) -> Numbers:
    """Weigh grams by how rare they are and how differently often the two classes use them."""
    bad, good = weights * (known & labels), weights * (known & ~labels)
    bad_use = (counts.frequencies(bad) + 1) / bad.sum()
    good_use = (counts.frequencies(good) + 1) / good.sum()
    scales = rarity(counts.frequencies(), len(counts.totals)) * np.abs(np.log(bad_use / good_use))
    scales *= np.where([is_piece(name) for name in counts.names], 1.0, _WHOLE_WORDS)
    found: Numbers = scales / np.sqrt(np.mean(scales**2))
    return found


def _logits(weights: Weights, counts: Counts) -> Numbers:
    return multiply(counts, weights.grams, length_offset=weights.length_offset) + weights.intercepts


def _calibration(split: _Split, head: str, values: Numbers) -> Line:
    """Find the scale and the shift that make a head's log-odds honest at the stated prevalence."""
    known = (split.known(head) & split.settled)[split.held_out]
    labels = split.labels(head)[split.held_out][known]
    weights = split.weights[split.held_out][known]
    share = PREVALENCE[head]
    weights[labels] *= share / weights[labels].sum()
    weights[~labels] *= (1 - share) / weights[~labels].sum()
    return calibrate(values[known], labels, weights * len(weights))


def _calibrated(raw: Weights, lines: Sequence[Line]) -> Weights:
    """Fold scales and shifts into the weights: the classifier stays a sum."""
    slopes = np.array([line.weights[0] for line in lines])
    shifts = np.array([line.intercept for line in lines])
    return Weights(
        raw.vocabulary,
        (raw.grams * slopes).astype(np.float32),
        raw.intercepts * slopes + shifts,
        raw.length_offset,
    )


def _pruned(weights: Weights) -> Weights:
    kept = np.flatnonzero(np.abs(weights.grams).max(axis=1) > _NEGLIGIBLE)
    return Weights(
        tuple(weights.vocabulary[index] for index in kept),
        weights.grams[kept],
        weights.intercepts,
        weights.length_offset,
    )


def _source(texts: TextSet, rows: Sequence[Labelled]) -> Source:
    return Source(name=texts.name, rows=len(rows), origin=texts.origin, licence=texts.licence)


def _tally(split: _Split, head: str) -> Tally:
    known, labels = split.known(head), split.labels(head)
    return Tally(positives=int((known & labels).sum()), negatives=int((known & ~labels).sum()))
