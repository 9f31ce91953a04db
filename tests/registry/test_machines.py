"""Several machines with folders of their own and one database: what one promotes serves on all."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select, update

from moderation import registry
from moderation.classifier.folder import POINTER
from moderation.classifier.model import HEADS, Classifier, Weights
from moderation.classifier.storage import ModelDamaged, load, save
from moderation.registry.serving import Serving
from moderation.settings import Settings
from moderation.store import Database
from moderation.store.tables import Model, ModelGroup
from tests.calling import call
from tests.classifier.making import NOW, card_for, keep, made_by_hand, point
from tests.conftest import KEY, add_site, listening
from tests.making import promoted, rolled_back

BASE, SITE = "base-2026-11", "site-1"
# What is about the folder, and not about the database.
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class Clock:
    """A clock that stands still until it is told."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """The folder of the machine on which a model is made."""
    keep(tmp_path / "here", BASE)
    keep(tmp_path / "here", SITE, bad=5.0)
    return tmp_path / "here"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def other(database: Database, there: Path, clock: Clock) -> Iterator[Serving]:
    """A process on the other machine."""
    serving = Serving(database, there, clock=clock)
    yield serving
    serving.stop()


def version(serving: Serving) -> str | None:
    found = serving.of_group(None)
    return found.version if found else None


def content(database: Database, name: str) -> bytes:
    with database.reading() as session:
        return session.scalars(select(Model.content).where(Model.name == name)).one()


def flip(found: bytes, share: float) -> bytes:
    """Change one bit of the byte that stands at this share of the whole."""
    place = min(int(len(found) * share), len(found) - 1)
    return found[:place] + bytes([found[place] ^ 1]) + found[place + 1 :]


def store(database: Database, name: str, found: bytes) -> None:
    with database.writing() as session:
        session.execute(update(Model).where(Model.name == name).values(content=found))
        session.commit()


@pytest.fixture
def stage(database_url: str, here: Path, there: Path, tmp_path: Path) -> Iterator[list[str]]:
    """The addresses of two services with one database, each with a folder of models of its own."""
    database = Database(database_url)
    add_site(database, "blog", KEY)
    database.close()
    with ExitStack() as running:
        yield [
            running.enter_context(
                listening(Settings(instance=tmp_path, database_url=database_url, models=models))
            )
            for models in (here, there)
        ]


def test_what_one_machine_promotes_judges_on_both_within_seconds(
    stage: list[str], database: Database, here: Path, there: Path
) -> None:
    def judged_by(address: str) -> str:
        verdict = call("POST", f"{address}/api/v1/score", {"text": "bad"}, key=KEY).json
        return str(verdict["model"])

    def until(expected: str) -> None:
        deadline = time.monotonic() + 30
        while [judged_by(address) for address in stage] != [expected] * 2:
            assert time.monotonic() < deadline, "some machine never followed"
            time.sleep(0.05)

    assert [judged_by(address) for address in stage] == [BASE] * 2
    promoted(database, here, SITE)
    until(SITE)
    for name in ("model.joblib", "card.json", "card.md"):
        assert (there / SITE / name).read_bytes() == (here / SITE / name).read_bytes()

    # Now the other one goes back.
    rolled_back(database, there)
    until(BASE)


def test_a_model_that_was_made_on_one_machine_is_promoted_from_another(
    database: Database, here: Path, there: Path, other: Serving
) -> None:
    with database.writing() as session:
        registry.publish(session, here / SITE, now=NOW)
        session.commit()
    assert not (there / SITE).exists()

    promoted(database, there, SITE)
    other.refresh()

    assert version(other) == SITE


def test_a_folder_that_is_shared_is_not_written_to(database: Database, here: Path) -> None:
    promoted(database, here, SITE)
    # Nothing that is in the database is needed.
    store(database, SITE, b"")
    serving = Serving(database, here)

    assert (version(serving), serving.problems) == (SITE, ())


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 1.0])
def test_one_flipped_bit_in_the_database_is_refused_and_can_be_mended(
    database: Database, here: Path, other: Serving, clock: Clock, share: float
) -> None:
    promoted(database, here, SITE)
    whole = content(database, SITE)
    store(database, SITE, flip(whole, share))
    other.refresh()

    assert version(other) == BASE
    assert "site-1 in the database is not what was published" in str(other.problems)

    promoted(database, here, SITE)
    assert content(database, SITE) == whole
    clock.now += 31
    other.refresh()
    assert (version(other), other.problems) == (SITE, ())


@ON_SQLITE
@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 1.0])
def test_one_flipped_bit_in_the_folder_is_refused_and_can_be_mended(
    database: Database, here: Path, there: Path, other: Serving, share: float
) -> None:
    file = shutil.copytree(here / SITE, there / SITE) / "model.joblib"
    file.write_bytes(flip(file.read_bytes(), share))
    promoted(database, here, SITE)
    other.refresh()

    assert version(other) == BASE
    assert "is not the file that its card describes" in str(other.problems)

    # As the message says: without the folder it comes from the database.
    shutil.rmtree(there / SITE)
    other.refresh()
    assert (version(other), other.problems) == (SITE, ())


@ON_SQLITE
def test_another_model_of_the_same_name_is_neither_loaded_nor_overwritten(
    database: Database, here: Path, there: Path, other: Serving
) -> None:
    keep(there, SITE, bad=1.0)
    theirs = (there / SITE / "model.joblib").read_bytes()
    promoted(database, here, SITE)
    other.refresh()

    assert version(other) == BASE
    assert "holds another model than the database" in str(other.problems)
    assert (there / SITE / "model.joblib").read_bytes() == theirs
    with pytest.raises(ModelDamaged, match="holds another model"):
        promoted(database, there, SITE)
    with database.writing() as session, pytest.raises(registry.OtherModel):
        registry.publish(session, there / SITE, now=NOW)


@ON_SQLITE
@pytest.mark.parametrize("share", [0.0, 0.4, 1.0])
def test_one_flipped_bit_in_the_card_is_refused_and_can_be_mended(
    database: Database, here: Path, other: Serving, clock: Clock, share: float
) -> None:
    """It says from where on comments are rejected."""
    promoted(database, here, SITE)
    with database.writing() as session:
        kept = session.scalars(select(Model).where(Model.name == SITE)).one()
        kept.card = flip(kept.card.encode(), share).decode()
        session.commit()
    other.refresh()

    assert version(other) == BASE
    assert "is not what was published" in str(other.problems)

    promoted(database, here, SITE)
    clock.now += 31
    other.refresh()
    assert (version(other), other.problems) == (SITE, ())


@ON_SQLITE
def test_a_folder_that_cannot_be_written_to_is_named(
    database: Database, here: Path, other: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    promoted(database, here, SITE)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("moderation.classifier.storage.tempfile.mkdtemp", full)
    other.refresh()

    assert version(other) == BASE
    assert "No space left on device" in str(other.problems)


def test_the_content_is_never_read_with_its_row(database: Database, here: Path) -> None:
    promoted(database, here, SITE)

    with database.reading() as session:
        kept = session.scalars(select(Model)).all()
        assert [one.name for one in kept] == [SITE]
        assert "content" not in vars(kept[0])


def test_an_installation_goes_on_after_the_upgrade_as_it_was(
    database: Database, here: Path, there: Path, other: Serving
) -> None:
    """Machines with a pointer file, and without one, before anybody promotes."""
    point(here, SITE, BASE, since=NOW)
    first = Serving(database, here)

    assert (version(first), version(other)) == (SITE, BASE)
    with database.reading() as session:
        assert session.scalars(select(Model)).all() == []
        (default,) = session.scalars(select(ModelGroup))
        assert (default.name, default.model) == (registry.DEFAULT, None)

    promoted(database, here, SITE)
    other.refresh()
    assert version(other) == SITE
    assert (here / POINTER).exists()
    first.stop()


def fetching(database_url: str, models: Path, what: str, count: int) -> Any:
    """Let other processes fetch, and give what they tell."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.registry.fetching", database_url, models, SITE, what, str(count)],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def large(database: Database, here: Path) -> None:
    """A promoted model of some megabytes, so that fetching it takes a while."""
    lots = np.random.default_rng(5)
    weights = Weights(
        tuple(f"word {number}" for number in range(60_000)),
        lots.normal(size=(60_000, len(HEADS))).astype(np.float32),
        np.zeros(len(HEADS)),
        2.0,
    )
    shutil.rmtree(here / SITE)
    classifier = Classifier(SITE, made_by_hand(SITE).thresholds, weights)
    save(here / SITE, classifier, card_for(classifier))
    promoted(database, here, SITE)


