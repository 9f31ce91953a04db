"""Save a model as an immutable folder, and load it only when it is whole and was made for us.

Loading a joblib file runs what is in it, and a damaged one loads without a complaint and answers
wrongly. So the file's SHA-256 is compared with the card's before it is opened.
"""

import hashlib
import io
import platform
import re
import shutil
import tempfile
import time
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from moderation.classifier.card import FORMAT, Card, render
from moderation.classifier.model import HEADS, Classifier, Weights
from moderation.classifier.reasons import NO_REASONS, Reasons
from moderation.durable import sync, write_durably
from moderation.refusal import Refusal

MODEL = "model.joblib"
CARD = "card.json"
CARD_FOR_PEOPLE = "card.md"

# A model is tied to these: to what it was pickled with, and to what made its arrays.
_LIBRARIES = ("scikit-learn", "numpy", "joblib")
# Nobody takes longer to write a model.
_SECONDS_UNFINISHED = 3_600.0
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class BadModelName(Refusal):
    """A model's name cannot be the name of its folder."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            f"{name!r} is no name for a model: use letters, digits, dots, dashes and underscores, "
            "100 at most, and begin with a letter or digit"
        )


class ModelExists(Refusal):
    """A model folder is never overwritten."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        super().__init__(
            f"{folder} is there already and models are never overwritten: choose another name"
        )


class ModelUnusable(Refusal):
    """A model cannot be used; the message says why and what to do."""


class ModelMissing(ModelUnusable):
    """There is no such model, or a part of its folder is missing."""


class ModelDamaged(ModelUnusable):
    """A model's files are not as they were saved."""


class ModelOfOtherVersion(ModelUnusable):
    """A model was made by or for other versions than those installed."""


class _Format(msgspec.Struct, frozen=True):
    format: int


def check_name(name: str) -> str:
    """Give `name` back if it can name a model's folder; raise BadModelName otherwise."""
    if not _NAME.fullmatch(name):
        raise BadModelName(name)
    return name


def check_new(folder: Path) -> None:
    """Raise BadModelName or ModelExists where no new model could be saved: better before training it."""
    check_name(folder.name)
    if folder.exists():
        raise ModelExists(folder)


def save(folder: Path, classifier: Classifier, card: Card) -> Card:
    """Write a model folder, all of it or nothing, and give back the card with the SHA-256 in it."""
    check_new(folder)
    content = _pack(classifier)
    signed = msgspec.structs.replace(card, name=folder.name, sha256=hashlib.sha256(content).hexdigest())
    put(folder, signed, content)
    return signed


