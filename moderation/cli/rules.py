"""`moderation rules`: how each rule works on a site."""

from datetime import UTC, datetime

import click
import msgspec
from rich.console import Console
from rich.table import Table

from moderation import audit, policies, sites
from moderation.cli import opened
from moderation.rules import settings
from moderation.rules.settings import MODES, SETTABLE


@click.group()
def rules() -> None:
    """Look after the rules that judge a site's comments."""


@rules.command()
@click.option("--site", "site_name", required=True)
def show(site_name: str) -> None:
    """Show every rule that can be set: its name, mode, options, and what it looks for.

    Example: moderation rules show --site blog
    """
    with opened.database() as database, database.reading() as session:
        chosen, unreadable = policies.rules(session, sites.by_name(session, site_name))
    table = Table("rule", "mode", "options", "what it looks for", box=None, padding=(0, 2, 0, 0))
    for name, rule in SETTABLE.items():
        setting = chosen.get(name) or settings.default(rule)
        mode = "unreadable" if name in unreadable else settings.word(setting.mode)
        options = msgspec.structs.asdict(setting.options).items()
        shown = "\n".join(f"{option}={_written(value)}" for option, value in options)
        table.add_row(name, mode + ("*" if name in chosen else ""), shown, rule.summary)
    console = Console()
    if not console.is_terminal:
        # A program that reads this wants each rule whole, however wide.
        console.width = 200
    console.print(table, highlight=False, markup=False)
    for name in unreadable:
        click.echo(
            f"{name} was set by another version and cannot be read; comments wait for a person until it"
            " is set or reset.",
            err=True,
        )
    if chosen:
        click.echo("* set for this site")


@rules.command("set")
@click.argument("rule")
@click.argument("values", metavar="[NAME=VALUE]...", nargs=-1)
@click.option("--site", "site_name", required=True)
@click.option(
    "--mode", type=click.Choice(list(MODES)), help="log-only: it is shown, and changes nothing."
)
def set_rule(rule: str, values: tuple[str, ...], site_name: str, mode: str | None) -> None:
    """Change how RULE works on a site: its mode, its options, or both.

    \b
    Examples:
      moderation rules set too_many_links --site blog at_least=5
      moderation rules set first_time_author --site blog --mode live
    """
    options = dict(_pair(value) for value in values)
    if mode is None and not options:
        raise click.UsageError("Name a --mode, or options as NAME=VALUE.")
    with opened.database() as database, database.writing() as session:
        setting = policies.set_rule(
            session,
            sites.by_name(session, site_name),
            rule,
            mode=mode,
            options=options,
            by=audit.COMMAND_LINE,
            now=datetime.now(UTC),
        )
        session.commit()
    shown = msgspec.structs.asdict(setting.options).items()
    written = "".join(f", {option}={_written(value)}" for option, value in shown)
    click.echo(f"{rule}: {settings.word(setting.mode)}{written}. It holds from the next comment on.")


@rules.command()
@click.argument("rule")
@click.option("--site", "site_name", required=True)
def reset(rule: str, site_name: str) -> None:
    """Let RULE work on a site as it comes.

    Example: moderation rules reset too_many_links --site blog
    """
    with opened.database() as database, database.writing() as session:
        policies.reset_rule(
            session,
            sites.by_name(session, site_name),
            rule,
            by=audit.COMMAND_LINE,
            now=datetime.now(UTC),
        )
        session.commit()
    click.echo(f"{rule}: as it comes. It holds from the next comment on.")


def _pair(value: str) -> tuple[str, str]:
    name, equals, wanted = value.partition("=")
    if not equals:
        raise click.UsageError(f"{value!r} is no option; write it as NAME=VALUE.")
    return name, wanted


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else f"{value:g}"
