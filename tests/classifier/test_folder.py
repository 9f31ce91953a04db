"""Which models are in a folder, and which serves where nobody promoted one in the database."""

from collections.abc import Callable
from pathlib import Path

import pytest

from moderation.classifier.folder import POINTER, chosen, entries, load_serving, serving_name
from moderation.classifier.storage import ModelDamaged, ModelMissing, ModelUnusable
from tests.classifier.making import NOW, point

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


def test_what_an_earlier_version_promoted_serves(models: Path, make: Make) -> None:
    for name in ("base-2026-11", "site-1"):
        make(name)
    point(models, "site-1", "base-2026-11", since=NOW)

    assert load_serving(models).version == "site-1"
    assert (chosen(models).previous, chosen(models).since) == (("base-2026-11",), NOW)


def test_older_versions_said_nothing_of_when(models: Path, make: Make) -> None:
    make("base-2026-11")
    point(models, "base-2026-11")

    assert chosen(models).since is None


@pytest.mark.parametrize(
    "content", ["", "[]", '{"model": "../../etc"}', '{"model": "a", "previous": [".."]}']
)
def test_a_spoilt_pointer_is_refused(models: Path, make: Make, content: str) -> None:
    make("base-2026-11")
    (models / POINTER).write_text(content)

    with pytest.raises(ModelDamaged, match="promote a model by name"):
        serving_name(models)


def test_a_pointer_that_cannot_be_opened_is_named(models: Path, make: Make) -> None:
    make("base-2026-11")
    (models / POINTER).mkdir()

    with pytest.raises(ModelUnusable, match=POINTER):
        serving_name(models)


def test_the_list_shows_what_is_broken(models: Path, make: Make) -> None:
    make("base-2026-11")
    (make("site-1") / "card.json").unlink()
    (models / ".unfinished").mkdir()
    (models / "README.md").write_text("not a model")

    base, site = entries(models)

    assert (base.name, base.problem) == ("base-2026-11", None)
    assert base.card is not None
    assert (site.name, site.card) == ("site-1", None)
    assert site.problem is not None
