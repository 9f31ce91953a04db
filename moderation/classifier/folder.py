"""The folder of models: which there are, and which one serves where the database says nothing.

Earlier versions wrote what was promoted into a pointer file beside the models. It is only read now.
"""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import msgspec

from moderation.classifier.card import Card
from moderation.classifier.model import Classifier
from moderation.classifier.storage import (
    BadModelName,
    ModelDamaged,
    ModelMissing,
    ModelUnusable,
    check_name,
    load,
    read_card,
)

POINTER = "serving.json"
# Shipped models are called base-<year>-<month>; the newest serves where nobody chose.
_SHIPPED = "base-*"


class Pointer(msgspec.Struct, frozen=True, kw_only=True):
    """Which model serves, and which served before it, the latest first."""

    model: str
    previous: tuple[str, ...] = ()
    # Since when it serves; unknown where nobody chose, or an older version wrote the file.
    since: Annotated[datetime, msgspec.Meta(tz=True)] | None = None


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One model in the folder. Without a card there is a problem."""

    name: str
    card: Card | None
    problem: str | None


def entries(directory: Path) -> list[Entry]:
    """List the models by name, the broken ones with what is wrong."""
    if not directory.is_dir():
        return []
    return [
        _entry(folder)
        for folder in sorted(directory.iterdir())
        if folder.is_dir() and not folder.name.startswith((".", "_"))
    ]


def serving_name(directory: Path) -> str:
    """Say which model serves; raise ModelUnusable where none is chosen or the choice is unreadable."""
    return chosen(directory).model


def chosen(directory: Path) -> Pointer:
    """Say which model serves, and what served before; raise ModelUnusable like `serving_name`."""
    path = directory / POINTER
    try:
        pointer = msgspec.json.decode(path.read_bytes(), type=Pointer)
        # The names become paths, and the file may have been edited by hand.
        for name in (pointer.model, *pointer.previous):
            check_name(name)
    except FileNotFoundError:
        return Pointer(model=_newest_shipped(directory))
    except (msgspec.MsgspecError, UnicodeDecodeError, BadModelName) as error:
        raise ModelDamaged(f"{path} cannot be read ({error}): promote a model by name") from error
    except OSError as error:
        raise ModelMissing(f"{path} cannot be read ({error.strerror}): see who may read it") from error
    return pointer


def load_serving(directory: Path) -> Classifier:
    """Load the model that serves, or raise ModelUnusable."""
    return load(directory / serving_name(directory))


def _entry(folder: Path) -> Entry:
    try:
        return Entry(name=folder.name, card=read_card(folder), problem=None)
    except ModelUnusable as error:
        return Entry(name=folder.name, card=None, problem=str(error))


def _newest_shipped(directory: Path) -> str:
    # By name and not by date of the files: copying and checking out set the dates anew.
    names = sorted(folder.name for folder in directory.glob(_SHIPPED) if folder.is_dir())
    if not names:
        raise ModelMissing(
            f"{directory} holds no model: set the folder of the models, or make one and promote it"
        )
    return names[-1]
