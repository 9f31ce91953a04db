"""Model folders: written once, and refused unless whole and of the right versions."""

import hashlib
import io
import pickle
import sys
from collections.abc import Callable
from pathlib import Path

import joblib
import msgspec
import pytest

from moderation.classifier import storage
from moderation.classifier.card import FORMAT, Card, render
from moderation.classifier.storage import (
    BadModelName,
    ModelDamaged,
    ModelExists,
    ModelMissing,
    ModelOfOtherVersion,
    ModelUnusable,
    load,
    read_card,
    save,
)
from moderation.text import normalise
from tests.classifier.making import card_for, made_by_hand
from tests.conftest import SHIPPED_MODELS

Make = Callable[..., Path]


class Canary:
    """Writes a file when it is unpickled, as an attacker's pickle would."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return (Path.touch, (self.path,))


def edit_card(folder: Path, **changes: object) -> None:
    path = folder / "card.json"
    facts = msgspec.json.decode(path.read_bytes())
    path.write_bytes(msgspec.json.encode(facts | changes))


def test_a_saved_model_scores_as_before(make: Make) -> None:
    loaded = load(make("site-1"))

    text = normalise("a very bad idea, but a good one too")
    assert loaded.score(text) == made_by_hand("site-1").score(text)
    assert loaded.thresholds == made_by_hand("site-1").thresholds
    assert loaded.version == "site-1"


def test_a_folder_holds_the_model_and_its_card_twice_and_nothing_else(make: Make) -> None:
    folder = make("site-1")

    assert sorted(path.name for path in folder.iterdir()) == ["card.json", "card.md", "model.joblib"]
    assert [path.name for path in folder.parent.iterdir()] == ["site-1"]
    digest = hashlib.sha256((folder / "model.joblib").read_bytes()).hexdigest()
    assert read_card(folder).sha256 == digest
    assert digest in (folder / "card.md").read_text()


def test_a_model_is_never_overwritten(make: Make) -> None:
    folder = make("site-1")
    before = (folder / "model.joblib").read_bytes()

    with pytest.raises(ModelExists, match="choose another name"):
        make("site-1", bad=9.0)

    assert (folder / "model.joblib").read_bytes() == before


@pytest.mark.parametrize("name", ["..", ".hidden", "a b", "naïve", "x" * 101])
def test_a_name_that_could_be_no_folder_of_ours_is_refused(models: Path, name: str) -> None:
    classifier = made_by_hand("fine")

    with pytest.raises(BadModelName):
        save(models / name, classifier, card_for(classifier))


def test_a_save_that_fails_leaves_nothing_behind(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk half-way through a save."""

    def full(_folder: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(storage, "sync", full)
    classifier = made_by_hand("site-1")

    with pytest.raises(OSError, match="No space left"):
        save(models / "site-1", classifier, card_for(classifier))

    assert list(models.iterdir()) == []


@pytest.mark.parametrize("taken", [True, False])
def test_a_name_that_is_taken_during_the_save_is_not_overwritten(
    models: Path, monkeypatch: pytest.MonkeyPatch, *, taken: bool
) -> None:
    """Two people make a model of one name at once; or the disk refuses for a reason of its own."""

    def refused(_unfinished: Path, folder: Path) -> None:
        if taken:
            folder.mkdir()
        raise OSError(39, "Directory not empty")

    monkeypatch.setattr(Path, "rename", refused)
    classifier = made_by_hand("site-1")

    with pytest.raises(ModelExists if taken else OSError, match=r"choose another|not empty"):
        save(models / "site-1", classifier, card_for(classifier))

    assert [path.name for path in models.iterdir()] == ["site-1"] * taken


@pytest.mark.parametrize("position", [0, 0.3, 0.6, 0.999])
def test_one_flipped_bit_is_refused(make: Make, position: float) -> None:
    path = make("site-1") / "model.joblib"
    content = bytearray(path.read_bytes())
    content[int(len(content) * position)] ^= 1
    path.write_bytes(content)

    with pytest.raises(ModelDamaged, match="copy the whole folder again"):
        load(path.parent)


def test_a_strange_file_never_runs(make: Make, tmp_path: Path) -> None:
    """What is not the file on the card is refused before it is opened."""
    folder = make("site-1")
    canary = tmp_path / "it-ran"
    (folder / "model.joblib").write_bytes(pickle.dumps(Canary(canary)))

    with pytest.raises(ModelDamaged):
        load(folder)

    assert not canary.exists()
    # The canary itself works.
    joblib.load(io.BytesIO(pickle.dumps(Canary(canary))))
    assert canary.exists()


@pytest.mark.parametrize("content", [{"heads": ["other"]}, [1, 2], {"heads": []}])
def test_a_whole_file_that_holds_no_model_is_refused(make: Make, content: object) -> None:
    folder = make("site-1")
    joblib.dump(content, folder / "model.joblib")
    edit_card(folder, sha256=hashlib.sha256((folder / "model.joblib").read_bytes()).hexdigest())

    with pytest.raises(ModelDamaged, match="does not hold a model"):
        load(folder)


@pytest.mark.parametrize("library", ["scikit-learn", "numpy", "joblib"])
@pytest.mark.parametrize("version", ["0.1.2", None])
def test_a_model_of_other_libraries_is_refused(make: Make, library: str, version: str | None) -> None:
    folder = make("site-1")
    versions = dict(read_card(folder).versions)
    versions.pop(library)
    edit_card(folder, versions=versions | ({library: version} if version else {}))

    with pytest.raises(ModelOfOtherVersion, match=rf"made with {library}.*make the model again"):
        load(folder)


def test_another_patch_release_is_the_same_version(make: Make) -> None:
    folder = make("site-1")
    versions = {name: f"{version}.post7" for name, version in read_card(folder).versions.items()}
    edit_card(folder, versions=versions)

    assert load(folder).version == "site-1"


def test_another_format_is_refused_by_its_name_and_not_as_damage(make: Make) -> None:
    folder = make("site-1")
    (folder / "card.json").write_bytes(msgspec.json.encode({"format": FORMAT + 1, "all": "different"}))

    with pytest.raises(ModelOfOtherVersion, match=f"format {FORMAT + 1}"):
        load(folder)


@pytest.mark.parametrize("part", ["card.json", "model.joblib"])
def test_a_missing_part_is_named(make: Make, part: str) -> None:
    folder = make("site-1")
    (folder / part).unlink()

    with pytest.raises(ModelMissing, match=part):
        load(folder)


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b'{"format": %d}' % FORMAT, b"[" * 100_000])
def test_an_unreadable_card_is_refused(make: Make, content: bytes) -> None:
    folder = make("site-1")
    (folder / "card.json").write_bytes(content)

    with pytest.raises(ModelUnusable, match=r"card\.json"):
        load(folder)


