"""`moderation lists`: an owner's lists of terms, domains and patterns."""

from datetime import UTC, datetime
from typing import TextIO

import click

from moderation import sites
from moderation.cli import opened
from moderation.rules import ListKind
from moderation.verdict import Action


@click.group()
def lists() -> None:
    """Look after a site's lists of terms, domains and patterns."""


@lists.command("import")
@click.argument("name")
@click.argument("file", type=click.File(encoding="utf-8-sig"))
@click.option("--site", "site_name", required=True, help="The site whose comments the list judges.")
@click.option(
    "--kind",
    type=click.Choice([kind.value for kind in ListKind]),
    default=ListKind.TERMS.value,
    show_default=True,
)
@click.option(
    "--action",
    type=click.Choice([action.value for action in Action]),
    default=Action.REVIEW.value,
    show_default=True,
)
def import_list(name: str, file: TextIO, site_name: str, kind: str, action: str) -> None:
    """Add the list NAME from FILE, one entry a line, or replace the list of that name.

    Terms are found as whole words, domains cover their subdomains, patterns are RE2 regular
    expressions. `-` reads standard input.

    Example: moderation lists import rude rude.txt --site blog --action review
    """
    try:
        lines = file.read()
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{file.name} is not UTF-8 text: {error}") from None
    with opened.database() as database, database.writing() as session:
        found = sites.put_list(
            session,
            sites.by_name(session, site_name),
            name,
            kind=ListKind(kind),
            action=Action(action),
            lines=lines,
            now=datetime.now(UTC),
        )
        session.commit()
    click.echo(f"{name}: {len(found.entries):,} {found.kind}, a match asks to {found.action}.")


@lists.command()
@click.option("--site", "site_name", required=True)
def show(site_name: str) -> None:
    """Show the site's own lists: name, kind, action, number of entries.

    Example: moderation lists show --site blog
    """
    with opened.database() as database, database.reading() as session:
        for one in sites.lists(session, sites.by_name(session, site_name)):
            count = len(one.entries.splitlines())
            click.echo(f"{one.name}\t{one.kind}\t{one.action}\t{count:,} lines")


@lists.command()
@click.argument("name")
@click.option("--site", "site_name", required=True)
def remove(name: str, site_name: str) -> None:
    """Remove the list NAME.

    Example: moderation lists remove rude --site blog
    """
    with opened.database() as database, database.writing() as session:
        sites.remove_list(session, sites.by_name(session, site_name), name)
        session.commit()
    click.echo(f"{name}: removed.")
