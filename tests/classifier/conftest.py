"""Fixtures of the classifier's tests."""

from collections.abc import Callable
from pathlib import Path

import pytest

from moderation.classifier.corpus import Corpus
from moderation.classifier.model import Classifier
from moderation.classifier.training import Trained, train
from tests.classifier.making import NOW, keep, made_by_hand, write_corpus


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return Corpus(write_corpus(tmp_path_factory.mktemp("corpus")), own=())


@pytest.fixture(scope="session")
def trained(corpus: Corpus) -> Trained:
    return train(corpus, name="base-2026-01", now=NOW)


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
