"""Let another model serve a group of sites, and go back to the one before."""

from datetime import datetime
from pathlib import Path

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from moderation import audit
from moderation.classifier.card import Card
from moderation.classifier.storage import ModelUnusable, read_card
from moderation.refusal import Refusal
from moderation.registry.groups import DEFAULT, named, take_turns
from moderation.registry.keeping import Proved, kept_card, publish
from moderation.registry.standing import Choice, choice
from moderation.store.tables import Model, ModelGroup, Moderator
from moderation.verdict import percent

log = structlog.get_logger()

_STEPS_REMEMBERED = 20


class NothingToRollBackTo(Refusal):
    """No other model served before the present one."""

    def __init__(self, group: str) -> None:
        super().__init__(
            f"No model served the group {group} before the present one: promote one by name"
        )


class ChosenMeanwhile(Refusal):
    """Another model serves than the one that somebody chose to replace."""

    def __init__(self, model: str | None) -> None:
        self.model = model
        super().__init__(f"Meanwhile somebody else let {model or 'no model'} serve. Look again.")


def promote(
    session: Session,
    models: Path,
    proved: Proved,
    *,
    group: str = DEFAULT,
    instead_of: str | None = None,
    remark: str = "",
    by: Moderator | str,
    now: datetime,
) -> None:
    """Let a model serve a group from now on, on every machine; publish it where it was not yet.

    With `instead_of`, raises ChosenMeanwhile when another serves by now. The record keeps `remark`.
    """
    present = _in_turn(session, models, group, instead_of)
    publish(session, proved.folder, now=now)
    own = None if present.follows else present.model
    so_far = (own, *present.previous) if own or present.follows else ()
    # Promoting what serves already must not make a rollback stay where it is.
    previous = [one for index, one in enumerate(so_far) if index or one != proved.name]
    _set(session, group, proved.name, previous[:_STEPS_REMEMBERED], by=by, now=now)
    _note(session, models, "model.promote", present, proved.name, remark=remark, by=by, now=now)


def check_present(present: Choice, instead_of: str) -> None:
    """Raise ChosenMeanwhile where another model serves than the one named; it is empty for none."""
    if instead_of != (present.model or ""):
        raise ChosenMeanwhile(present.model)


def before(present: Choice) -> str | None:
    """Name the model to go back to, None for what serves the default group.

    Raises NothingToRollBackTo.
    """
    if not present.previous:
        raise NothingToRollBackTo(present.group)
    return present.previous[0]


def rollback(
    session: Session,
    models: Path,
    proved: Proved | None,
    *,
    group: str = DEFAULT,
    instead_of: str | None = None,
    by: Moderator | str,
    now: datetime,
) -> None:
    """Let the model serve a group again that `before` names, which was proved to load.

    Raises NothingToRollBackTo, and ChosenMeanwhile when something else happened by now.
    """
    present = _in_turn(session, models, group, instead_of)
    back_to = proved.name if proved else None
    if before(present) != back_to:
        raise ChosenMeanwhile(present.model)
    if proved:
        publish(session, proved.folder, now=now)
    _set(session, group, back_to, list(present.previous[1:]), by=by, now=now)
    _note(session, models, "model.rollback", present, back_to, by=by, now=now)


def _in_turn(session: Session, models: Path, group: str, instead_of: str | None) -> Choice:
    take_turns(session)
    present = choice(session, models, group)
    if instead_of is not None:
        check_present(present, instead_of)
    return present


def _set(
    session: Session,
    group: str,
    model: str | None,
    previous: list[str | None],
    *,
    by: Moderator | str,
    now: datetime,
) -> None:
    row: ModelGroup = named(session, group)
    row.model, row.previous, row.since = model, previous, now
    row.chosen_by = by if isinstance(by, str) else by.name
    if row.shadow == model:
        # What serves is no longer on trial.
        row.shadow = row.shadow_since = None
    session.flush()


def _note(
    session: Session,
    models: Path,
    act: str,
    present: Choice,
    name: str | None,
    *,
    remark: str = "",
    by: Moderator | str,
    now: datetime,
) -> None:
    whose = "" if present.group == DEFAULT else f"For the group {present.group}."
    serves = name or choice(session, models).model
    changes = _what_changes(session, models, present.model, serves)
    details = " ".join(filter(None, (whose, changes, remark)))
    audit.note(session, by, act, f"model {serves}", details=details, now=now)
    event = "model_promoted" if act == "model.promote" else "model_rolled_back"
    log.info(event, model=serves, instead_of=present.model, group=present.group)


def _what_changes(session: Session, models: Path, old: str | None, new: str | None) -> str:
    """Say it for the record, in one sentence."""
    if old is None:
        return ""
    present, next_one = _card(session, models, old), _card(session, models, new)
    if present is None or next_one is None:
        return f"Instead of {old}."
    return (
        f"Instead of {old}: review from {percent(next_one.thresholds.review_at)} "
        f"instead of {percent(present.thresholds.review_at)}, "
        f"rejection from {percent(next_one.thresholds.reject_at)} "
        f"instead of {percent(present.thresholds.reject_at)}."
    )


def _card(session: Session, models: Path, name: str | None) -> Card | None:
    if name is None:
        return None
    try:
        return read_card(models / name)
    except ModelUnusable:
        kept = session.scalar(select(Model).where(Model.name == name))
    try:
        return kept_card(kept, models) if kept else None
    except ModelUnusable:
        return None
