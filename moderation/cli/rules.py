"""`moderation rules`: how each rule works on a site."""

from datetime import UTC, datetime

import click
import msgspec
from rich.console import Console
from rich.table import Table

from moderation import audit, backtests, policies, sites
from moderation.cli import opened, printing
from moderation.progress import progress
from moderation.rules import settings
from moderation.rules.settings import MODES, SETTABLE
from moderation.verdict import Action

# What an integer column holds.
_LARGEST = 2**31 - 1


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


@rules.command()
@click.argument("rule")
@click.argument("values", metavar="[NAME=VALUE]...", nargs=-1)
@click.option("--site", "site_name", required=True)
@click.option("--mode", type=click.Choice(list(MODES)), help="The mode to try.")
@click.option(
    "--last",
    type=click.IntRange(backtests.LEAST, backtests.MOST),
    default=backtests.USUAL,
    show_default=True,
    help="On how many of the comments that people decided on.",
)
def backtest(rule: str, values: tuple[str, ...], site_name: str, mode: str | None, last: int) -> None:
    """Try a change of RULE on past comments that people decided on. Nothing is changed.

    \b
    Examples:
      moderation rules backtest too_many_links --site blog at_least=2
      moderation rules backtest flood --site blog --mode off --last 50000
    """
    options = dict(_pair(value) for value in values)
    with opened.database() as database:
        with database.reading() as session:
            site = sites.by_name(session, site_name)
            setting = policies.changed_rule(session, site, rule, mode=mode, options=options)
            change = policies.Change(
                subject=policies.of_rule(rule), after=policies.kept_rule(rule, setting)
            )
            plan = backtests.plan(
                policies.Policies().of(session, site),
                policies.drafted(session, site, change),
                change,
                None,
            )
        with progress() as tell:
            found = backtests.measure(
                database,
                site.id,
                plan,
                most=last,
                tell=lambda done, total: tell("Judging anew", done, total),
            )
    _tell(found)


@rules.command()
@click.option("--site", "site_name", required=True)
@click.option("--last", type=click.IntRange(1, 10_000), default=30, show_default=True)
def history(site_name: str, last: int) -> None:
    """Show who changed a rule, a list or a threshold, and when: the latest first.

    Example: moderation rules history --site blog
    """
    with opened.database() as database, database.reading() as session:
        for one in policies.changes(session, sites.by_name(session, site_name), limit=last):
            moment = f"{one.changed_at:%Y-%m-%d %H:%M}"
            what = "taken back" if one.takes_back_id else "changed" if one.after else "removed"
            click.echo(f"{one.revision}\t{moment}\t{one.changed_by}\t{one.subject}\t{what}")


@rules.command("take-back")
@click.argument("revision", type=click.IntRange(1, _LARGEST))
@click.option("--site", "site_name", required=True)
@click.option("--anyway", is_flag=True, help="Also where the same was changed again since.")
def take_back(revision: int, site_name: str, *, anyway: bool) -> None:
    """Put back what stood before the change that made REVISION; `history` shows revisions.

    Example: moderation rules take-back 12 --site blog
    """
    with opened.database() as database, database.writing() as session:
        change = policies.by_revision(session, sites.by_name(session, site_name), revision)
        try:
            made = policies.take_back(
                session, change.id, audit.COMMAND_LINE, datetime.now(UTC), anyway=anyway
            )
        except policies.ChangedSince as error:
            raise click.ClickException(f"{error} To do so all the same, add --anyway.") from None
        session.commit()
    click.echo(f"{change.subject}: as before revision {revision}. This is revision {made.revision}.")


def _tell(found: backtests.Result) -> None:
    """Print what came of a trial."""
    click.echo(f"{found.changed:,} of {found.total:,} verdicts would change.")
    good, bad = (found.newly(decided=decided) for decided in (Action.APPROVE, Action.REJECT))
    click.echo(f"Good comments that would be rejected without a person: {good:,} more.")
    click.echo(f"Bad comments that would be published without a person: {bad:,} more.")
    before, after = found.before(), found.after()
    table = Table("figure", "now", "with the change", "what it says", box=None, padding=(0, 2, 0, 0))
    table.add_row(
        "precision",
        _share(before.precision),
        _share(after.precision),
        "of what is rejected without a person, so much people rejected too",
    )
    table.add_row(
        "recall",
        _share(before.recall),
        _share(after.recall),
        "of what people rejected, so much is rejected without a person",
    )
    table.add_row(
        "left to a person", f"{before.waiting:,}", f"{after.waiting:,}", "so many wait for a decision"
    )
    printing.show(table)
    for limit in found.limits:
        click.echo(_LIMITS[backtests.Limit(limit)], err=True)
    if found.history:
        click.echo(f"Left out, as they came with the site's history: {found.history:,}.", err=True)


def _share(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"


_LIMITS = {
    backtests.Limit.OPTIONS_LOOK_BACK: "This rule looks at what was sent or decided before a comment: "
    "other options cannot be tried, only its mode. Set it to log-only and watch it.",
    backtests.Limit.WAS_OFF: "This rule was off, and looks at what was sent or decided before: what it "
    "would have found is not known. Set it to log-only and watch it.",
}


def _pair(value: str) -> tuple[str, str]:
    name, equals, wanted = value.partition("=")
    if not equals:
        raise click.UsageError(f"{value!r} is no option; write it as NAME=VALUE.")
    return name, wanted


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else f"{value:g}"
