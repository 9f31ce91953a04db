"""`moderation callback`: tell a site of decisions, and see what became of it."""

from datetime import UTC, datetime

import click

from moderation import callbacks, delivery, sending, settings, sites
from moderation.cli import opened
from moderation.store.tables import DeliveryState

_ROWS = 50


@click.group()
def callback() -> None:
    """Tell sites of decisions, and see what became of it.

    A running service sends each decision to the address that the site gave, signed as Standard
    Webhooks has it.
    """


@callback.command("set")
@click.argument("site_name", metavar="SITE")
@click.argument("url")
def register(site_name: str, url: str) -> None:
    """Tell SITE of decisions at URL from now on, and print the secret that they are signed with.

    A site that moves its callback keeps its secret.

    Example: moderation callback set blog https://blog.example.org/moderated
    """
    with opened.database() as database, database.writing() as session:
        secret = callbacks.register(session, sites.by_name(session, site_name), url)
        session.commit()
    click.echo(f"{site_name} is told of decisions at {url}. They are signed with:", err=True)
    click.echo(secret)


@callback.command()
@click.argument("site_name", metavar="SITE")
def show(site_name: str) -> None:
    """Show where SITE is told of decisions, the secret, and how many wait or were given up.

    Example: moderation callback show blog
    """
    with opened.database() as database, database.reading() as session:
        site = sites.by_name(session, site_name)
        secret = callbacks.secret(site)
        waiting = delivery.count(session, DeliveryState.WAITING, site=site)
        given_up = delivery.count(session, DeliveryState.GIVEN_UP, site=site)
    click.echo(f"{site.callback_url}\n{secret}\n{waiting:,} waiting, {given_up:,} given up")


@callback.command()
@click.argument("site_name", metavar="SITE")
def rotate(site_name: str) -> None:
    """Sign with another secret from now on, and print it.

    What SITE refuses before it knows the new one is tried again for about a minute; see `replay`.

    Example: moderation callback rotate blog
    """
    with opened.database() as database, database.writing() as session:
        secret = callbacks.rotate(session, sites.by_name(session, site_name))
        session.commit()
    click.echo(secret)


@callback.command()
@click.argument("site_name", metavar="SITE")
def off(site_name: str) -> None:
    """Tell SITE of nothing any more, not even of what waits. It can still ask.

    Example: moderation callback off blog
    """
    with opened.database() as database, database.writing() as session:
        callbacks.remove(session, sites.by_name(session, site_name))
        session.commit()
    click.echo(f"{site_name} is not told of decisions any more.")


@callback.command()
@click.argument("site_name", metavar="SITE")
@click.option("--failed", is_flag=True, help="Only what was given up.")
def deliveries(site_name: str, *, failed: bool) -> None:
    """List the latest deliveries to SITE: number, receiver, comment, decision, state, attempts, problem.

    \b
    Examples:
      moderation callback deliveries blog
      moderation callback deliveries blog --failed
    """
    state = DeliveryState.GIVEN_UP if failed else None
    with opened.database() as database, database.reading() as session:
        site = sites.by_name(session, site_name)
        for one in delivery.recent(session, site=site, state=state, limit=_ROWS):
            decision = one.decision
            columns = (
                str(one.id),
                one.receiver,
                decision.comment.external_id,
                decision.action,
                one.state,
                f"{one.attempts} attempt{'' if one.attempts == 1 else 's'}",
                *([one.problem] if one.problem else []),
            )
            click.echo("\t".join(columns))


@callback.command()
@click.argument("site_name", metavar="SITE")
@click.argument("number", type=click.IntRange(min=1), required=False)
@click.option("--all-failed", is_flag=True, help="All that was given up.")
def replay(site_name: str, number: int | None, *, all_failed: bool) -> None:
    """Deliver to SITE anew: the delivery of that NUMBER, or all that was given up.

    \b
    Examples:
      moderation callback replay blog 17
      moderation callback replay blog --all-failed
    """
    if (number is None) is not all_failed:
        raise click.UsageError("Give the number of a delivery, or --all-failed.")
    now = datetime.now(UTC)
    with opened.database() as database, database.writing() as session:
        site = sites.by_name(session, site_name)
        if number is None:
            count = delivery.replay_given_up(session, site=site, now=now)
        else:
            count = 1
            delivery.replay(session, number, site=site, now=now)
        session.commit()
    click.echo(f"{count:,} due again. A running service sends them.")


@callback.command()
@click.argument("site_name", metavar="SITE")
def test(site_name: str) -> None:
    """Send a signed example to SITE now, from this machine, and say how it ended.

    Its type is `test`, and it says nothing. A site answers it with success like any other.

    Example: moderation callback test blog
    """
    allowed = settings.read().callback_networks
    with opened.database() as database, database.reading() as session:
        site = sites.by_name(session, site_name)
    problem = sending.try_out(site, allowed, now=datetime.now(UTC))
    if problem:
        raise click.ClickException(f"{site.callback_url} was not told. {problem}")
    click.echo(f"{site.callback_url} took it.")
