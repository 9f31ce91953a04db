"""Fit and measure. The only module that knows scikit-learn and scipy; both are imported when used.

Arrays go in and arrays come out, so that neither library's untyped values travel any further.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from moderation.classifier.card import Measure
from moderation.classifier.counting import Counts

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]

# The gradient at which a fit is called done. Ten times less changes no figure that we measure; ten
# times more stops at a place that depends on chance.
_TOLERANCE = 1e-5
_MOST_STEPS = 2_000


class Line(NamedTuple):
    """A fitted logistic regression: log-odds = weights * features + intercept."""

    weights: Numbers
    intercept: float


def fit_counts(
    counts: Counts,
    *,
    scales: Numbers,
    length_offset: float,
    rows: Flags | None = None,
    dense: Numbers | None = None,
    labels: Flags,
    weights: Numbers,
    freedom: float,
) -> Line:
    """Fit a regularised logistic regression to the counts (or some rows), with dense columns beside.

    A gram's scale says how freely its weight may grow. The scales are folded into the result, so
    the weights are for the counts as they are.
    """
    from scipy import sparse  # noqa: PLC0415 - see above

    table = _table(counts, counts.shares(length_offset) * scales.astype(np.float32)[counts.columns])
    if dense is not None:
        table = sparse.hstack([table, sparse.csr_array(dense.astype(np.float32))], format="csr")
    line = _regress(table if rows is None else table[rows], labels, weights, freedom)
    line.weights[: len(scales)] *= scales
    return line


def multiply(counts: Counts, weights: NDArray[np.float32], *, length_offset: float) -> Numbers:
    """Weigh the counts: each column of weights gives one of log-odds, without the intercept."""
    found: Numbers = _table(counts, counts.shares(length_offset)) @ weights
    return found


def calibrate(logits: Numbers, labels: Flags, weights: Numbers) -> Line:
    """Find the scale and the shift that turn logits into honest log-odds (Platt's method)."""
    # Two numbers need hardly any restraint; without it they would be infinite where the held-out
    # classes happen to lie wholly apart.
    return _regress(logits.reshape(-1, 1), labels, weights, freedom=1.0)


def measure(logits: Numbers, labels: Flags, weights: Numbers | None = None) -> Measure:
    """Measure how well logits tell bad from good; without both kinds only count them."""
    from sklearn import metrics  # noqa: PLC0415 - see above

    rows, positives = len(labels), int(labels.sum())
    if positives in (0, rows):
        return Measure(rows=rows, positives=positives, auc=None, average_precision=None, log_loss=None)
    # From the logits and not from probabilities, which are 0 or 1 where the logits still differ.
    signs = np.where(labels, 1.0, -1.0)
    losses = np.logaddexp(0.0, -signs * logits)
    return Measure(
        rows=rows,
        positives=positives,
        auc=float(metrics.roc_auc_score(labels, logits, sample_weight=weights)),
        average_precision=float(metrics.average_precision_score(labels, logits, sample_weight=weights)),
        log_loss=float(np.average(losses, weights=weights)),
    )


def _table(counts: Counts, values: NDArray[np.float32]) -> Any:
    from scipy import sparse  # noqa: PLC0415 - see above

    shape = (len(counts.totals), len(counts.names))
    return sparse.csr_array((values, counts.columns, counts.starts), shape=shape)


def _regress(table: object, labels: Flags, weights: Numbers, freedom: float) -> Line:
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - see above

    # It comes with scikit-learn, and without types.
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # noqa: PLC0415

    # Sums depend on the order of their parts, and so on how many threads share them. One thread
    # gives the same model on any number of cores, and is no slower: the table is sparse.
    with threadpool_limits(1):
        fitted = LogisticRegression(C=freedom, tol=_TOLERANCE, max_iter=_MOST_STEPS).fit(
            table, labels, sample_weight=weights
        )
    return Line(np.asarray(fitted.coef_[0], np.float64).copy(), float(fitted.intercept_[0]))
