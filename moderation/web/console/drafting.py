"""What all forms that change a policy share: try a draft on past comments, or save it."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Literal

import msgspec
from flask import flash, redirect, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from moderation import backtests, policies
from moderation.backtests import Trial
from moderation.policies import Change
from moderation.refusal import Refusal
from moderation.rules import Mode
from moderation.store.tables import Site
from moderation.web.console.blueprint import Number, moderator
from moderation.web.state import state

Most = Annotated[int, msgspec.Meta(ge=backtests.LEAST, le=backtests.MOST)]


class DraftQuery(msgspec.Struct, frozen=True):
    """The backtest whose draft the form starts with."""

    draft: Number | None = None


class Do(msgspec.Struct, frozen=True):
    """Which button was pressed, the policy's revision that the page showed, and how much to try on."""

    do: Literal["try", "save", "log-only", "live", "reset"]
    seen: Number
    most: Most = backtests.USUAL

    @property
    def mode(self) -> str | None:
        """The mode that the button stands for; None for the form's."""
        return self.do if self.do in set(Mode) else None


def settle(site: Site, change: Change, given: Do, *, back: str) -> Response:
    """Try a change or save it, and lead to what came of it; refusals are raised."""
    now = datetime.now(UTC)
    if given.do == "try":
        with state().database.writing() as db:
            policies.check(db, site, change)
            trial = Trial(change=change, most=given.most)
            started = backtests.start(db, site, trial, moderator(), now=now)
            db.commit()
        backtests.run_beside(state().database, started.id, state().serving.current(site))
        return redirect(url_for("console.backtest", backtest_id=started.id), code=303)
    save(site.id, change, now=now)
    return redirect(back, code=303)


def save(site_id: int, change: Change, *, now: datetime) -> None:
    """Save a change and say so."""
    with state().database.writing() as db:
        saved = policies.save(db, db.get_one(Site, site_id), change, by=moderator(), now=now)
        db.commit()
    if saved is None:
        flash(_("That is how it stands already; nothing was changed."))
    else:
        flash(_("Saved. It holds from the next comment on, and can be taken back in the history."))


def drafted_change(db: Session, site: Site, backtest_id: int | None, subject: str) -> Change | None:
    """Return the draft that a backtest of this site tried on this subject, or None."""
    if backtest_id is None:
        return None
    found = backtests.find(db, backtest_id)
    change = backtests.trial_of(found).change
    return change if found.site_id == site.id and change.subject == subject else None


def refused_with(error: Refusal, page: str) -> tuple[str, HTTPStatus]:
    """Answer with the form as it was typed, and with what is wrong on it."""
    is_conflict = isinstance(error, policies.ChangedMeanwhile | backtests.AlreadyRunning)
    return page, HTTPStatus.CONFLICT if is_conflict else HTTPStatus.UNPROCESSABLE_ENTITY
