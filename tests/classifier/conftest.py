"""Fixtures of the classifier's tests."""

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from moderation.classifier.corpus import Corpus
from moderation.classifier.gate import fixed
from moderation.classifier.model import Classifier
from moderation.classifier.safety import evasion, honest, identity
from moderation.classifier.training import Trained, train
from tests.classifier.making import NOW, keep, made_by_hand, write_corpus


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return Corpus(write_corpus(tmp_path_factory.mktemp("corpus")), own=())


@pytest.fixture(scope="session")
def trained(corpus: Corpus) -> Trained:
    return train(corpus, name="base-2026-01", now=NOW)


@pytest.fixture(scope="module")
def few_fixed_texts() -> Iterator[None]:
    """Ask new models about every eighth of the fixed texts only: all of them take seconds each time."""
    templates, abuses, honest_texts = (
        every[::8] for every in (identity.templates(), evasion.abuses(), honest.texts())
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(identity, "templates", lambda: templates)
        patch.setattr(evasion, "abuses", lambda: abuses)
        patch.setattr(honest, "texts", lambda: honest_texts)
        # They are kept from the first time on, so these are kept apart.
        for kept in ("_civil", "_abuse", "_disguised", "_honest"):
            patch.setattr(fixed, kept, cache(getattr(fixed, kept).__wrapped__))
        yield


@pytest.fixture
def classifier() -> Classifier:
    """A model of six grams; only `bad` and its neighbours weigh anything."""
    return made_by_hand("by-hand")


@pytest.fixture
def models(tmp_path: Path) -> Path:
    return tmp_path / "models"


@pytest.fixture
def make(models: Path) -> Callable[..., Path]:
    """Save a small model under a name."""

    def made(name: str, *, bad: float = 3.0) -> Path:
        return keep(models, name, bad=bad)

    return made
