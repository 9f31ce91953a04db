"""Which classifier serves, what is known of each, and how another comes to serve."""

from collections.abc import Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path

import msgspec
from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from moderation import figures, registry
from moderation.classifier.folder import Entry
from moderation.refusal import Refusal
from moderation.registry import Choice
from moderation.store.tables import Role
from moderation.web import charts
from moderation.web.console import trials
from moderation.web.console.blueprint import allowed, bp, frame, moderator, needs
from moderation.web.console.cards import drawn, pairs
from moderation.web.console.gates import ACTIONS, Gate, gate_of
from moderation.web.console.overview import LATELY
from moderation.web.parsing import form, query
from moderation.web.state import state

_ROWS = 10
_MOST_BLAMED = 10


class GroupQuery(msgspec.Struct, frozen=True):
    """The group of sites whose model it is about."""

    group: str = registry.DEFAULT


class ChoiceForm(msgspec.Struct, frozen=True):
    """Whose model it is, and what served when the page was loaded; empty where nothing did."""

    instead_of: str
    group: str = registry.DEFAULT
    # Says “yes” where a model is chosen though it did not pass the gate.
    despite: str = ""


@bp.get("/models")
def models() -> str:
    """Show the model that serves with its card, what is on trial beside it, and the others."""
    return _page(None)


@bp.get("/models/<model_name>")
def model(model_name: str) -> str:
    """Show another model's card, beside the serving one."""
    return _page(model_name)


@bp.get("/models/<model_name>/promote")
@needs(Role.ADMIN, every_site=True)
def promote(model_name: str) -> str:
    """Say what changes when another model serves, and ask whether it shall."""
    with state().database.reading() as db:
        chosen, entry = _chosen(db, query(GroupQuery).group), _entry(db, model_name)
        return _confirmation(db, entry, chosen, problem=_problem(db, entry))


@bp.post("/models/<model_name>/promote")
@needs(Role.ADMIN, every_site=True)
def promote_submit(model_name: str) -> Response | tuple[str, HTTPStatus]:
    """Let another model serve."""
    given, now = form(ChoiceForm), datetime.now(UTC)
    with state().database.reading() as db:
        entry, chosen = _entry(db, model_name), _chosen(db, given.group)
    try:
        with state().database.reading() as db:
            registry.check_present(chosen, given.instead_of)
            proved = registry.prove(db, _folder(), entry.name)
            objection = gate_of(_folder() / entry.name).objection
            if objection and not given.despite:
                problem = _("Confirm that it shall serve although it did not pass the gate.")
                page = _confirmation(db, entry, chosen, problem=problem, may_choose=True)
                return page, HTTPStatus.UNPROCESSABLE_ENTITY
        with state().database.writing() as db:
            registry.promote(
                db,
                _folder(),
                proved,
                group=given.group,
                instead_of=given.instead_of,
                remark=objection,
                by=moderator(),
                now=now,
            )
            db.commit()
    except Refusal as error:
        return _refused(entry, given.group, error)
    return _done(entry, given.group)


@bp.get("/rollback")
@needs(Role.ADMIN, every_site=True)
def rollback() -> str:
    """Say what changes when the model before serves again, and ask whether it shall."""
    with state().database.reading() as db:
        chosen = _chosen(db, query(GroupQuery).group)
        entry = _before(db, chosen)
        return _confirmation(db, entry, chosen, problem=_problem(db, entry), is_rollback=True)


@bp.post("/rollback")
@needs(Role.ADMIN, every_site=True)
def rollback_submit() -> Response | tuple[str, HTTPStatus]:
    """Let the model before serve again."""
    given, now = form(ChoiceForm), datetime.now(UTC)
    with state().database.reading() as db:
        chosen = _chosen(db, given.group)
        entry = _before(db, chosen)
    try:
        with state().database.reading() as db:
            proved = registry.prove(db, _folder(), entry.name) if chosen.previous[0] else None
        with state().database.writing() as db:
            registry.rollback(
                db,
                _folder(),
                proved,
                group=given.group,
                instead_of=given.instead_of,
                by=moderator(),
                now=now,
            )
            db.commit()
    except Refusal as error:
        return _refused(entry, given.group, error, is_rollback=True)
    return _done(entry, given.group)


@bp.post("/models/<model_name>/trial")
@needs(Role.ADMIN, every_site=True)
def put_on_trial(model_name: str) -> Response | tuple[str, HTTPStatus]:
    """Let another model judge beside the serving one, without effect."""
    given, now = form(GroupQuery), datetime.now(UTC)
    with state().database.reading() as db:
        entry = _entry(db, model_name)
        _chosen(db, given.group)
    try:
        with state().database.reading() as db:
            proved = registry.prove(db, _folder(), entry.name)
        with state().database.writing() as db:
            registry.put_on_trial(db, _folder(), proved, group=given.group, by=moderator(), now=now)
            db.commit()
    except Refusal as error:
        problem = str(error)
        if isinstance(error, registry.ServesAlready):
            problem = _("%(model)s serves already: put another model on trial.", model=error.model)
        return _page(entry.name, given.group, problem=problem), HTTPStatus.CONFLICT
    return _changed(
        _("%(model)s is on trial now, in every process within seconds.", model=entry.name), given.group
    )


