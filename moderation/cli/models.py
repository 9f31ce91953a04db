"""`moderation models`: which classifiers there are, and which one serves."""

import click

from moderation import settings
from moderation.classifier import registry
from moderation.classifier.card import render
from moderation.classifier.storage import check_name, read_card


@click.group()
def models() -> None:
    """See the trained classifiers, and choose which one serves."""


@models.command("list")
def list_models() -> None:
    """List the models; the serving one is marked with `*`.

    Example: moderation models list
    """
    for entry in registry.entries(settings.read().models):
        mark = "*" if entry.serves else " "
        facts = f"{entry.card.created_at:%Y-%m-%d %H:%M}" if entry.card else f"unusable: {entry.problem}"
        click.echo(f"{mark} {entry.name}\t{facts}")


@models.command()
@click.argument("name")
def show(name: str) -> None:
    """Show the card of the model NAME: its data, its figures, its thresholds, its known failures.

    Example: moderation models show base-2026-11
    """
    click.echo(render(read_card(settings.read().models / check_name(name))))


@models.command()
@click.argument("name")
def promote(name: str) -> None:
    """Make the model NAME the serving one, in running services too, within seconds.

    Example: moderation models promote site-2026-12-01
    """
    registry.promote(settings.read().models, name)
    click.echo(f"{name} serves now. To go back: moderation models rollback")


@models.command()
def rollback() -> None:
    """Go back to the model that served before.

    Example: moderation models rollback
    """
    click.echo(f"{registry.rollback(settings.read().models).version} serves again.")
