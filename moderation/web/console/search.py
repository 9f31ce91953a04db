"""Look for comments: by words, and by all that a list can be narrowed down with."""

from datetime import UTC, datetime

from flask import render_template

from moderation.web.console import filtering, listing
from moderation.web.console.blueprint import bp, frame
from moderation.web.state import state


@bp.get("/search")
def search() -> str:
    """Show what was looked for, the latest first."""
    wanted = filtering.asked()
    now = datetime.now(UTC)
    with state().database.reading() as db:
        return render_template(
            "console/search.html",
            **listing.shown(db, wanted, now=now),
            **frame(db),
        )
