"""The same model through plain scikit-learn: a pipeline of its own parts, filled with our weights.

It is the leanest pipeline that gives every head: the grams are made once, one product holds all
weights, and no step is there that our own scores do not need.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import expit
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

from moderation.classifier.features import (
    REPEATING,
    SHOUTING,
    cut,
    grams,
    manners,
    pair,
    spoken,
)
from moderation.classifier.model import HEADS, Classifier, Weights
from moderation.text import normalise

Numbers = NDArray[np.float64]

# No gram holds a line break, so it can stand for every gram that the model does not know.
_UNKNOWN = "\n"
_MANNERS = (SHOUTING, REPEATING)
_AT_ONCE = 200


class Twin:
    """Our model, asked through scikit-learn."""

    def __init__(self, weights: Weights) -> None:
        self.pipeline: Pipeline = make_pipeline(
            _vectorizer(weights),
            LengthFactor(weights.length_offset, _places_of_manners(weights)),
            _regression(weights),
        )

    def logits(self, texts: Sequence[str]) -> Numbers:
        """Give the log-odds of every head for every text, in the order of HEADS."""
        return np.asarray(self.pipeline.decision_function(texts), np.float64)

    def probabilities(self, texts: Sequence[str]) -> Numbers:
        """Give the probability of every head for every text: what a caller would ask for."""
        return np.asarray(expit(self.logits(texts)), np.float64)


def difference(classifier: Classifier, texts: Sequence[str], tell: Callable[[int], None]) -> float:
    """Find the largest difference between our log-odds and the twin's, over all texts and heads."""
    other = Twin(classifier.weights)
    largest = 0.0
    for begin in range(0, len(texts), _AT_ONCE):
        tell(begin)
        some = texts[begin : begin + _AT_ONCE]
        mine = classifier.logits([normalise(text) for text in some])
        largest = max(largest, float(np.abs(mine - other.logits(some)).max()))
    tell(len(texts))
    return largest


class LengthFactor(TransformerMixin, BaseEstimator):
    """Weigh a text's counts by how many there are, those of unknown grams included.

    Some columns count for no length: those of how a text is written.
    """

    def __init__(self, offset: float = 1.0, apart: Sequence[int] = ()) -> None:
        self.offset = offset
        self.apart = apart

    def transform(self, counts: sparse.csr_matrix) -> sparse.csr_matrix:
        """Multiply each row with its factor."""
        apart = counts[:, list(self.apart)]
        totals = np.asarray(counts.sum(axis=1) - apart.sum(axis=1)).ravel()
        return sparse.diags(1 / np.sqrt(totals + self.offset)) @ counts

    def __sklearn_is_fitted__(self) -> bool:
        """Tell scikit-learn that there is nothing to learn."""
        return True


class _Vocabulary(dict[str, int]):
    """Leads every gram that the model does not know to one more column."""

    def __missing__(self, _: str) -> int:
        return self[_UNKNOWN]


def _vectorizer(weights: Weights) -> CountVectorizer:
    vectorizer = CountVectorizer(analyzer=_grams, dtype=np.float64)
    names = _columns(weights)
    # Set and not passed: scikit-learn would copy it into a plain dictionary, and then leave out
    # what it does not know before anyone could count it.
    vectorizer.vocabulary_ = _Vocabulary({name: place for place, name in enumerate(names)})
    return vectorizer


def _columns(weights: Weights) -> tuple[str, ...]:
    """Name what is counted: the known grams, how a text is written even if unknown, and the rest."""
    return (*weights.vocabulary, *(one for one in _MANNERS if one not in weights.vocabulary), _UNKNOWN)


def _places_of_manners(weights: Weights) -> list[int]:
    return [place for place, name in enumerate(_columns(weights)) if name in _MANNERS]


def _grams(text: str) -> list[str]:
    read = normalise(text)
    words = cut(read.text)
    said = spoken(words)
    found = [gram for word in set(words) for gram in grams(word)]
    found.extend(set(map(pair, said, said[1:])))
    found.extend(manners(read, len(said), len(set(said))))
    return found


def _regression(weights: Weights) -> LogisticRegression:
    regression = LogisticRegression()
    regression.classes_ = np.arange(len(HEADS))
    unknown = np.zeros((len(HEADS), len(_columns(weights)) - len(weights.vocabulary)))
    regression.coef_ = np.hstack([weights.grams.T.astype(np.float64), unknown])
    regression.intercept_ = weights.intercepts.astype(np.float64)
    regression.n_features_in_ = regression.coef_.shape[1]
    return regression
