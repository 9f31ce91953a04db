"""What sites were told, what waits, and what was given up."""

from datetime import UTC, datetime

import msgspec
from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from moderation import delivery
from moderation.store.tables import DeliveryState
from moderation.web.console.blueprint import Number, allowed, bp, frame
from moderation.web.parsing import LARGEST_NUMBER, query
from moderation.web.state import state

_ROWS = 50


class DeliveriesQuery(msgspec.Struct, frozen=True):
    """Which deliveries to list, and the one before which to go on."""

    state: DeliveryState | None = None
    before: Number | None = None


@bp.get("/deliveries")
def deliveries() -> str:
    """Show what sites were told, the latest first."""
    asked = query(DeliveriesQuery)
    with state().database.reading() as db:
        found = delivery.recent(
            db, access=allowed(), state=asked.state, limit=_ROWS, before=asked.before
        )
        return render_template(
            "console/deliveries.html",
            deliveries=found,
            state=asked.state,
            older=found[-1].id if len(found) == _ROWS else None,
            **frame(db),
        )


@bp.post(f"/deliveries/<int(max={LARGEST_NUMBER}):delivery_id>/replay")
def replay(delivery_id: int) -> Response:
    """Deliver once more."""
    with state().database.writing() as db:
        delivery.replay(db, delivery_id, now=datetime.now(UTC))
        db.commit()
    flash(_("It is sent again within seconds."))
    return redirect(url_for("console.deliveries"), code=303)
