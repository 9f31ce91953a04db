"""How far a trial of a change is, and what came of it."""

from datetime import UTC, datetime
from http import HTTPStatus

import msgspec
from flask import redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from moderation import backtests, policies, sites
from moderation.policies import Change, KeptList, KeptRule
from moderation.policies.keeping import list_of, rule_of
from moderation.refusal import Refusal
from moderation.rules import Mode
from moderation.store.tables import Backtest, BacktestState, PolicyChange, Role
from moderation.verdict import Action
from moderation.web.console.blueprint import bp, frame, needs
from moderation.web.console.differences import difference
from moderation.web.console.drafting import refused_with, save
from moderation.web.parsing import LARGEST_NUMBER, form
from moderation.web.state import state

_LISTED = 50


class SaveForm(msgspec.Struct, frozen=True):
    """Whether to save the draft as it was tried, or to let it only log first."""

    do: str = "save"


@bp.get(f"/backtests/<int(max={LARGEST_NUMBER}):backtest_id>")
def backtest(backtest_id: int) -> str:
    """Show how far a trial is, or what came of it."""
    with state().database.reading() as db:
        return _page(db, backtests.find(db, backtest_id))


@bp.post(f"/backtests/<int(max={LARGEST_NUMBER}):backtest_id>/save")
@needs(Role.ADMIN)
def save_backtest(backtest_id: int) -> Response | tuple[str, HTTPStatus]:
    """Save the draft that was tried."""
    given = form(SaveForm)
    with state().database.reading() as db:
        found = backtests.find(db, backtest_id)
    change = backtests.trial_of(found).change
    if given.do == Mode.LOG_ONLY:
        change = _only_logging(change)
    try:
        save(found.site_id, change, now=datetime.now(UTC))
    except Refusal as error:
        with state().database.reading() as db:
            return refused_with(error, _page(db, backtests.find(db, backtest_id), error=error))
    return redirect(_form(found.site_id, change.subject), code=303)


def _page(db: Session, found: Backtest, *, error: Refusal | None = None) -> str:
    now = datetime.now(UTC)
    site = sites.by_id(db, found.site_id)
    trial, result = backtests.trial_of(found), backtests.result_of(found)
    moved = result.moved[:_LISTED] if result else ()
    shown = {one.id: one for one in backtests.shown(db, [one.comment_id for one in moved])}
    stopped = backtests.is_stopped(found, now=now)
    standing = policies.kept(db, site, trial.change.subject)
    return render_template(
        "console/backtest.html",
        site=site,
        backtest=found,
        trial=trial,
        difference=difference(
            PolicyChange(
                site_id=site.id,
                revision=0,
                changed_at=now,
                changed_by="",
                subject=trial.change.subject,
                before=policies.write_kept(standing),
                after=policies.write_kept(trial.change.after),
            )
        ),
        result=result,
        moved=[(one, shown[one.comment_id]) for one in moved if one.comment_id in shown],
        actions=list(Action),
        running=found.state is BacktestState.RUNNING and not stopped,
        stopped=stopped,
        can_only_log=_only_logging(trial.change) != trial.change,
        form=_form(site.id, trial.change.subject, draft=found.id),
        error=error,
        **frame(db),
    )


def _only_logging(change: Change) -> Change:
    """The same change, but for its being live."""
    after = change.after
    if isinstance(after, KeptRule) and after.mode != "off":
        return msgspec.structs.replace(
            change, after=msgspec.structs.replace(after, mode=Mode.LOG_ONLY.value)
        )
    if isinstance(after, KeptList):
        return msgspec.structs.replace(change, after=msgspec.structs.replace(after, mode=Mode.LOG_ONLY))
    return change


def _form(site_id: int, subject: str, *, draft: int | None = None) -> str:
    """The address of the form in which a subject is changed."""
    if (rule := rule_of(subject)) is not None:
        return url_for("console.rule", site_id=site_id, name=rule, draft=draft)
    if (name := list_of(subject)) is not None:
        if draft is None:
            return url_for("console.lists", site_id=site_id)
        return url_for("console.edit_list", site_id=site_id, name=name, draft=draft)
    return url_for("console.choices", site_id=site_id, draft=draft)
