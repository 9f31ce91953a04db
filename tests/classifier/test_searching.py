"""The search over settings: the same choice wherever it runs."""

from dataclasses import asdict
from functools import partial
from typing import Any

import pytest

from moderation.classifier.decisions import read
from moderation.classifier.learning import AS_FOUND, Priors
from moderation.classifier.model import Classifier
from moderation.classifier.retraining import retrain
from moderation.classifier.searching import NoCluster, candidates, search
from moderation.classifier.training import Trained
from tests.classifier.making import NOW, decisions
from tests.conftest import left_out


@pytest.fixture(scope="module")
def base(trained: Trained) -> Classifier:
    return trained.classifier


def dask() -> Any:
    """What starts a cluster; without it, the test is left out by name."""
    try:
        import distributed
    except ImportError:
        left_out("the extra dask is not installed")
    return distributed


def test_settings_are_chosen_by_what_they_foretell_and_the_card_tells_them(base: Classifier) -> None:
    """One word tells all here: the freer it is, the better."""
    told: list[tuple[str, int, int]] = []
    examples = decisions(300)
    made = retrain(
        base,
        examples,
        name="site-1",
        now=NOW,
        search=partial(search, jobs=1),
        progress=lambda *step: told.append(step),
    )
    plain = retrain(base, examples, name="site-1", now=NOW)
    tried = candidates(read(base, examples))

    assert made.card.priors["grams"] == max(one.grams for one in tried)
    assert plain.card.priors == asdict(AS_FOUND)
    assert tried[0] == AS_FOUND
    assert len(tried) == 9
    assert ("search the settings", 27, 27) in told
    losses = [one.card.tests[0].measures["rejection"].log_loss or 9.0 for one in (made, plain)]
    assert losses[0] < losses[1]


def test_where_nothing_can_be_learnt_the_usual_settings_stay(base: Classifier) -> None:
    alike = read(base, [one for one in decisions(60) if one.rejected])

    assert search(base.weights, alike, jobs=1) == Priors()


def test_without_the_extra_it_is_said_what_to_install(base: Classifier, monkeypatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)

    with pytest.raises(NoCluster, match=r"pip install 'comment-moderation\[dask\]'"):
        search(base.weights, read(base, decisions(60)), dask="tcp://127.0.0.1:1")


@pytest.mark.long
@pytest.mark.filterwarnings("default")
def test_a_dask_cluster_chooses_the_same(base: Classifier) -> None:
    distributed = dask()
    some = read(base, decisions(300))
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        found = search(base.weights, some, dask=cluster.scheduler_address)

    assert found == search(base.weights, some, jobs=1)


@pytest.mark.long
@pytest.mark.filterwarnings("default")
def test_a_cluster_that_does_not_answer_is_named(base: Classifier) -> None:
    dask()

    with pytest.raises(NoCluster, match=r"at tcp://127\.0\.0\.1:1 does not answer"):
        search(base.weights, read(base, decisions(60)), dask="tcp://127.0.0.1:1")
