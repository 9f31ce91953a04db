"""Fit and measure. The only module that knows scikit-learn and scipy; both are imported when used.

Arrays go in and arrays come out, so that neither library's untyped values travel any further.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from moderation.classifier.card import Measure
from moderation.classifier.counting import Counts
from moderation.classifier.factored import Factored

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]

# The gradient at which a fit is called done. Ten times less changes no figure that we measure; ten
# times more stops at a place that depends on chance.
_TOLERANCE = 1e-5
_MOST_STEPS = 2_000
# The same for corrections, for each row.
_STEEPEST = 1e-5


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
    labels: Flags,
    weights: Numbers,
    freedom: float,
) -> Line:
    """Fit a regularised logistic regression to the counts, or to some of their rows.

    A gram's scale says how freely its weight may grow. The scales are folded into the result, so
    the weights are for the counts as they are.
    """
    table = _table(counts, counts.shares(length_offset) * scales.astype(np.float32)[counts.columns])
    line = _regress(table if rows is None else table[rows], labels, weights, freedom)
    line.weights[:] *= scales
    return line


def fit_corrections(
    table: Factored,
    *,
    scales: Numbers,
    dense: Numbers,
    least: Numbers,
    offsets: Numbers,
    labels: Flags,
    weights: Numbers,
) -> Numbers:
    """Fit what must be added to log-odds that are there already, the `offsets`, to foretell the labels.

    A logistic regression with a Gaussian prior around “nothing”: what the rows do not show stays as it
    is. A gram's scale is the deviation of its prior; the scales are folded into the result, so that
    the weights are for the counts as they are. The dense columns come scaled, one of them for a shift;
    none of their weights falls below its place in `least`, which may be -inf.
    """
    from scipy import optimize  # noqa: PLC0415 - see above

    # It comes with scikit-learn, and without types.
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # noqa: PLC0415

    signs = np.where(labels, 1.0, -1.0)
    grams = len(scales)

    def loss(moved: Numbers) -> tuple[float, Numbers]:
        margins = table.sums(moved[:grams] * scales)
        margins += offsets
        margins += dense @ moved[grams:]
        margins *= signs
        slopes = -signs * weights * np.exp(-np.logaddexp(0.0, margins))
        total = float(weights @ np.logaddexp(0.0, -margins) + moved @ moved / 2)
        steep = moved.copy()
        steep[:grams] += table.gathered(slopes) * scales
        steep[grams:] += dense.T @ slopes
        return total, steep

    # On one thread, as in _regress.
    with threadpool_limits(1):
        found = optimize.minimize(
            loss,
            np.zeros(grams + dense.shape[1]),
            jac=True,
            method="L-BFGS-B",
            bounds=optimize.Bounds(np.concatenate([np.full(grams, -np.inf), least])),
            options={"maxiter": _MOST_STEPS, "gtol": _STEEPEST * weights.sum()},
        )
    moved = np.asarray(found.x, np.float64)
    moved[:grams] *= scales
    return moved


def fit_kinds(
    table: Factored,
    *,
    scales: Numbers,
    dense: Numbers,
    kinds: NDArray[np.int64],
    weights: Numbers,
) -> Numbers:
    """Fit what foretells each row's kind: the number of one of a few, from 0 on.

    A multinomial logistic regression with the prior of `fit_corrections`, and with columns like its
    own. One row for each gram and each dense column comes back, and one column for each kind.
    """
    from scipy import optimize, special  # noqa: PLC0415 - see above
    from threadpoolctl import threadpool_limits  # noqa: PLC0415

    grams = len(scales)
    shape = (grams + dense.shape[1], int(kinds.max()) + 1)
    rows = np.arange(len(kinds))

    def loss(line: Numbers) -> tuple[float, Numbers]:
        moved = line.reshape(shape)
        said = np.column_stack([table.sums(one * scales) for one in moved[:grams].T])
        likely = special.log_softmax(said + dense @ moved[grams:], axis=1)
        slopes = np.exp(likely)
        slopes[rows, kinds] -= 1
        slopes *= weights[:, np.newaxis]
        total = float(line @ line / 2 - weights @ likely[rows, kinds])
        steep = moved.copy()
        steep[:grams] += np.column_stack([table.gathered(one) * scales for one in slopes.T])
        steep[grams:] += dense.T @ slopes
        return total, steep.ravel()

    # On one thread, as in _regress.
    with threadpool_limits(1):
        found = optimize.minimize(
            loss,
            np.zeros(shape[0] * shape[1]),
            jac=True,
            method="L-BFGS-B",
            options={"maxiter": _MOST_STEPS, "gtol": _STEEPEST * weights.sum()},
        )
    moved = np.asarray(found.x, np.float64).reshape(shape)
    moved[:grams] *= scales[:, np.newaxis]
    return moved


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
    from threadpoolctl import threadpool_limits  # noqa: PLC0415

    # Sums depend on the order of their parts, and so on how many threads share them. One thread
    # gives the same model on any number of cores, and is no slower: the table is sparse.
    with threadpool_limits(1):
        fitted = LogisticRegression(C=freedom, tol=_TOLERANCE, max_iter=_MOST_STEPS).fit(
            table, labels, sample_weight=weights
        )
    return Line(np.asarray(fitted.coef_[0], np.float64).copy(), float(fitted.intercept_[0]))
