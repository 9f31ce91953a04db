"""Models in the database: put there from one machine's folder, and taken from there into another's.

Loading a model runs what is in it. So a model is hashed when it comes out of the database, again when it
is read from the folder, and both must be what was published. Whoever may write to the database may run
code in the service, as whoever may write to the folder of models.
"""

import hashlib
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import msgspec
import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session, undefer

from moderation.classifier.card import Card
from moderation.classifier.model import Classifier
from moderation.classifier.storage import (
    ModelDamaged,
    ModelExists,
    ModelMissing,
    check_name,
    decode_card,
    load,
    read_card,
    read_content,
)
from moderation.classifier.storage import put as write_folder
from moderation.refusal import Refusal
from moderation.registry.groups import take_turns
from moderation.store.tables import Model

log = structlog.get_logger()


class OtherModel(Refusal):
    """Another model of that name was published before."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"The database holds another model named {folder.name} than {folder}: models are never "
            "overwritten, so one of the two needs another name"
        )


class Proved(NamedTuple):
    """A model that was loaded from this machine's folder."""

    folder: Path
    sha256: str

    @property
    def name(self) -> str:
        """The model's name."""
        return self.folder.name


def publish(session: Session, folder: Path, *, now: datetime) -> None:
    """Keep the model that is saved in `folder` for every machine.

    What is there already stays, and is mended where it was damaged. Raises OtherModel, and ModelUnusable
    where the folder is not whole.
    """
    card = read_card(folder)
    content = read_content(folder, card)
    take_turns(session)
    kept = session.scalar(select(Model).where(Model.name == card.name))
    if kept is None:
        session.add(
            Model(name=card.name, created_at=now, sha256=card.sha256, content=content, **_kept(card))
        )
        session.flush()
        log.info("model_published", model=card.name, size=len(content))
        return
    if kept.sha256 != card.sha256:
        raise OtherModel(folder)
    stored = session.scalar(select(Model.content).where(Model.id == kept.id)) or b""
    if not _is_whole(kept, stored):
        session.execute(update(Model).where(Model.id == kept.id).values(content=content, **_kept(card)))
        log.warning("model_mended", model=card.name)
    session.flush()


def prove(session: Session, models: Path, name: str) -> Proved:
    """Load a model to see that it can serve; fetch it first where it is not in this machine's folder.

    Takes up to a second, so call it before the transaction that promotes. Raises ModelUnusable.
    """
    folder = models / check_name(name)
    hold(session, folder, session.scalar(select(Model.sha256).where(Model.name == name)))
    return Proved(folder, read_card(folder).sha256)


def hold(session: Session, folder: Path, sha256: str | None) -> Classifier:
    """Load a model from its folder, which is written from the database where it is missing.

    With `sha256`, no other model is loaded. Raises ModelUnusable, and what is unusable is left as it is.
    """
    if not folder.exists():
        _fetch(session, folder)
    if sha256 is None:
        return load(folder)
    try:
        if read_card(folder).sha256 == sha256:
            return load(folder)
    except (ModelDamaged, ModelMissing) as error:
        raise ModelDamaged(
            f"{error}. Or remove {folder}: it is fetched from the database then"
        ) from error
    raise ModelDamaged(
        f"{folder} holds another model than the database under this name: give the folder and its card "
        "another name, or remove it. The right one is fetched from the database then"
    )


def kept_card(kept: Model, models: Path) -> Card:
    """Read the card of a model in the database, or raise ModelUnusable."""
    if _sha256(kept.card.encode()) != kept.card_sha256:
        raise ModelDamaged(_damaged(kept.name))
    return decode_card(models / kept.name, kept.card.encode())


def _fetch(session: Session, folder: Path) -> None:
    kept = session.scalar(select(Model).where(Model.name == folder.name).options(undefer(Model.content)))
    if kept is None:
        raise ModelMissing(
            f"{folder} is not there and the database holds no such model: promote another, or promote "
            "this one on the machine that has it"
        )
    if not _is_whole(kept, kept.content):
        raise ModelDamaged(_damaged(kept.name))
    try:
        write_folder(folder, kept_card(kept, folder.parent), kept.content)
    except ModelExists:
        # Another process of this machine was faster, and wrote the whole of it.
        return
    except OSError as error:
        raise ModelMissing(
            f"{folder} cannot be written ({error.strerror}): let the service write to {folder.parent}, "
            "or copy the model there"
        ) from error
    log.info("model_fetched", model=kept.name, size=len(kept.content))


def _kept(card: Card) -> dict[str, str]:
    """The columns of a card."""
    written = msgspec.json.encode(card)
    return {"card": written.decode(), "card_sha256": _sha256(written)}


def _is_whole(kept: Model, content: bytes) -> bool:
    return (_sha256(content), _sha256(kept.card.encode())) == (kept.sha256, kept.card_sha256)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _damaged(name: str) -> str:
    return (
        f"{name} in the database is not what was published: promote it again on a machine whose "
        "folder of models has it"
    )
