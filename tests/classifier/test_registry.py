"""Which model serves, and how another comes to serve."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from moderation.classifier import registry
from moderation.classifier.registry import (
    POINTER,
    NothingToRollBackTo,
    chosen,
    entries,
    load_serving,
    promote,
    rollback,
    serving_name,
)
from moderation.classifier.storage import BadModelName, ModelDamaged, ModelMissing, ModelUnusable
from tests.classifier.making import NOW

Make = Callable[..., Path]


def test_the_newest_shipped_model_serves_where_nobody_chose(models: Path, make: Make) -> None:
    for name in ("base-2026-11", "base-2027-02", "site-9"):
        make(name)

    assert serving_name(models) == "base-2027-02"
    assert load_serving(models).version == "base-2027-02"


def test_without_a_model_it_says_what_to_do(models: Path) -> None:
    with pytest.raises(ModelMissing, match="make one and promote it"):
        serving_name(models)

    assert entries(models) == []


def test_a_promoted_model_serves_until_it_is_rolled_back(models: Path, make: Make) -> None:
    for name in ("base-2026-11", "site-1", "site-2"):
        make(name)

    promote(models, "site-1", now=NOW)
    promote(models, "site-2", now=NOW)
    assert serving_name(models) == "site-2"

    assert rollback(models, now=NOW).version == "site-1"
    assert rollback(models, now=NOW).version == "base-2026-11"
    with pytest.raises(NothingToRollBackTo):
        rollback(models, now=NOW)
    assert serving_name(models) == "base-2026-11"


def test_it_is_known_since_when_a_model_serves(models: Path, make: Make) -> None:
    make("base-2026-11")
    make("site-1")

    assert chosen(models).since is None
    promote(models, "site-1", now=NOW)
    assert (chosen(models).since, chosen(models).previous) == (NOW, ("base-2026-11",))
    rollback(models, now=NOW + timedelta(hours=1))
    assert chosen(models).since == NOW + timedelta(hours=1)


def test_a_pointer_of_before_says_nothing_of_when(models: Path, make: Make) -> None:
    make("base-2026-11")
    (models / POINTER).write_text('{"model": "base-2026-11"}')

    assert chosen(models).since is None


def test_promoting_twice_is_promoting_once(models: Path, make: Make) -> None:
    make("base-2026-11")
    make("site-1")

    promote(models, "site-1", now=NOW)
    promote(models, "site-1", now=NOW)

    assert rollback(models, now=NOW).version == "base-2026-11"


def test_an_unusable_model_is_not_promoted(models: Path, make: Make) -> None:
    make("base-2026-11")
    (make("site-1") / "model.joblib").write_bytes(b"no model")

    with pytest.raises(ModelDamaged):
        promote(models, "site-1", now=NOW)

    assert serving_name(models) == "base-2026-11"
    assert not (models / POINTER).exists()


def test_an_unusable_model_is_not_rolled_back_to(models: Path, make: Make) -> None:
    folder = make("base-2026-11")
    make("site-1")
    promote(models, "site-1", now=NOW)
    (folder / "model.joblib").unlink()

    with pytest.raises(ModelMissing):
        rollback(models, now=NOW)

    assert serving_name(models) == "site-1"


@pytest.mark.parametrize("name", ["../secret", "a/b", "..", ".", "", ".hidden", "a\\b", "a\n"])
def test_a_name_cannot_lead_out_of_the_folder(models: Path, make: Make, name: str) -> None:
    make("base-2026-11")

    with pytest.raises(BadModelName):
        promote(models, name, now=NOW)


@pytest.mark.parametrize(
    "content", ["", "[]", '{"model": "../../etc"}', '{"model": "a", "previous": [".."]}']
)
def test_a_spoilt_pointer_is_refused_and_can_be_written_anew(
    models: Path, make: Make, content: str
) -> None:
    make("base-2026-11")
    (models / POINTER).write_text(content)

    with pytest.raises(ModelDamaged, match="promote a model by name"):
        serving_name(models)

    promote(models, "base-2026-11", now=NOW)
    assert serving_name(models) == "base-2026-11"


def test_a_pointer_that_cannot_be_opened_is_named(models: Path, make: Make) -> None:
    make("base-2026-11")
    (models / POINTER).mkdir()

    with pytest.raises(ModelUnusable, match=POINTER):
        serving_name(models)


def test_a_promotion_that_fails_half_way_changes_nothing(
    models: Path, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The power fails after the new pointer is written and before it takes the old one's place."""
    make("base-2026-11")
    make("site-1")
    make("site-2")
    promote(models, "site-1", now=NOW)
    before = (models / POINTER).read_bytes()

    def lost(*_: object) -> None:
        raise OSError("the power failed")

    monkeypatch.setattr(registry.os, "fsync", lost)

    with pytest.raises(OSError, match="power"):
        promote(models, "site-2", now=NOW)

    assert (models / POINTER).read_bytes() == before
    assert [path.name for path in models.glob(".*")] == []


def test_the_pointer_is_readable_for_people_and_programs(models: Path, make: Make) -> None:
    make("base-2026-11")
    make("site-1")
    promote(models, "site-1", now=NOW)

    assert json.loads((models / POINTER).read_text()) == {
        "model": "site-1",
        "previous": ["base-2026-11"],
        "since": "2026-11-01T12:00:00Z",
    }


def test_the_list_shows_what_serves_and_what_is_broken(models: Path, make: Make) -> None:
    make("base-2026-11")
    (make("site-1") / "card.json").unlink()
    (models / ".unfinished").mkdir()
    (models / "README.md").write_text("not a model")

    base, site = entries(models)

    assert (base.name, base.serves, base.problem) == ("base-2026-11", True, None)
    assert base.card is not None
    assert (site.name, site.serves, site.card) == ("site-1", False, None)
    assert site.problem is not None


def test_the_list_is_shown_when_the_pointer_is_spoilt(models: Path, make: Make) -> None:
    make("base-2026-11")
    (models / POINTER).write_text("spoilt")

    assert [entry.serves for entry in entries(models)] == [False]


def test_serving_needs_no_scikit_learn(make: Callable[..., Path]) -> None:
    """Importing it takes seconds and much memory, in each of the server's processes."""
    models = make("base-2026-11").parent
    program = (
        "import sys, pathlib, moderation.classifier.serving as serving, moderation.classifier.registry;"
        "from moderation.text import normalise;"
        "assert 'joblib' not in sys.modules;"
        f"model = serving.Serving(pathlib.Path({str(models)!r})).current();"
        "model.score(normalise('a text')), model.explain(normalise('a text'));"
        "assert not {'sklearn', 'scipy'} & set(sys.modules), sys.modules"
    )

    subprocess.run([sys.executable, "-c", program], check=True, cwd=Path(__file__).parents[2])
