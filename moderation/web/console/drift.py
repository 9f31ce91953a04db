"""Whether comments or moderators have moved away: figures of weeks, each with where it usually lies."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

import msgspec
from flask import render_template

from moderation import figures
from moderation.figures import Figure, Point
from moderation.figures.bands import FEWEST, FEWEST_WEEKS
from moderation.figures.new_words import FEWEST_AUTHORS, FEWEST_COMMENTS
from moderation.web import charts
from moderation.web.console.blueprint import Number, allowed, bp, frame
from moderation.web.console.overview import chosen, sites_seen
from moderation.web.parsing import query
from moderation.web.state import state


class DriftQuery(msgspec.Struct, frozen=True):
    """Of which site; of all without, or with what a form sends for all."""

    site: Number | Literal[""] | None = None


@dataclass(frozen=True, slots=True)
class Drawn:
    """A figure of all weeks, and its chart."""

    figure: Figure
    points: list[Point]
    trend: charts.Trend


@bp.get("/drift")
def drift() -> str:
    """Show the weeks of one site, or of all that the moderator may see."""
    asked = query(DriftQuery)
    now = datetime.now(UTC)
    with state().database.reading() as db:
        known = sites_seen(db)
        site = chosen(known, asked.site)
        of_sites = figures.weeks(db, access=allowed(), site=site, now=now)
        found = figures.together(of_sites.values())
        return render_template(
            "console/drift.html",
            sites=known,
            site=site,
            weeks=found,
            drawn=[_drawn(figure, points) for figure, points in figures.points(found).items()],
            warnings=figures.warnings(of_sites, {one.id: one.name for one in known}),
            fewest=FEWEST,
            fewest_weeks=FEWEST_WEEKS,
            fewest_comments=FEWEST_COMMENTS,
            fewest_authors=FEWEST_AUTHORS,
            new=figures.new_words(db, access=allowed(), site=site, now=now),
            **frame(db),
        )


def _drawn(figure: Figure, points: list[Point]) -> Drawn:
    return Drawn(
        figure,
        points,
        charts.trend([one.share for one in points], [one.band for one in points]),
    )
