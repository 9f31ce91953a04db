"""`moderation prune`: what has been kept long enough goes."""

from collections.abc import Iterable
from datetime import UTC, datetime

import click

from moderation import audit, pruning, sites
from moderation.cli import opened
from moderation.progress import progress
from moderation.pruning import Count
from moderation.store import Database
from moderation.store.scrubbing import scrub


@click.command()
@click.option("--dry-run", is_flag=True, help="Only show how much there is; nothing is changed.")
def prune(*, dry_run: bool) -> None:
    """Remove what has been kept long enough. It cannot be taken back.

    Of each site, the addresses and comments whose time is over, as chosen with moderation site set.
    Of all sites, what only serves for a while: sketches for near copies, deliveries, logins that ended,
    tries, backtests, verdicts of models on trial no more. What waits for a person stays.

    For a timer, once a day; the service may run meanwhile. When this is interrupted, the next run does
    the rest.

    \b
    Examples:
      moderation prune --dry-run
      moderation prune
    """
    now = datetime.now(UTC)
    with opened.database() as database:
        if dry_run:
            with database.reading() as session:
                for site in sites.every(session):
                    _show(pruning.count_over(session, site, now=now), "would go")
                _show(pruning.count_stale(session, now=now), "would go")
            return
        counts = _prune(database, now)
        # Also what an earlier run left that was killed just before its end.
        if any(one.site is not None for one in counts):
            scrub(database)
    _show(counts, "removed")


def _prune(database: Database, now: datetime) -> list[Count]:
    with database.reading() as session:
        every = sites.every(session)
    counts: list[Count] = []
    try:
        with progress() as tell:
            for site in every:
                counts += pruning.prune_site(database, site, tell=tell, now=now)
            counts += pruning.prune_stale(database, tell=tell, now=now)
    finally:
        # Also of what went before something broke.
        _note(database, counts, now)
    return counts


def _note(database: Database, counts: Iterable[Count], now: datetime) -> None:
    gone = [one for one in counts if one.number]
    if not gone:
        return
    with database.writing() as session:
        details = "; ".join(f"{_what(one)}: {one.number:,}" for one in gone)
        audit.note(session, audit.COMMAND_LINE, "prune", "what was kept", details=f"{details}.", now=now)
        session.commit()


def _show(counts: Iterable[Count], became: str) -> None:
    for one in counts:
        after = "" if one.days is None else f" after {one.days:,} {'day' if one.days == 1 else 'days'}"
        click.echo(f"{_what(one)}: {one.number:,} {became}{after}")


def _what(one: Count) -> str:
    return one.kind if one.site is None else f"{one.site}, {one.kind}"
