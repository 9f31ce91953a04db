"""A model with one wrong byte, wherever it is, never comes to serve: the last good one goes on."""

import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import joblib
import pytest

from moderation.classifier.storage import ModelDamaged, load
from moderation.registry.serving import Serving
from moderation.store import Database
from tests.classifier.making import keep
from tests.conftest import SHIPPED_MODELS, fresh_file
from tests.making import promoted

PLACES = 200
SHIPPED = next(SHIPPED_MODELS.glob("base-*"))


class Clock:
    """A clock that stands still until it is told."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def flips(file: Path, lots: random.Random) -> Iterator[int]:
    """Change one byte at a time, in places all over the file, and put it right again."""
    size = file.stat().st_size
    with file.open("r+b", buffering=0) as opened:
        for part in range(PLACES):
            place = lots.randrange(size * part // PLACES, size * (part + 1) // PLACES)
            opened.seek(place)
            right = opened.read(1)[0]
            for byte in (right ^ lots.randrange(1, 256), right):
                opened.seek(place)
                opened.write(bytes([byte]))
                if byte != right:
                    yield place


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the shipped model, whose content nobody may open."""
    folder = shutil.copytree(SHIPPED, tmp_path / SHIPPED.name)
    load(folder)

    def opened(*_: object) -> None:
        pytest.fail("it was opened before it was known to be whole")

    monkeypatch.setattr(joblib, "load", opened)
    return folder


def refused(folder: Path) -> bool:
    try:
        load(folder)
    except ModelDamaged:
        return True
    return False


def test_the_shipped_model_with_one_wrong_byte_is_refused_unopened(shipped: Path) -> None:
    assert [refused(shipped) for _ in flips(shipped / "model.joblib", random.Random(5))] == [
        True
    ] * PLACES


def test_the_shipped_model_that_was_cut_short_is_refused_unopened(shipped: Path) -> None:
    file = shipped / "model.joblib"
    size = file.stat().st_size
    found = []
    for part in reversed(range(PLACES)):
        os.truncate(file, size * part // PLACES)
        found.append(refused(shipped))

    assert file.stat().st_size == 0
    assert found == [True] * PLACES


def test_the_last_good_model_serves_on_whatever_is_wrong_with_the_next(tmp_path: Path) -> None:
    database = Database(fresh_file(tmp_path))
    models = tmp_path / "models"
    keep(models, "base-2026-11")
    keep(models, "site-1", bad=5.0)
    clock = Clock()
    serving = Serving(database, models, clock=clock)
    promoted(database, models, "site-1")
    told = []
    for _ in flips(models / "site-1" / "model.joblib", random.Random(6)):
        clock.now += 31
        serving.refresh()
        told.append((serving.of_group(None).version, bool(serving.problems)))
    assert told == [("base-2026-11", True)] * PLACES

    clock.now += 31
    serving.refresh()
    assert (serving.of_group(None).version, serving.problems) == ("site-1", ())
    serving.stop()
    database.close()
