"""`moderation moderator`: the people who decide."""

import sys
from datetime import UTC, datetime

import click
from rich.table import Table
from sqlalchemy.orm import Session

from moderation import audit, moderators, sites
from moderation.cli import opened, printing
from moderation.store.tables import Moderator, Role

_ROLES = click.Choice([role.value for role in Role])


@click.group()
def moderator() -> None:
    """Look after moderators."""


@moderator.command()
@click.argument("name")
@click.option("--role", type=_ROLES, default=Role.MODERATOR.value, show_default=True)
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
        moderators.reset_password(
            session,
            moderators.by_name(session, name),
            _password(),
            by=audit.COMMAND_LINE,
            now=datetime.now(UTC),
        )
        session.commit()
    click.echo(f"{name} has a new password.")


@moderator.command("list")
def list_moderators() -> None:
    """List the moderators: role, sites, last login, one-time codes, and since when somebody left.

    Example: moderation moderator list
    """
    table = Table("name", "role", "sites", "last login", "codes", "left")
    with opened.database() as database, database.reading() as session:
        logins = moderators.last_logins(session)
        sites_of = moderators.sites_of_all(session)
        for one in moderators.every(session):
            names = ", ".join(site.name for site in sites_of.get(one.id, ())) or "none"
            table.add_row(
                one.name,
                one.role,
                "every" if one.every_site else names,
                _day(logins.get(one.id)),
                "on" if one.code_secret else "off",
                _day(one.left_at),
            )
    printing.show(table)


@moderator.command()
@click.argument("name")
@click.argument("role", type=_ROLES)
def role(name: str, role: str) -> None:
    """Give the moderator NAME another ROLE.

    Example: moderation moderator role ana admin
    """
    with opened.database() as database, database.writing() as session:
        found = moderators.by_name(session, name)
        _change(session, found, Role(role), _sites_of(session, found))
        session.commit()
    click.echo(f"{name} is {role} now.")


@moderator.command("sites")
@click.argument("name")
@click.argument("site_names", metavar="[SITE]...", nargs=-1)
@click.option("--every", is_flag=True, help="Every site, also those that are added later.")
def choose_sites(name: str, site_names: tuple[str, ...], *, every: bool) -> None:
    """Let the moderator NAME look at the sites that are named and at no other.

    \b
    Examples:
      moderation moderator sites ana blog forum
      moderation moderator sites ana --every
    """
    if bool(site_names) == every:
        raise click.UsageError("Name sites, or say --every.")
    with opened.database() as database, database.writing() as session:
        found = moderators.by_name(session, name)
        chosen = None if every else [sites.by_name(session, one).id for one in site_names]
        _change(session, found, found.role, chosen)
        session.commit()
    click.echo(f"{name} looks at {'every site' if every else ', '.join(site_names)} now.")


@moderator.command()
@click.argument("name")
def leave(name: str) -> None:
    """Let the moderator NAME in no more, and end every login. The name stays on decisions.

    Example: moderation moderator leave ana
    """
    with opened.database() as database, database.writing() as session:
        found = moderators.by_name(session, name)
        moderators.leave(session, found.id, by=audit.COMMAND_LINE, now=datetime.now(UTC))
        session.commit()
    click.echo(f"{name} is let in no more.")


@moderator.command("return")
@click.argument("name")
def come_back(name: str) -> None:
    """Let the moderator NAME in again, as before.

    Example: moderation moderator return ana
    """
    with opened.database() as database, database.writing() as session:
        found = moderators.by_name(session, name)
        moderators.come_back(session, found.id, by=audit.COMMAND_LINE, now=datetime.now(UTC))
        session.commit()
    click.echo(f"{name} is let in again.")


@moderator.command("codes-off")
@click.argument("name")
def codes_off(name: str) -> None:
    """Ask the moderator NAME for one-time codes no more: for who lost telephone and recovery codes.

    Example: moderation moderator codes-off ana
    """
    with opened.database() as database, database.writing() as session:
        found = moderators.by_name(session, name)
        moderators.switch_off(session, found, by=audit.COMMAND_LINE, now=datetime.now(UTC))
        session.commit()
    click.echo(f"{name} is asked for the password alone.")


def _change(session: Session, found: Moderator, role: Role, site_ids: list[int] | None) -> None:
    moderators.change(
        session,
        found.id,
        role=role,
        site_ids=site_ids,
        by=audit.COMMAND_LINE,
        now=datetime.now(UTC),
    )


def _sites_of(session: Session, found: Moderator) -> list[int] | None:
    if found.every_site:
        return None
    return [site.id for site in moderators.sites_of_all(session).get(found.id, ())]


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment else ""


def _password() -> str:
    if sys.stdin.isatty():
        typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
        return typed
    return sys.stdin.readline().rstrip("\r\n")
