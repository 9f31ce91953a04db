"""The history of a site's policy: who changed what, with what stood before, and the way back."""

from datetime import UTC, datetime
from http import HTTPStatus

import msgspec
from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from moderation import policies, sites
from moderation.refusal import Refusal
from moderation.store.tables import Role
from moderation.web.console.blueprint import Number, bp, frame, moderator, needs
from moderation.web.console.differences import difference
from moderation.web.parsing import LARGEST_NUMBER, form, query
from moderation.web.state import state

_ROWS = 30


class ChangesQuery(msgspec.Struct, frozen=True):
    """The revision before which to go on, and of what to show the changes."""

    before: Number | None = None
    subject: str | None = None


class TakeBackForm(msgspec.Struct, frozen=True):
    """Whether to take it back although it was changed again since."""

    anyway: bool = False


@bp.get(f"/sites/<int(max={LARGEST_NUMBER}):site_id>/changes")
def changes(site_id: int) -> str:
    """Show the changes of a site's policy, the latest first."""
    return _page(site_id)


@bp.post(
    f"/sites/<int(max={LARGEST_NUMBER}):site_id>/changes/<int(max={LARGEST_NUMBER}):revision>/take-back"
)
@needs(Role.ADMIN)
def take_back(site_id: int, revision: int) -> Response | tuple[str, HTTPStatus]:
    """Put back what stood before a change."""
    given = form(TakeBackForm)
    try:
        with state().database.writing() as db:
            change = policies.by_revision(db, sites.by_id(db, site_id), revision)
            policies.take_back(db, change.id, moderator(), datetime.now(UTC), anyway=given.anyway)
            db.commit()
    except policies.UnknownChange:
        raise
    except Refusal as error:
        return _page(site_id, refused=revision, error=error), HTTPStatus.CONFLICT
    flash(
        _(
            "Revision %(number)d is taken back. That is a change as well, and stands on top.",
            number=revision,
        )
    )
    return redirect(url_for("console.changes", site_id=site_id), code=303)


def _page(site_id: int, *, refused: int | None = None, error: Refusal | None = None) -> str:
    asked = query(ChangesQuery)
    with state().database.reading() as db:
        site = sites.by_id(db, site_id)
        found = policies.changes(db, site, subject=asked.subject, limit=_ROWS, before=asked.before)
        return render_template(
            "console/rules_changes.html",
            site=site,
            changes=[(one, difference(one)) for one in found],
            subject=asked.subject,
            older=found[-1].revision if len(found) == _ROWS else None,
            refused=refused,
            error=error,
            may_go_on=isinstance(error, policies.ChangedSince),
            **frame(db),
        )
