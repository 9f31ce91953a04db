"""The folder of models: which there are, which one serves, and how another comes to serve.

A small pointer file names the serving model. It is replaced in one step, so that every process
finds either the old name or the new one.
"""

import os
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Annotated

import msgspec
import structlog

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
    sync_folder,
)
from moderation.refusal import Refusal

log = structlog.get_logger()

POINTER = "serving.json"
# Shipped models are called base-<year>-<month>; the newest serves where nobody chose.
_SHIPPED = "base-*"
_STEPS_REMEMBERED = 20


class Pointer(msgspec.Struct, frozen=True, kw_only=True):
    """Which model serves, and which served before it, the latest first."""

    model: str
    previous: tuple[str, ...] = ()
    # Since when it serves; unknown where nobody chose, or an older version wrote the file.
    since: Annotated[datetime, msgspec.Meta(tz=True)] | None = None


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One model in the folder. Without a card there is a problem."""

    name: str
    serves: bool
    card: Card | None
    problem: str | None


class NothingToRollBackTo(Refusal):
    """No other model served before the present one."""

    def __init__(self, directory: Path) -> None:
        super().__init__(f"no model served before the present one in {directory}: promote one by name")


def entries(directory: Path) -> list[Entry]:
    """List the models by name, the broken ones with what is wrong."""
    try:
        serving = serving_name(directory)
    except ModelUnusable:
        serving = None
    if not directory.is_dir():
        return []
    return [
        _entry(folder, serves=folder.name == serving)
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
        raise ModelDamaged(
            f"{path} cannot be read ({error}): promote a model by name to write it anew"
        ) from error
    except OSError as error:
        raise ModelMissing(f"{path} cannot be read ({error.strerror}): see who may read it") from error
    return pointer


def promote(directory: Path, name: str, *, now: datetime) -> Classifier:
    """Let `name` serve from now on, once it is proved to load."""
    pointer = _pointer_or_none(directory)
    classifier = load(directory / check_name(name))
    before = (pointer.model, *pointer.previous) if pointer else ()
    # Promoting what serves already must not make a rollback stay where it is.
    previous = tuple(one for index, one in enumerate(before) if index or one != name)
    _write(directory, Pointer(model=name, previous=previous[:_STEPS_REMEMBERED], since=now))
    log.info("model_promoted", model=name, instead_of=pointer.model if pointer else None)
    return classifier


def rollback(directory: Path, *, now: datetime) -> Classifier:
    """Let the model serve again that served before the present one, once it is proved to load."""
    pointer = chosen(directory)
    if not pointer.previous:
        raise NothingToRollBackTo(directory)
    back_to, *previous = pointer.previous
    classifier = load(directory / back_to)
    _write(directory, Pointer(model=back_to, previous=tuple(previous), since=now))
    log.info("model_rolled_back", model=back_to, instead_of=pointer.model)
    return classifier


def load_serving(directory: Path) -> Classifier:
    """Load the model that serves, or raise ModelUnusable."""
    return load(directory / serving_name(directory))


def _entry(folder: Path, *, serves: bool) -> Entry:
    try:
        return Entry(name=folder.name, serves=serves, card=read_card(folder), problem=None)
    except ModelUnusable as error:
        return Entry(name=folder.name, serves=serves, card=None, problem=str(error))


def _pointer_or_none(directory: Path) -> Pointer | None:
    try:
        return chosen(directory)
    except ModelUnusable:
        return None


def _newest_shipped(directory: Path) -> str:
    # By name and not by date of the files: copying and checking out set the dates anew.
    names = sorted(folder.name for folder in directory.glob(_SHIPPED) if folder.is_dir())
    if not names:
        raise ModelMissing(
            f"{directory} holds no model: set the folder of the models, or make one and promote it"
        )
    return names[-1]


def _write(directory: Path, pointer: Pointer) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{POINTER}.", dir=directory)
    unfinished = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(pointer), indent=2) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        unfinished.chmod(0o644)  # The service may run as someone else than whoever promotes.
        unfinished.replace(directory / POINTER)
        sync_folder(directory)
    finally:
        unfinished.unlink(missing_ok=True)
