"""`moderation models`: which classifiers there are, and which one serves."""

from datetime import UTC, datetime
from pathlib import Path

import click
import msgspec

from moderation import feedback, settings
from moderation.classifier import curves, evaluation, gate, registry, storage
from moderation.classifier.card import render
from moderation.classifier.corpus import Corpus
from moderation.classifier.storage import check_name, load, read_card
from moderation.cli import comparing, opened
from moderation.cli.printing import show as print_table
from moderation.progress import progress


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

    Below it stands what the gate found when the model was last compared with another.

    Example: moderation models show base-2026-11
    """
    folder = settings.read().models / check_name(name)
    click.echo(render(read_card(folder)))
    click.echo(comparing.in_words(name, gate.read(folder)))


@models.command()
@click.argument("name")
@click.option(
    "--with", "other", help="The model that it must not be worse than. [default: the serving one]"
)
def compare(name: str, other: str | None) -> None:
    """Compare the model NAME with the one that serves, and say what is worse and what would change.

    On decisions that are newer than what either learnt from, and on texts that no model learns from.
    What is found is written beside the model: gate.json for programs, gate.html for people.

    \b
    Examples:
      moderation models compare site-2026-12-01
      moderation models compare site-2026-12-01 --with base-2026-11
    """
    models = settings.read().models
    candidate = load(models / check_name(name))
    serving = load(models / check_name(other)) if other else registry.load_serving(models)
    if serving.version == name:
        raise click.UsageError(f"{name} is the model that serves: say which other one with --with.")
    with opened.database() as database, database.reading() as session:
        decided = list(feedback.examples(session))
    learnt = [read_card(models / one.version).period for one in (serving, candidate)]
    unseen_after = max((period.last for period in learnt if period), default=None)
    with progress() as tell:
        report = gate.compare(
            serving,
            candidate,
            newest=[one for one in decided if unseen_after is None or one.decided_at > unseen_after],
            frozen=(),
            now=datetime.now(UTC),
            progress=tell,
        )
    gate.save(models / name, report)
    print_table(comparing.table(report))
    click.echo(report.says)
    click.echo(f"Wrote {models / name / gate.REPORT_FOR_PEOPLE}, which a browser shows.")


@models.command()
@click.argument("name")
@click.option(
    "--corpus",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    required=True,
    help="Folder of public data; see models/README.md.",
)
def describe(name: str, corpus: Path) -> None:
    """Measure the model NAME anew, and write onto its card what the console draws.

    On the open tests of a corpus, and on civil sentences about people. The model itself stays as it
    is, and so does what its card says of other tests.

    Example: moderation models describe base-2026-11 --corpus public-data
    """
    folder = settings.read().models / check_name(name)
    model, card = load(folder), read_card(folder)
    with progress() as tell:
        tests = evaluation.evaluate(model, Corpus(corpus), progress=tell)
        people = curves.identities(model, progress=tell)
    names = {test.name for test in tests}
    others = tuple(test for test in card.tests if test.name not in names)
    card_now = msgspec.structs.replace(card, tests=(*tests, *others), identities=people)
    storage.describe(folder, card_now)
    click.echo(f"Wrote the card of {name}. To read it: moderation models show {name}")


@models.command()
@click.argument("name")
def promote(name: str) -> None:
    """Make the model NAME the serving one, in running services too, within seconds.

    Example: moderation models promote site-2026-12-01
    """
    registry.promote(settings.read().models, name, now=datetime.now(UTC))
    click.echo(f"{name} serves now. To go back: moderation models rollback")


@models.command()
def rollback() -> None:
    """Go back to the model that served before.

    Example: moderation models rollback
    """
    back_to = registry.rollback(settings.read().models, now=datetime.now(UTC))
    click.echo(f"{back_to.version} serves again.")