def test_processes_of_one_machine_that_fetch_at_once_do_not_break_one_another(
    database_url: str, large: None, there: Path
) -> None:
    assert fetching(database_url, there, "together", 4) == [0] * 4
    assert sorted(one.name for one in there.iterdir()) == [BASE, SITE]
    assert load(there / SITE).version == SITE


@pytest.mark.parametrize(
    ("database_url", "count"), [("sqlite", 8), ("postgresql", 4)], indirect=["database_url"]
)
def test_a_process_that_is_killed_while_it_fetches_leaves_a_whole_model_or_none(
    database_url: str, database: Database, here: Path, there: Path, count: int
) -> None:
    promoted(database, here, SITE)
    told = fetching(database_url, there, "killed-at-steps", count)

    assert told["killed"] == told["served next"] == told["left whole"] + told["left nothing"] == count
    # Some before it was in its place, and some after.
    assert min(told["left whole"], told["left nothing"]) > 0


@pytest.mark.long
def test_fifty_that_are_killed_at_any_moment_leave_whole_models_or_none(
    database_url: str, large: None, there: Path
) -> None:
    told = fetching(database_url, there, "killed-at-moments", 50)

    assert told["served next"] == told["left whole"] + told["left nothing"] == 50
    assert told["killed"] > 0


@ON_SQLITE
def test_what_killed_processes_left_is_swept_away_when_it_is_old(
    database: Database, here: Path, there: Path, other: Serving
) -> None:
    old, young = there / f".{SITE}.abc", there / f".{SITE}.def"
    for one in (old, young):
        one.mkdir()
        (one / "model.joblib").write_bytes(b"half of it")
    hours_ago = time.time() - 2 * 3600
    os.utime(old, (hours_ago, hours_ago))
    promoted(database, here, SITE)
    other.refresh()

    assert version(other) == SITE
    assert (old.exists(), young.exists()) == (False, True)
