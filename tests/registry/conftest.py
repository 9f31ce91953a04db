"""Fixtures of the registry's tests."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.classifier.making import keep


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """The folder of models of one machine."""
    return tmp_path / "models"


@pytest.fixture
def make(models: Path) -> Callable[..., Path]:
    """Save a small model under a name."""

    def made(name: str, *, bad: float = 3.0) -> Path:
        return keep(models, name, bad=bad)

    return made
