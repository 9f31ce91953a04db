"""`moderation moderator`: the people who decide."""

import sys
from datetime import UTC, datetime

import click

from moderation import moderators
from moderation.cli import opened
from moderation.store.tables import Role


@click.group()
def moderator() -> None:
    """Look after moderators."""


@moderator.command()
@click.argument("name")
@click.option(
    "--role",
    type=click.Choice([role.value for role in Role]),
    default=Role.MODERATOR.value,
    show_default=True,
)
def add(name: str, role: str) -> None:
    """Add the moderator NAME. The password is asked for, or read from standard input.

    \b
    Examples:
      moderation moderator add ana
      moderation moderator add ben --role admin < password.txt
    """
    with opened.database() as database, database.writing() as session:
        moderators.add(session, name, _password(), role=Role(role), now=datetime.now(UTC))
        session.commit()
    click.echo(f"Added {name}, {role}.")


@moderator.command()
@click.argument("name")
def password(name: str) -> None:
    """Give the moderator NAME a new password, and end every login with the old one.

    Example: moderation moderator password ana
    """
    with opened.database() as database, database.writing() as session:
        moderators.reset_password(session, name, _password())
        session.commit()
    click.echo(f"{name} has a new password.")


def _password() -> str:
    if sys.stdin.isatty():
        typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
        return typed
    return sys.stdin.readline().rstrip("\r\n")
