"""Find out how freely corrections may move: by how well they foretell the decisions that came next.

Cross-validation in the order of time, as comments of tomorrow are unlike those of today. The work is
shared out by joblib, among the cores of this machine or the workers of a Dask cluster.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise, product
from typing import Any

import numpy as np

from moderation.classifier.counting import Progress, silence
from moderation.classifier.decisions import Decisions
from moderation.classifier.fitting import Numbers
from moderation.classifier.learning import AS_FOUND, Priors, learn
from moderation.classifier.model import Weights
from moderation.refusal import Refusal

Search = Callable[[Weights, Decisions, Progress], Priors]
"""Chooses priors for a base and decisions, and tells of its progress."""

# Each part but the first is foretold by what was learnt from all before it.
_PARTS = (0.4, 0.6, 0.8, 1.0)
_GRAMS = (2.25, 4.5, 9.0)
_ATTRIBUTES = (0.1, 0.3, 1.0)
_CIRCUMSTANCES = (0.5, 1.0, 2.0)
_SECONDS_TO_CONNECT = 10
_STEP = "search the settings"


class NoCluster(Refusal):
    """The search cannot run on a Dask cluster; the message says why and what to do."""


def search(
    base: Weights,
    decisions: Decisions,
    progress: Progress = silence,
    *,
    dask: str | None = None,
    jobs: int = -1,
) -> Priors:
    """Choose the priors that foretell best, of those where several do equally the usual ones.

    On this machine so many jobs run at once, -1 for one a core; or else all that the Dask cluster at the
    address `dask` can. The choice is the same in either way. Raises NoCluster.
    """
    # Takes long to import, and only a search comes here.
    from joblib import Parallel, delayed  # noqa: PLC0415

    tried = candidates(decisions)
    folds = _folds(decisions)
    orders = list(product(tried, folds))
    losses = np.zeros(len(orders))
    progress(_STEP, 0, len(orders))
    with _running_on(dask, [base, *(part for fold in folds for part in fold)]):
        work = Parallel(n_jobs=-1 if dask else jobs, return_as="generator")
        found = work(
            delayed(_loss)(base, older, next_ones, priors) for priors, (older, next_ones) in orders
        )
        for done, loss in enumerate(found, start=1):
            losses[done - 1] = loss
            progress(_STEP, done, len(orders))
    return tried[int(np.argmin(losses.reshape(len(tried), -1).sum(axis=1)))] if folds else AS_FOUND


def candidates(decisions: Decisions) -> list[Priors]:
    """List what is tried, the usual priors first: of equals, the first is chosen."""
    circumstances = _CIRCUMSTANCES if decisions.circumstances else (AS_FOUND.circumstances,)
    tried = [
        Priors(grams=grams, attributes=attributes, circumstances=freedom)
        for grams, attributes, freedom in product(_GRAMS, _ATTRIBUTES, circumstances)
    ]
    return sorted(tried, key=lambda one: one != AS_FOUND)


def _folds(decisions: Decisions) -> list[tuple[Decisions, Decisions]]:
    places = np.arange(len(decisions))
    cuts = [round(share * len(decisions)) for share in _PARTS]
    folds = [
        (decisions.of(places < begin), decisions.of((places >= begin) & (places < end)))
        for begin, end in pairwise(cuts)
    ]
    return [(older, later) for older, later in folds if older.has_both_kinds]


def _loss(base: Weights, older: Decisions, later: Decisions, priors: Priors) -> float:
    """Add up how far the later decisions are from what was learnt from the older ones."""
    odds: Numbers = learn(base, older, priors).log_odds(base, later)
    return float(later.weights @ np.logaddexp(0.0, np.where(later.rejected, -1.0, 1.0) * odds))


@contextmanager
def _running_on(dask: str | None, sent: Sequence[Any]) -> Iterator[None]:
    if dask is None:
        yield
        return
    from joblib import parallel_config  # noqa: PLC0415 - as above

    try:
        from distributed import Client  # noqa: PLC0415 - an extra that few have
    except ImportError:
        raise NoCluster(
            "Dask is not installed here. Install the extra: pip install 'comment-moderation[dask]'"
        ) from None
    try:
        client = Client(dask, timeout=_SECONDS_TO_CONNECT, set_as_default=False)
    except (OSError, ValueError) as error:
        raise NoCluster(f"The Dask cluster at {dask} does not answer: {error}") from error
    try:
        # What all jobs have in common goes to each worker once.
        with parallel_config(backend="dask", client=client, scatter=list(sent)):
            yield
    finally:
        client.close()
