"""Fixtures of the registry's tests: the folder of models of one machine, and small models in it."""

from pathlib import Path

import pytest

from tests.classifier.conftest import make, models
from tests.classifier.making import keep

__all__ = ["make", "models"]


@pytest.fixture
def there(tmp_path: Path) -> Path:
    """The folder of another machine, on which only the shipped model is."""
    keep(tmp_path / "there", "base-2026-11")
    return tmp_path / "there"
