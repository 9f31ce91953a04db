"""Fixtures of the registry's tests: the folder of models of one machine, and small models in it."""

from tests.classifier.conftest import make, models

__all__ = ["make", "models"]
