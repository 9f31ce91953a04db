"""`moderation labels`: what the next model learns from, and what it is to forget."""

from collections.abc import Callable
from datetime import UTC, datetime

import click
from rich import box
from rich.table import Column, Table
from rich.text import Text
from sqlalchemy.orm import Session

from moderation import audit, feedback, figures, forgetting, moderators, sites
from moderation.cli import opened
from moderation.cli.printing import show
from moderation.figures import Agreement
from moderation.forgetting import Suspects
from moderation.labels import Account, Decider, decisions, in_words


@click.group()
def labels() -> None:
    """Look after the decisions that models learn from."""


@labels.command("list")
def list_labels() -> None:
    """Show who decided what models learn from, and what becomes of it.

    \b
    teach       decisions that the next model learns from: the last one on each comment
    count as    what they come to: near copies count once together, imported history
                half, and nobody alone counts for most
    copies      left out: rejected copies of what another author wrote and was approved
    forgotten   left out: see moderation labels forget
    erased      left out: see moderation authors erase
    pruned      left out: kept only for a time, see moderation prune
    agreement   how often a second moderator, who did not know the first one's decision,
                decided alike; of as many comments as are named

    Example: moderation labels list
    """
    table = Table(
        Column("who"),
        *(
            Column(heading, justify="right", no_wrap=True)
            for heading in ("teach", "count as", "copies", "forgotten", "erased", "pruned", "agreement")
        ),
        box=box.SIMPLE_HEAD,
    )
    with opened.database() as database, database.reading() as session:
        weighed = feedback.weigh(session)
        names = _names(session)
        agreements = figures.agreements(session)
        for by in sorted(weighed.accounts, key=names):
            known = agreements.get(by.moderator) if by and by.moderator else None
            # A site may send any name, also one that would be taken for markup.
            table.add_row(Text(names(by)), *_figures(weighed.accounts[by]), _agreement(known))
    show(table)
    click.echo(in_words(weighed.account))


@labels.command()
@click.option("--moderator", "name", help="Forget all that this moderator has decided so far.")
@click.option("--comment", "external_id", help="Forget all decisions on the comment of this id.")
@click.option("--site", "site_name", help="The comment's site, where several sites use the id.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def forget(name: str | None, external_id: str | None, site_name: str | None, *, yes: bool) -> None:
    """Let no model learn from some decisions any more. It cannot be taken back.

    The decisions hold and stay on record; what was decided before them on the same comments teaches
    again. What is decided from now on teaches as ever. Models that learnt from them are not changed:
    afterwards make a new one, which is the one that would have been made had they never been.

    \b
    Examples:
      moderation labels forget --moderator mallory && moderation retrain
      moderation labels forget --comment 1234 --site blog
    """
    if (name is None) == (external_id is None):
        raise click.UsageError("Say whose decisions, with --moderator, or on what, with --comment.")
    if site_name is not None and external_id is None:
        raise click.UsageError("--site says where the comment is: it goes with --comment.")
    with opened.database() as database:
        with database.reading() as session:
            suspects = _suspects(session, name, external_id, site_name)
            found = forgetting.count(session, suspects)
        if not found:
            click.echo(f"{suspects.subject}: there is no decision that a model could learn from.")
            return
        if not yes:
            click.confirm(
                f"{suspects.subject}: let models forget {decisions(found)} for good?", abort=True
            )
        with database.writing() as session:
            forgotten = forgetting.forget(
                session, suspects, by=audit.COMMAND_LINE, now=datetime.now(UTC)
            )
            session.commit()
    click.echo(
        f"{suspects.subject}: no model made from now on learns from {decisions(forgotten)}. "
        "To make one: moderation retrain"
    )


def _suspects(
    session: Session, name: str | None, external_id: str | None, site_name: str | None
) -> Suspects:
    if external_id is None:
        return forgetting.of(moderators.by_name(session, name or ""))
    site = sites.by_name(session, site_name) if site_name else None
    return forgetting.on(session, external_id, site)


def _names(session: Session) -> Callable[[Decider | None], str]:
    """Prepare to name whoever decided."""
    people = {one.id: one.name for one in moderators.every(session)}
    places: dict[int | None, str] = {one.id: one.name for one in sites.every(session)}

    def named(by: Decider | None) -> str:
        if by is None:
            return "imported history"
        if by.moderator is not None:
            return people[by.moderator]
        return f"{by.reporter} (at the site {places[by.site]})"

    return named


def _figures(account: Account) -> tuple[str, ...]:
    return (
        f"{account.teach:,}",
        f"{account.weight:,.1f}",
        f"{account.copies_of_approved:,}",
        f"{account.forgotten:,}",
        f"{account.erased:,}",
        f"{account.pruned:,}",
    )


def _agreement(known: Agreement | None) -> str:
    return "-" if known is None else f"{known.alike.share:.0%} of {known.alike.counted:,}"