@bp.post("/trial/end")
@needs(Role.ADMIN, every_site=True)
def end_trial() -> Response:
    """Let no other model judge beside the serving one any more."""
    given, now = form(GroupQuery), datetime.now(UTC)
    with state().database.reading() as db:
        _chosen(db, given.group)
    with state().database.writing() as db:
        ended = registry.end_trial(db, group=given.group, by=moderator(), now=now)
        db.commit()
    told = _("%(model)s is no longer on trial.", model=ended) if ended else _("No model is on trial.")
    return _changed(told, given.group)


def _page(model_name: str | None, group: str | None = None, *, problem: str | None = None) -> str:
    now = datetime.now(UTC)
    with state().database.reading() as db:
        groups = registry.choices(db, _folder())
        chosen = _chosen(db, group or query(GroupQuery).group)
        entries = registry.entries(db, _folder())
        serving = _named(entries, chosen.model)
        shown = _known(entries, model_name) if model_name else None
        subject = shown or serving
        card = subject.card if subject else None
        current = state().serving.of_group(chosen.group_id)
        return render_template(
            "console/models.html",
            chosen=chosen,
            group=_in_address(chosen),
            groups=groups,
            default=registry.DEFAULT,
            problems=[problem] if problem else _problems(chosen),
            trial=trials.shown(db, chosen, now=now),
            current=current.version if current else None,
            serving=serving,
            shown=subject,
            is_other=shown is not None and shown.name != chosen.model,
            others=[one for one in entries if one.name != chosen.model],
            elsewhere={one.model: one.group for one in groups if one.group != chosen.group},
            card=card,
            drawn=drawn(card) if card else [],
            shares=charts.shares(),
            blamed=card.identities[:_MOST_BLAMED] if card else (),
            pairs=pairs(serving, shown),
            gate=gate_of(_folder() / subject.name) if subject else Gate(None),
            actions=ACTIONS,
            may_choose=_may_choose(),
            overturned=figures.overturned(
                db,
                access=allowed(),
                model=subject.name if subject else None,
                limit=_ROWS,
                since=now - LATELY,
            ),
            **frame(db),
        )


def _confirmation(
    db: Session,
    entry: Entry,
    chosen: Choice,
    *,
    problem: str | None,
    may_choose: bool = False,
    is_rollback: bool = False,
) -> str:
    serving = _named(registry.entries(db, _folder()), chosen.model)
    members = registry.members(db)
    return render_template(
        "console/promote.html",
        entry=entry,
        serving=serving,
        chosen=chosen,
        group=_in_address(chosen),
        sites=members.get(chosen.group, []),
        is_grouped=len(members) > 1,
        instead_of=chosen.model or "",
        pairs=pairs(serving, entry),
        gate=gate_of(_folder() / entry.name),
        problem=problem,
        may_choose=may_choose or problem is None,
        is_rollback=is_rollback,
        **frame(db),
    )


def _refused(
    entry: Entry, group: str, error: Refusal, *, is_rollback: bool = False
) -> tuple[str, HTTPStatus]:
    problem = str(error)
    if isinstance(error, registry.ChosenMeanwhile) and error.model:
        problem = _("Meanwhile somebody else let %(model)s serve. Look again.", model=error.model)
    with state().database.reading() as db:
        page = _confirmation(db, entry, _chosen(db, group), problem=problem, is_rollback=is_rollback)
    return page, HTTPStatus.CONFLICT


def _done(entry: Entry, group: str) -> Response:
    return _changed(_("%(model)s serves now, in every process within seconds.", model=entry.name), group)


def _changed(told: str, group: str) -> Response:
    # The others look within a second; whoever pressed the button sees it at once.
    state().serving.refresh()
    flash(told)
    named = None if group == registry.DEFAULT else group
    return redirect(url_for("console.models", group=named), code=303)


def _problems(chosen: Choice) -> Sequence[str]:
    return [chosen.problem] if chosen.problem else state().serving.problems


def _may_choose() -> bool:
    return allowed().covers_all and allowed().is_at_least(Role.ADMIN)


def _folder() -> Path:
    return state().settings.models


def _chosen(db: Session, group: str) -> Choice:
    try:
        return registry.choice(db, _folder(), group)
    except registry.UnknownGroup:
        raise NotFound from None


def _in_address(chosen: Choice) -> str | None:
    """Name the group as addresses do: the default one is not named."""
    return None if chosen.group == registry.DEFAULT else chosen.group


def _named(entries: Sequence[Entry], name: str | None) -> Entry | None:
    return next((one for one in entries if one.name == name), None)


def _known(entries: Sequence[Entry], name: str) -> Entry:
    found = _named(entries, name)
    if found is None:
        raise NotFound
    return found


def _entry(db: Session, name: str) -> Entry:
    return _known(registry.entries(db, _folder()), name)


def _before(db: Session, chosen: Choice) -> Entry:
    if not chosen.previous:
        raise NotFound
    name = chosen.previous[0] or registry.choice(db, _folder()).model or ""
    # It may be gone; then it cannot be promoted, and the page says so.
    missing = _("This model is gone.")
    found = _named(registry.entries(db, _folder()), name)
    return found or Entry(name=name, card=None, problem=missing)


def _problem(db: Session, entry: Entry) -> str | None:
    """Say why a model could not serve: better before somebody chooses it."""
    if entry.problem:
        return entry.problem
    try:
        registry.prove(db, _folder(), entry.name)
    except Refusal as error:
        return str(error)
    return None
