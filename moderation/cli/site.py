"""`moderation site`: the customers of the API."""

import math
from datetime import UTC, datetime

import click
import msgspec

from moderation import audit, policies, sites
from moderation.cli import opened

# No share, so that it differs from an option that is not given.
_DEFAULT = -1.0


class _Share(click.ParamType[float]):
    """A share from 0 to 1, or `default`."""

    name = "share"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read it."""
        if value == "default":
            return _DEFAULT
        share = click.FloatRange(0, 1)(str(value), param, ctx)
        if math.isnan(share):
            self.fail(f"{value!r} is no number.", param, ctx)
        return share


# No number of days, so that it differs from an option that is not given.
_FOR_EVER = 0


class _Days(click.ParamType[int]):
    """A number of days, or `forever`."""

    name = "days"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read it."""
        if value == "forever":
            return _FOR_EVER
        days: int = click.IntRange(1, policies.MOST_DAYS_KEPT)(str(value), param, ctx)
        return days


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


@site.command()
@click.argument("name")
@click.option("--key", help="The key that it is to have: 12 hexadecimal digits or more.")
def rotate(name: str, key: str | None) -> None:
    """Give the site NAME another key and print it; the old one is refused from now on.

    Let the site have the new one at once: what it sends with the old one is not taken.

    Example: moderation site rotate blog
    """
    with opened.database() as database, database.writing() as session:
        site = sites.by_name(session, name)
        key = sites.rotate(session, site, key=key, by=audit.COMMAND_LINE, now=datetime.now(UTC))
        session.commit()
    click.echo(f"{name} has another key, which cannot be shown again:", err=True)
    click.echo(key)


@site.command("list")
def list_sites() -> None:
    """List the sites: name, address, languages, accepted mistakes, and what is kept how long.

    Example: moderation site list
    """
    with opened.database() as database, database.reading() as session:
        for one in sites.every(session):
            accepted = msgspec.structs.asdict(policies.accepted(one))
            shares = [
                f"{name.replace('_', ' ')} {share:.1%}"
                for name, share in accepted.items()
                if share is not None
            ]
            kept = [
                f"{name.replace('_', ' ')} {getattr(one, name):,} days"
                for name in policies.PERIODS
                if getattr(one, name) is not None
            ]
            kept += ["shortens addresses"] if one.shortens_addresses else []
            click.echo("\t".join((one.name, one.url, one.languages, *shares, *kept)))


@site.command("set")
@click.argument("name")
@click.option("--languages", help="What its readers write, as in: en,de (ISO 639-1).")
@click.option(
    "--good-lost", type=_Share(), help="Share of good comments that may be rejected without a person."
)
@click.option(
    "--bad-published", type=_Share(), help="Share of bad comments that may be approved without a person."
)
@click.option("--keep-addresses", type=_Days(), help="How long IP addresses and browsers are kept.")
@click.option("--keep-rejected", type=_Days(), help="How long text and author of rejected comments are.")
@click.option("--keep-approved", type=_Days(), help="How long text and author of approved comments are.")
@click.option(
    "--shorten-addresses/--whole-addresses",
    default=None,
    help="Store only the network of IP addresses, /24 or /48, or the whole ones.",
)
def choose(
    name: str,
    *,
    languages: str | None,
    good_lost: float | None,
    bad_published: float | None,
    keep_addresses: int | None,
    keep_rejected: int | None,
    keep_approved: int | None,
    shorten_addresses: bool | None,
) -> None:
    """Change what is true of the site NAME, which mistakes its owner accepts, and what is kept.

    Shares are from 0 to 1; 0 lets a person decide, and `default` is what the model was made for.
    What is kept for a number of days and not `forever` goes when moderation prune runs.

    \b
    Examples:
      moderation site set blog --languages en,de
      moderation site set blog --good-lost 0.01 --bad-published 0.05
      moderation site set blog --keep-addresses 30 --keep-rejected 90 --keep-approved forever
    """
    given = {"good_lost": good_lost, "bad_published": bad_published}
    changed = {
        key: None if share == _DEFAULT else share for key, share in given.items() if share is not None
    }
    days = {
        "keep_addresses": keep_addresses,
        "keep_rejected": keep_rejected,
        "keep_approved": keep_approved,
    }
    periods = {key: number or None for key, number in days.items() if number is not None}
    if languages is None and shorten_addresses is None and not (changed or periods):
        raise click.UsageError(
            "Say what to change, such as --languages, --good-lost or --keep-rejected."
        )
    wanted = languages and [one.strip().lower() for one in languages.split(",") if one.strip()]
    with opened.database() as database, database.writing() as session:
        site = sites.by_name(session, name)
        accepted = msgspec.structs.replace(policies.accepted(site), **changed)
        policies.choose(
            session,
            site,
            languages=wanted,
            accepted=accepted,
            periods=periods,
            shortens_addresses=shorten_addresses,
            by=audit.COMMAND_LINE,
            now=datetime.now(UTC),
        )
        session.commit()
    click.echo(f"{name}: changed. Running services judge by it from the next comment on.")
