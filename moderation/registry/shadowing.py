"""Put a model on trial for a group of sites: it judges beside what serves, without effect."""

from datetime import datetime
from pathlib import Path

import structlog
from sqlalchemy.orm import Session

from moderation import audit
from moderation.refusal import Refusal
from moderation.registry.groups import DEFAULT, named, take_turns
from moderation.registry.keeping import Proved, publish
from moderation.registry.standing import choice
from moderation.store.tables import Moderator

log = structlog.get_logger()


class ServesAlready(Refusal):
    """A model cannot be on trial where it serves."""

    def __init__(self, model: str, group: str) -> None:
        self.model = model
        super().__init__(
            f"{model} serves the group {group} already, so there is nothing to compare: "
            "put another model on trial"
        )


def put_on_trial(
    session: Session,
    models: Path,
    proved: Proved,
    *,
    group: str = DEFAULT,
    by: Moderator | str,
    now: datetime,
) -> None:
    """Let a model judge a group's comments beside what serves, on every machine; publish it first.

    It takes the place of another that was on trial. One that is on trial already stays so, since then.
    Raises ServesAlready, UnknownGroup, OtherModel.
    """
    take_turns(session)
    if choice(session, models, group).model == proved.name:
        raise ServesAlready(proved.name, group)
    publish(session, proved.folder, now=now)
    row = named(session, group)
    if row.shadow == proved.name:
        return
    instead = f"Instead of {row.shadow}." if row.shadow else ""
    row.shadow, row.shadow_since = proved.name, now
    session.flush()
    _note(session, "model.shadow", proved.name, group, instead, by=by, now=now)


def end_trial(
    session: Session, *, group: str = DEFAULT, by: Moderator | str, now: datetime
) -> str | None:
    """Put no model on trial for a group any more; return which one was, None where none was.

    A group without a model of its own then has what the default group has. Raises UnknownGroup.
    """
    take_turns(session)
    row = named(session, group)
    ended = row.shadow
    if ended is not None:
        row.shadow = row.shadow_since = None
        session.flush()
        _note(session, "model.shadow-end", ended, group, by=by, now=now)
    return ended


def _note(
    session: Session,
    act: str,
    name: str,
    group: str,
    remark: str = "",
    *,
    by: Moderator | str,
    now: datetime,
) -> None:
    whose = "" if group == DEFAULT else f"For the group {group}."
    details = " ".join(filter(None, (whose, remark)))
    audit.note(session, by, act, f"model {name}", details=details, now=now)
    event = "shadow_started" if act == "model.shadow" else "shadow_ended"
    log.info(event, model=name, group=group)