def put(folder: Path, card: Card, content: bytes) -> None:
    """Write a model folder of a card and the content that it describes, all of it or nothing.

    Raises ModelDamaged where the content is another one, and ModelExists.
    """
    check_new(folder)
    if (card.name, card.sha256) != (folder.name, hashlib.sha256(content).hexdigest()):
        raise ModelDamaged(f"the content for {folder} is not what its card describes")
    folder.parent.mkdir(parents=True, exist_ok=True)
    _sweep(folder)
    # The leading dot keeps an unfinished folder out of every list of models.
    unfinished = Path(tempfile.mkdtemp(prefix=_unfinished(folder), dir=folder.parent))
    try:
        unfinished.chmod(0o755)  # mkdtemp lets in nobody else, and the service may run as someone else.
        write_durably(unfinished / MODEL, content)
        _write_card(unfinished, card)
        sync(unfinished)
        try:
            unfinished.rename(folder)
        except OSError:
            if folder.exists():
                raise ModelExists(folder) from None
            raise
        sync(folder.parent)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def describe(folder: Path, card: Card) -> None:
    """Replace a model's card by one that says more of it; the model stays as it is.

    Raises ValueError where the card is another model's.
    """
    present = read_card(folder)
    if (card.name, card.sha256) != (present.name, present.sha256):
        raise ValueError(f"the card is of {card.name}, and {folder} holds {present.name}")
    # Next to the old ones first: a reader finds the old card or the new one.
    unfinished = Path(tempfile.mkdtemp(prefix=".card.", dir=folder))
    try:
        _write_card(unfinished, card)
        for name in (CARD, CARD_FOR_PEOPLE):
            (unfinished / name).replace(folder / name)
        sync(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def load(folder: Path) -> Classifier:
    """Load a model, or raise ModelUnusable. Nothing in it runs before it is known to be whole."""
    card = read_card(folder)
    _check_versions(folder, card)
    content = read_content(folder, card)
    return _unpack(folder, card, content)


def read_content(folder: Path, card: Card) -> bytes:
    """Read a model's content without loading it; raise ModelDamaged where it is not the card's."""
    content = _read(folder / MODEL)
    if hashlib.sha256(content).hexdigest() != card.sha256:
        raise ModelDamaged(
            f"{folder / MODEL} is not the file that its card describes: "
            "copy the whole folder again from where it was made"
        )
    return content


def read_card(folder: Path) -> Card:
    """Read what is known of a model, without loading it."""
    return decode_card(folder, _read(folder / CARD))


def decode_card(folder: Path, content: bytes) -> Card:
    """Read the card of the model that is in `folder`, or is to be."""
    path = folder / CARD
    try:
        # The format first: a card of another format may have other fields, and is not damaged.
        _check_format(folder, msgspec.json.decode(content, type=_Format).format)
        card = msgspec.json.decode(content, type=Card)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ModelDamaged(
            f"{path} cannot be read ({error}): copy the whole folder again from where it was made"
        ) from error
    if card.name != folder.name:
        raise ModelDamaged(f"{path} is the card of {card.name}: a model's folder must keep its name")
    return card


def installed_versions() -> dict[str, str]:
    """Say which versions a model made now is made with."""
    # Asked of the installed packages' records: importing scikit-learn for it would take a second.
    return {"python": platform.python_version(), **{name: metadata.version(name) for name in _LIBRARIES}}


def _unfinished(folder: Path) -> str:
    return f".{folder.name}."


def _sweep(folder: Path) -> None:
    """Remove what processes left of this model that were killed while they wrote it."""
    for left in folder.parent.glob(f"{_unfinished(folder)}*"):
        try:
            age = time.time() - left.stat().st_mtime
        except OSError:  # Another process swept it away, or finished it.
            continue
        # Another process may be writing a young one.
        if age > _SECONDS_UNFINISHED:
            shutil.rmtree(left, ignore_errors=True)


def _write_card(folder: Path, card: Card) -> None:
    write_durably(folder / CARD, msgspec.json.format(msgspec.json.encode(card), indent=2) + b"\n")
    write_durably(folder / CARD_FOR_PEOPLE, render(card).encode())


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ModelMissing(
            f"{path} cannot be read ({error.strerror}): make or copy the model, or promote another"
        ) from error


def _check_format(folder: Path, found: int) -> None:
    if found != FORMAT:
        raise ModelOfOtherVersion(
            f"{folder} has format {found} and this version reads format {FORMAT}: "
            "install the version that made it, or make the model again"
        )


def _check_versions(folder: Path, card: Card) -> None:
    installed = installed_versions()
    for library in _LIBRARIES:
        made_with = card.versions.get(library, "an unknown version")
        if _major_minor(made_with) != _major_minor(installed[library]):
            raise ModelOfOtherVersion(
                f"{folder} was made with {library} {made_with} and {installed[library]} is installed: "
                f"install {library} {made_with}, or make the model again"
            )


def _major_minor(version: str) -> list[str]:
    return version.split(".")[:2]


def _pack(classifier: Classifier) -> bytes:
    """Put the arrays into joblib's form: the same arrays always give the same bytes."""
    import joblib  # noqa: PLC0415 - takes long to import, and most callers never come here

    weights = classifier.weights
    content = io.BytesIO()
    joblib.dump(
        {
            "heads": HEADS,
            # One string: thousands of small ones load slowly, and how they are pickled depends on
            # which of them happen to be the same object.
            "vocabulary": "\n".join(weights.vocabulary),
            "grams": weights.grams,
            "intercepts": weights.intercepts,
            "length_offset": weights.length_offset,
            "circumstances": "\n".join(classifier.habits),
            "habits": np.array(list(classifier.habits.values()), np.float64),
            **_pack_reasons(classifier.reasons),
        },
        content,
        compress=3,
    )
    return content.getvalue()


def _pack_reasons(reasons: Reasons) -> dict[str, Any]:
    """Put the heads of reasons beside the others; a model without any is as it always was."""
    if not reasons.names:
        return {}
    return {
        "reasons": "\n".join(reasons.names),
        "reason_grams": reasons.grams,
        "reason_intercepts": reasons.intercepts,
        "reason_circumstances": "\n".join(reasons.habits),
        # One row a circumstance, one column a reason.
        "reason_habits": np.array(list(reasons.habits.values())).reshape(-1, len(reasons.names)),
    }


def _unpack(folder: Path, card: Card, content: bytes) -> Classifier:
    import joblib  # noqa: PLC0415 - as above

    try:
        parts = joblib.load(io.BytesIO(content))
        return Classifier(
            version=card.name,
            thresholds=card.thresholds,
            weights=_weights(parts),
            languages=frozenset(card.languages),
            trades=card.trades,
            habits=_habits(parts),
            reasons=_reasons(parts),
        )
    # Whatever a wrong file makes joblib raise, it is the file that is wrong.
    except Exception as error:
        raise ModelDamaged(
            f"{folder / MODEL} does not hold a model ({error}): make the model again"
        ) from error


def _weights(parts: Mapping[str, Any]) -> Weights:
    if tuple(parts["heads"]) != HEADS:
        raise ValueError(f"it has other heads: {parts['heads']}")
    return Weights(
        vocabulary=_names(parts["vocabulary"]),
        grams=np.asarray(parts["grams"], np.float32),
        intercepts=np.asarray(parts["intercepts"], np.float64),
        length_offset=float(parts["length_offset"]),
    )


def _habits(parts: Mapping[str, Any]) -> dict[str, float]:
    # Models of before have none.
    values = np.asarray(parts.get("habits", ()), np.float64)
    if not np.isfinite(values).all():
        raise ValueError("a habit's weight is not a finite number")
    return dict(zip(_names(parts.get("circumstances", "")), values.tolist(), strict=True))


def _reasons(parts: Mapping[str, Any]) -> Reasons:
    # Models of before have none either, nor has one that learnt from too few.
    if "reasons" not in parts:
        return NO_REASONS
    circumstances = _names(parts["reason_circumstances"])
    weights = np.asarray(parts["reason_habits"], np.float64)
    return Reasons(
        names=_names(parts["reasons"]),
        grams=np.asarray(parts["reason_grams"], np.float32),
        intercepts=np.asarray(parts["reason_intercepts"], np.float64),
        habits=dict(zip(circumstances, weights, strict=True)),
    )


def _names(joined: object) -> tuple[str, ...]:
    return tuple(str(joined).split("\n")) if joined else ()
