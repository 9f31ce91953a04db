"""Groups of sites that share a model."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from moderation import audit
from moderation.names import check_name
from moderation.refusal import Refusal
from moderation.store.tables import ModelGroup, Moderator, Site

DEFAULT = "default"
"""The group of every site that is in no other. It is always there."""


class UnknownGroup(Refusal):
    """There is no group of that name."""


def named(session: Session, name: str) -> ModelGroup:
    """Find a group by name, or raise UnknownGroup."""
    found = session.scalar(select(ModelGroup).where(ModelGroup.name == name))
    if found is None:
        raise UnknownGroup(
            f"There is no group named {name[:200]}. A group begins with its first site: "
            "moderation models group SITE GROUP"
        )
    return found


def put(session: Session, site: Site, name: str, *, by: Moderator | str, now: datetime) -> None:
    """Put a site into the group `name`, which begins where there is none.

    A new group is served what serves the default group until a model is promoted for it.
    """
    check_name(name)
    take_turns(session)
    group = session.scalar(select(ModelGroup).where(ModelGroup.name == name))
    if group is None:
        group = ModelGroup(name=name)
        session.add(group)
        session.flush()
    session.get_one(Site, site.id).model_group_id = None if name == DEFAULT else group.id
    audit.note(session, by, "model.group", f"group {name}", site_id=site.id, now=now)


def members(session: Session) -> Mapping[str, list[str]]:
    """Name the sites of each group that has any, and of the default group."""
    found: dict[str, list[str]] = {DEFAULT: []}
    rows = session.execute(
        select(func.coalesce(ModelGroup.name, DEFAULT), Site.name)
        .outerjoin(ModelGroup, ModelGroup.id == Site.model_group_id)
        .order_by(Site.name)
    )
    for group, site in rows:
        found.setdefault(group, []).append(site)
    return found


def served(session: Session, name: str) -> frozenset[int]:
    """Number the sites that a model promoted for a group serves. Raises UnknownGroup.

    One for the default group also serves the groups that have no model of their own.
    """
    group = named(session, name)
    own = select(Site.id).outerjoin(ModelGroup, ModelGroup.id == Site.model_group_id)
    if group.name == DEFAULT:
        return frozenset(session.scalars(own.where(ModelGroup.model.is_(None))))
    return frozenset(session.scalars(own.where(ModelGroup.id == group.id)))


def take_turns(session: Session) -> None:
    """Let whoever else changes the registry come after this transaction."""
    session.execute(select(ModelGroup.id).where(ModelGroup.name == DEFAULT).with_for_update())
