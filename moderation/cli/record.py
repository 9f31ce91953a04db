"""`moderation record`: who did what."""

from datetime import datetime

import click

from moderation import audit, sites
from moderation.audit import Format, Wanted
from moderation.cli import opened

_DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def record() -> None:
    """Look at the record of who did what."""


@record.command()
@click.option(
    "--format",
    "written",
    type=click.Choice([one.value for one in Format]),
    default=Format.CSV.value,
    show_default=True,
)
@click.option("--by", default="", help="A moderator's name, or: command line, somebody, single sign-on.")
@click.option("--act", type=click.Choice(sorted(audit.ACTS)), help="What was done.", metavar="ACT")
@click.option("--site", help="The site that it was done on.")
@click.option("--words", default="", help="Words that occur in what it was done to, or in the details.")
@click.option("--since", type=_DAY, metavar="DAY", help="From this day on, in UTC, as in 2026-11-24.")
@click.option("--until", type=_DAY, metavar="DAY", help="Up to this day, which still counts.")
def export(
    *,
    written: str,
    by: str,
    act: str | None,
    site: str | None,
    words: str,
    since: datetime | None,
    until: datetime | None,
) -> None:
    """Print the record, the latest first, as CSV or as lines of JSON.

    \b
    Examples:
      moderation record export > record.csv
      moderation record export --format jsonl --by ana --since 2026-11-01
    """
    with opened.database() as database:
        with database.reading() as session:
            names = {one.id: one.name for one in sites.every(session)}
            site_id = sites.by_name(session, site).id if site else None
        wanted = Wanted(
            by=by,
            act=act or "",
            site_id=site_id,
            words=words,
            since=since.date() if since else None,
            until=until.date() if until else None,
        )
        for piece in audit.exported(database.reading, wanted, Format(written), site_names=names):
            click.echo(piece, nl=False)
