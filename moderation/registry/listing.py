"""Which models there are: in this machine's folder, and in the database for every machine."""

from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from moderation.classifier import folder
from moderation.classifier.folder import Entry
from moderation.classifier.storage import ModelUnusable
from moderation.registry.keeping import OtherModel, kept_card
from moderation.store.tables import Model


def entries(session: Session, models: Path) -> list[Entry]:
    """List the models by name, the broken ones with what is wrong; never reads their contents."""
    here = {one.name: one for one in folder.entries(models)}
    kept = {one.name: _of(one, models, here.get(one.name)) for one in session.scalars(select(Model))}
    return [one for _, one in sorted({**here, **kept}.items())]


def _of(kept: Model, models: Path, here: Entry | None) -> Entry:
    place = models / kept.name
    if here and here.card and here.card.sha256 != kept.sha256:
        return Entry(name=kept.name, card=None, problem=str(OtherModel(place)))
    if here:
        return here
    try:
        return Entry(name=kept.name, card=kept_card(kept, models), problem=None)
    except ModelUnusable as error:
        return Entry(name=kept.name, card=None, problem=str(error))
