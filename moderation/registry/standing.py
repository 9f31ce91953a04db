"""What serves whom: what the database says and, where it says nothing, the folder of models."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session, aliased

from moderation.classifier import folder
from moderation.classifier.model import Classifier
from moderation.classifier.storage import ModelMissing, ModelUnusable
from moderation.registry.groups import DEFAULT, named
from moderation.registry.keeping import hold
from moderation.store.tables import Model, ModelGroup, Site


@dataclass(frozen=True, slots=True)
class Shadow:
    """A model on trial: it judges comments beside the serving one, without effect."""

    model: str
    sha256: str | None
    since: datetime | None
    # Whether it is that of the default group, which the group has as well.
    follows: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The model of a group of sites."""

    group: str
    # As sites have it: None for the default group.
    group_id: int | None
    # What should serve. Without it there is a problem.
    model: str | None
    problem: str | None = None
    # Of what was promoted in the database; None where the folder of models says what serves.
    sha256: str | None = None
    # What served before, the latest first; None stands for what serves the default group.
    previous: tuple[str | None, ...] = ()
    since: datetime | None = None
    # Whether it has no model of its own, and what serves the default group serves it too.
    follows: bool = False
    # What is on trial there; never what serves. Whoever follows has what the default group has.
    shadow: Shadow | None = None


def choices(session: Session, models: Path) -> list[Choice]:
    """What serves each group that has sites, the default group first. One cheap query."""
    has_sites = exists().where(Site.model_group_id == ModelGroup.id)
    return _read(session, models, or_(ModelGroup.name == DEFAULT, has_sites))


def choice(session: Session, models: Path, group: str = DEFAULT) -> Choice:
    """What serves one group. Raises UnknownGroup."""
    name = named(session, group).name
    found = _read(session, models, ModelGroup.name.in_([DEFAULT, name]))
    return next(one for one in found if one.group == name)


def load_serving(session: Session, models: Path, site: Site | None = None) -> Classifier:
    """Load the model that judges a site, or else the default group, or raise ModelUnusable."""
    group_id = site.model_group_id if site else None
    return load_of_group(
        session, models, DEFAULT if group_id is None else session.get_one(ModelGroup, group_id).name
    )


def load_of_group(session: Session, models: Path, group: str) -> Classifier:
    """Load the model that serves a group, or raise ModelUnusable or UnknownGroup."""
    chosen = choice(session, models, group)
    if chosen.model is None:
        raise ModelMissing(chosen.problem)
    return hold(session, models / chosen.model, chosen.sha256)


def _read(session: Session, models: Path, wanted: ColumnElement[bool]) -> list[Choice]:
    shadow = aliased(Model)
    rows = session.execute(
        select(ModelGroup, Model.sha256, shadow.sha256)
        .outerjoin(Model, Model.name == ModelGroup.model)
        .outerjoin(shadow, shadow.name == ModelGroup.shadow)
        .where(wanted)
        .order_by(ModelGroup.name != DEFAULT, ModelGroup.name)
    ).all()
    (first, sha256, of_shadow), *others = rows
    default = _with_shadow(_default(models, first, sha256), first, of_shadow)
    return [
        default,
        *(_with_shadow(_of_group(default, one, sha256), one, own) for one, sha256, own in others),
    ]


def _with_shadow(found: Choice, group: ModelGroup, sha256: str | None) -> Choice:
    own = group.shadow and Shadow(group.shadow, sha256, group.shadow_since)
    shadow = own or (found.shadow and replace(found.shadow, follows=True))
    # It may have come to serve by another way than being promoted here.
    return replace(found, shadow=None if shadow and shadow.model == found.model else shadow)


def _default(models: Path, group: ModelGroup, sha256: str | None) -> Choice:
    if group.model is not None:
        return _own(group, None, sha256)
    try:
        pointer = folder.chosen(models)
    except ModelUnusable as error:
        return Choice(group=DEFAULT, group_id=None, model=None, problem=str(error))
    return Choice(
        group=DEFAULT,
        group_id=None,
        model=pointer.model,
        previous=pointer.previous,
        since=pointer.since,
    )


def _of_group(default: Choice, group: ModelGroup, sha256: str | None) -> Choice:
    if group.model is not None:
        return _own(group, group.id, sha256)
    return replace(
        default,
        group=group.name,
        group_id=group.id,
        previous=tuple(group.previous),
        since=group.since or default.since,
        follows=True,
    )


def _own(group: ModelGroup, group_id: int | None, sha256: str | None) -> Choice:
    return Choice(
        group=group.name,
        group_id=group_id,
        model=group.model,
        sha256=sha256,
        previous=tuple(group.previous),
        since=group.since,
    )
