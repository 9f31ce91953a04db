"""`moderation site`: the customers of the API."""

from datetime import UTC, datetime

import click

from moderation import sites
from moderation.cli import opened


@click.group()
def site() -> None:
    """Look after sites and their keys."""


@site.command()
@click.argument("name")
@click.argument("url")
@click.option("--key", help="A key that the site already has: 12 hexadecimal digits or more.")
def add(name: str, url: str, key: str | None) -> None:
    """Add the site NAME at URL and print its key, which is shown only now.

    Example: moderation site add blog https://blog.example.org/
    """
    with opened.database() as database, database.writing() as session:
        _, key = sites.add(session, name, url, key=key, now=datetime.now(UTC))
        session.commit()
    click.echo(f"Added {name}. Its key, which cannot be shown again:", err=True)
    click.echo(key)


@site.command("list")
def list_sites() -> None:
    """List the sites: name, address, languages.

    Example: moderation site list
    """
    with opened.database() as database, database.reading() as session:
        for one in sites.every(session):
            click.echo(f"{one.name}\t{one.url}\t{one.languages}")


@site.command("set")
@click.argument("name")
@click.option("--languages", required=True, help="What its readers write, as in: en,de (ISO 639-1).")
def choose(name: str, languages: str) -> None:
    """Change what is true of the site NAME. How it is judged, its rules say.

    Example: moderation site set blog --languages en,de
    """
    wanted = [one.strip().lower() for one in languages.split(",") if one.strip()]
    with opened.database() as database, database.writing() as session:
        sites.choose(session, sites.by_name(session, name), languages=wanted)
        session.commit()
    click.echo(f"{name}: changed. Running services judge by it from the next comment on.")
