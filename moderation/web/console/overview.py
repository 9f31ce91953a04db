"""What came, who decided, how fast and how well: in pictures, as tables, and as a file."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Literal

import msgspec
from flask import Response, render_template
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from moderation import figures, sites
from moderation.figures import FEWEST, Estimate, Overview
from moderation.store.tables import Site
from moderation.web import charts
from moderation.web.console.blueprint import Number, allowed, bp, frame
from moderation.web.parsing import query
from moderation.web.state import state

LATELY = timedelta(days=7)
_ROWS = 10
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# What stands first in a cell that a spreadsheet would run.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


class OverviewQuery(msgspec.Struct, frozen=True):
    """For how many days, and of which site; of all without."""

    days: Literal[7, 30, 90] = 30
    # What a form sends for all sites is empty.
    site: Number | Literal[""] | None = None


@bp.get("/overview")
def overview() -> str:
    """Show all figures of one site, or of all that the moderator may see."""
    asked = query(OverviewQuery)
    now = datetime.now(UTC)
    with state().database.reading() as db:
        known = sites_seen(db)
        site = chosen(known, asked.site)
        found = figures.overview(db, access=allowed(), site=site, days=asked.days, now=now)
        return render_template(
            "console/overview.html",
            sites=known,
            site=site,
            days=asked.days,
            found=found,
            busiest=max(found.days, key=lambda day: day.comments),
            volume=charts.bars([_stack(day) for day in found.days]),
            automatic=charts.series([day.automatic_share for day in found.days]),
            shares=charts.shares(),
            precision=_intervals(found.approvals, found.rejections),
            opinions=_intervals(found.opinions.alike),
            fewest=FEWEST,
            warnings=figures.warnings(
                figures.weeks(db, access=allowed(), site=site, now=now),
                {one.id: one.name for one in known},
            ),
            overturned=figures.overturned(
                db, access=allowed(), site=site, limit=_ROWS, since=now - LATELY
            ),
            **frame(db),
        )


@bp.get("/overview.csv")
def overview_table() -> Response:
    """Give the figures as a table, one a line, for those who make their own charts."""
    asked = query(OverviewQuery)
    now = datetime.now(UTC)
    with state().database.reading() as db:
        site = chosen(sites_seen(db), asked.site)
        found = figures.overview(db, access=allowed(), site=site, days=asked.days, now=now)
    page = io.StringIO()
    table = csv.writer(page)
    table.writerow(("site", "figure", "day", "of", "value", "low", "high"))
    name = site.name if site else ""
    table.writerows([harmless(cell) for cell in (name, *line)] for line in _lines(found))
    filename = f"overview-{now:%Y-%m-%d}-{asked.days}-days.csv"
    return Response(
        page.getvalue(),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{filename}"'},
    )


def harmless(cell: object) -> object:
    """Put an apostrophe before words that a spreadsheet would take for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


@bp.app_template_filter()
def lasting(length: timedelta) -> str:
    """Say how long something takes, in the unit that fits."""
    if length < _MINUTE:
        return str(_("under a minute"))
    if length < 2 * _HOUR:
        return str(ngettext("%(num)d minute", "%(num)d minutes", length // _MINUTE))
    if length < 2 * _DAY:
        return str(ngettext("%(num)d hour", "%(num)d hours", round(length / _HOUR)))
    return str(ngettext("%(num)d day", "%(num)d days", round(length / _DAY)))


def sites_seen(db: Session) -> list[Site]:
    """Return the sites that the moderator may see."""
    return [site for site in sites.every(db) if allowed().covers(site.id)]


def chosen(known: list[Site], number: int | str | None) -> Site | None:
    """Return the site of that number, or None where all are asked for; raises NotFound."""
    if number is None or number == "":
        return None
    found = next((site for site in known if site.id == number), None)
    if found is None:
        raise NotFound
    return found


def _stack(day: figures.Day) -> tuple[int, ...]:
    return (
        day.approved_by_service,
        day.approved_by_people,
        day.waiting,
        day.rejected_by_people,
        day.rejected_by_service,
    )


def _intervals(*estimates: Estimate) -> charts.Intervals:
    return charts.intervals(
        [(one.share, one.low, one.high) if one.is_enough else None for one in estimates]
    )


_Line = tuple[str, str, str, object, object, object]


def _lines(found: Overview) -> Iterator[_Line]:
    """One figure a line: what it is, of which day, of whom, its value and its interval."""
    for day in found.days:
        for name in (
            "comments",
            "approved_by_service",
            "approved_by_people",
            "waiting",
            "rejected_by_people",
            "rejected_by_service",
            "automatic",
        ):
            yield name, day.date.isoformat(), "", getattr(day, name), "", ""
    for one in found.decided:
        # Nobody here decided what was decided at the sites.
        who = one.name or ""
        yield "decisions_that_approve", "", who, one.approved, "", ""
        yield "decisions_that_reject", "", who, one.rejected, "", ""
    for waits_for, number in sorted(found.waiting.comments.items()):
        yield "waiting_now", "", str(waits_for), number, "", ""
    for name, length in (("median", found.pace.median), ("nine_of_ten", found.pace.nine_of_ten)):
        if length is not None:
            yield "seconds_to_a_decision", "", name, int(length.total_seconds()), "", ""
    for name, guess in (
        ("precision_of_approvals", found.approvals),
        ("precision_of_rejections", found.rejections),
        ("moderators_agree", found.opinions.alike),
    ):
        yield f"{name}_checked", "", "", guess.counted, "", ""
        if guess.is_enough:
            yield name, "", "", round(guess.share, 4), round(guess.low, 4), round(guess.high, 4)
    if found.opinions.kappa is not None:
        yield "kappa", "", "", round(found.opinions.kappa, 4), "", ""
