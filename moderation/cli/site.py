"""`moderation site`: the customers of the API, and how their comments are judged."""

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
    """List the sites: name, address, and what was chosen for them.

    Example: moderation site list
    """
    with opened.database() as database, database.reading() as session:
        for one in sites.every(session):
            held = (
                "first-time authors held" if one.hold_first_time_authors else "first-time authors judged"
            )
            click.echo(f"{one.name}\t{one.url}\tlinks from {one.max_links} on reviewed\t{held}")


@site.command("set")
@click.argument("name")
@click.option(
    "--max-links", type=click.IntRange(0, 1_000), help="Review from so many links on; 0 for never."
)
@click.option(
    "--hold-first-time-authors/--judge-first-time-authors",
    default=None,
    help="Whether authors without an approved comment wait for a person.",
)
def choose(name: str, max_links: int | None, hold_first_time_authors: bool | None) -> None:  # noqa: FBT001
    """Change how the comments of the site NAME are judged.

    Example: moderation site set blog --hold-first-time-authors
    """
    with opened.database() as database, database.writing() as session:
        found = sites.by_name(session, name)
        sites.choose(
            session, found, max_links=max_links, hold_first_time_authors=hold_first_time_authors
        )
        session.commit()
    click.echo(f"{name}: changed. Running services judge by it from the next comment on.")
