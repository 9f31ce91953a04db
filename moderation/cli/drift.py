"""`moderation drift`: whether comments or moderators have moved away from what the model learnt."""

from datetime import UTC, datetime

import click
import structlog
from rich import box
from rich.table import Table
from rich.text import Text

from moderation import figures, sites
from moderation.cli import opened
from moderation.cli.printing import show
from moderation.figures import Figure, Point
from moderation.verdict import percent

log = structlog.get_logger()

_DRIFTED = 4
_TITLES = {
    Figure.SCORES: "other probabilities than before",
    Figure.REVIEW: "left to people",
    Figure.REJECTED: "rejected by the service",
    Figure.STRICTNESS: "rejected by people, of what waited",
    Figure.OVERTURNED: "overturned, of automatic verdicts",
}


@click.command()
@click.option("--site", "site_name", help="Only this site. [default: every site]")
def drift(site_name: str | None) -> None:
    """Tell whether last week's comments or decisions were unlike those of the weeks before.

    Prints each figure of each site with where it would usually lie. What lies elsewhere is said in a
    sentence on standard error and logged, and the exit code is 4: run it every Monday from cron.

    \b
    Examples:
      moderation drift
      moderation drift --site blog
    """
    with opened.database() as database, database.reading() as session:
        chosen = sites.by_name(session, site_name) if site_name else None
        names = {one.id: one.name for one in sites.every(session)}
        of_sites = figures.weeks(session, site=chosen, now=datetime.now(UTC))
    shown = Table("site", "figure", "of", "last week", "usual", "", box=box.SIMPLE_HEAD)
    for number in sorted(of_sites, key=lambda number: names[number]):
        for figure, every in figures.points(of_sites[number]).items():
            # As text: square brackets are no markup here.
            shown.add_row(Text(names[number]), _TITLES[figure], *_cells(every[-1]))
    show(shown)
    warned = figures.warnings(of_sites, names)
    for one in warned:
        log.warning("drift", site=one.site, figure=one.figure, week=one.first.isoformat())
        click.echo(one.sentence, err=True)
    if warned:
        raise click.exceptions.Exit(_DRIFTED)


def _cells(last: Point) -> tuple[str, ...]:
    share = "–" if last.share is None else percent(last.share)
    usual = f"{percent(last.band.low)} to {percent(last.band.high)}" if last.band else "too few to tell"
    return f"{last.of:,}", share, usual, "unusual" if last.is_outside else ""