def test_a_renamed_folder_is_refused(make: Make) -> None:
    """Verdicts name the model that was asked: two folders must not go by one name."""
    folder = make("site-1")

    with pytest.raises(ModelDamaged, match="must keep its name"):
        load(folder.rename(folder.parent / "site-2"))


def test_installed_versions_are_those_that_run() -> None:
    versions = storage.installed_versions()

    assert versions["joblib"] == joblib.__version__
    assert versions["python"].startswith(f"{sys.version_info.major}.{sys.version_info.minor}")


def test_a_card_of_an_earlier_version_is_read_and_shown(make: Make) -> None:
    """It has none of the fields that came since, which all have a value that stands for that."""
    folder = make("site-1")
    path = folder / "card.json"
    written = msgspec.json.decode(path.read_bytes())
    kept = {"format", "sha256"} | {
        field.name for field in msgspec.structs.fields(Card) if field.required
    }
    path.write_bytes(msgspec.json.encode({name: written[name] for name in kept}))

    card = read_card(folder)

    assert card.made_by is None
    assert render(card).startswith(f"# {card.name}")
    assert load(folder).version == card.name


def test_a_card_says_how_to_make_its_model_again() -> None:
    shipped = read_card(next(SHIPPED_MODELS.glob("base-*")))

    assert f"moderation train --corpus FOLDER --out models/{shipped.name} --seed 0" in render(shipped)
