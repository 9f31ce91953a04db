"""`moderation models`: which classifiers there are, and which one serves whom."""

import shlex
from datetime import UTC, datetime
from pathlib import Path

import click
import msgspec
from sqlalchemy.orm import Session

from moderation import audit, figures, registry, settings, sites
from moderation.classifier import curves, evaluation, gate, storage
from moderation.classifier.card import render
from moderation.classifier.corpus import Corpus
from moderation.classifier.storage import check_name, load, read_card
from moderation.cli import comparing, opened, promoting, trials
from moderation.cli.printing import show as print_table
from moderation.progress import progress

_group = click.option(
    "--group", default=registry.DEFAULT, show_default=True, help="The sites whose model it is."
)


@click.group()
def models() -> None:
    """See the trained classifiers, and choose which one serves."""


@models.command("list")
def list_models() -> None:
    """List the models with whom they serve; the one of the default group is marked with `*`.

    Example: moderation models list
    """
    models = settings.read().models
    with opened.database() as database, database.reading() as session:
        entries = registry.entries(session, models)
        chosen = registry.choices(session, models)
        members = registry.members(session)
    for entry in entries:
        served = [one for one in chosen if one.model == entry.name]
        tried = [one.group for one in chosen if one.shadow and one.shadow.model == entry.name]
        mark = "*" if any(one.group == registry.DEFAULT for one in served) else " "
        facts = f"{entry.card.created_at:%Y-%m-%d %H:%M}" if entry.card else f"unusable: {entry.problem}"
        whom = [f"{one.group}: {', '.join(members[one.group]) or 'no site'}" for one in served]
        whom += [f"on trial: {', '.join(tried)}"] if tried else []
        click.echo("\t".join((f"{mark} {entry.name}", facts, *whom)))


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

    On decisions that are newer than what either learnt from, on those that are set apart from all
    learning, and on texts that no model learns from.
    What is found is written beside the model: gate.json for programs, gate.html for people.

    \b
    Examples:
      moderation models compare site-2026-12-01
      moderation models compare site-2026-12-01 --with base-2026-11
    """
    models = settings.read().models
    candidate = load(models / check_name(name))
    serving = load(models / check_name(other)) if other else opened.load_serving(models)
    if serving.version == name:
        raise click.UsageError(f"{name} is the model that serves: say which other one with --with.")
    unseen = opened.unseen_decisions(models, serving.version, candidate.version)
    with progress() as tell:
        report = gate.compare(
            serving,
            candidate,
            newest=unseen.newest,
            frozen=unseen.set_apart,
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
@_group
def promote(name: str, group: str) -> None:
    """Make the model NAME the serving one, in running services on every machine too, within seconds.

    \b
    Examples:
      moderation models promote site-2026-12-01
      moderation models promote site-2026-12-01 --group news
    """
    with opened.database() as database:
        promoting.promote(database, settings.read().models, name, group=group)
    click.echo(f"{name} serves now. To go back: moderation models rollback{_option(group)}")


@models.command()
@_group
def rollback(group: str) -> None:
    """Go back to the model that served before.

    Example: moderation models rollback
    """
    models = settings.read().models
    with opened.database() as database:
        with database.reading() as session:
            back_to = registry.before(registry.choice(session, models, group))
            proved = registry.prove(session, models, back_to) if back_to else None
        with database.writing() as session:
            registry.rollback(
                session, models, proved, group=group, by=audit.COMMAND_LINE, now=datetime.now(UTC)
            )
            session.commit()
    click.echo(f"{back_to or 'What serves the default group'} serves again.")


@models.command()
@click.argument("name", required=False)
@click.option("--stop", is_flag=True, help="Put no model on trial any more.")
@_group
def shadow(name: str | None, stop: bool, group: str) -> None:  # noqa: FBT001  A switch of the command.
    """Put the model NAME on trial: it judges live comments beside the serving one, without effect.

    Without NAME, tell how the model on trial does: where both disagree, and which of them people agreed
    with since. Comments that wait and on which both disagree come early in the queue.

    \b
    Examples:
      moderation models shadow site-2026-12-01
      moderation models shadow
      moderation models shadow --stop
    """
    if name and stop:
        raise click.UsageError("--stop takes no NAME: one model at most is on trial for a group.")
    models, now = settings.read().models, datetime.now(UTC)
    with opened.database() as database:
        if stop:
            with database.writing() as session:
                ended = registry.end_trial(session, group=group, by=audit.COMMAND_LINE, now=now)
                session.commit()
            click.echo(f"{ended} is no longer on trial." if ended else _no_trial(group))
        elif name:
            with database.reading() as session:
                proved = registry.prove(session, models, name)
            with database.writing() as session:
                registry.put_on_trial(
                    session, models, proved, group=group, by=audit.COMMAND_LINE, now=now
                )
                session.commit()
            click.echo(f"{name} is on trial. How it does: moderation models shadow{_option(group)}")
        else:
            with database.reading() as session:
                _tell_of_trial(session, registry.choice(session, models, group), now)


@models.command()
@click.argument("site")
@click.argument("group")
def group(site: str, group: str) -> None:
    """Put the site SITE into GROUP, whose sites share a model; a new name begins a new group.

    Until a model is promoted for it, a group is served what serves the group `default`, which has
    every site that is in no other.

    \b
    Examples:
      moderation models group blog news
      moderation models group blog default
    """
    with opened.database() as database, database.writing() as session:
        found = sites.by_name(session, site)
        registry.put(session, found, group, by=audit.COMMAND_LINE, now=datetime.now(UTC))
        session.commit()
    click.echo(f"{site} is in the group {group}.")


def _tell_of_trial(session: Session, chosen: registry.Choice, now: datetime) -> None:
    if chosen.shadow is None or chosen.model is None:
        click.echo(chosen.problem or _no_trial(chosen.group))
        return
    found = figures.on_trial(
        session,
        shadow=chosen.shadow.model,
        serving=chosen.model,
        group_id=chosen.group_id,
        since=chosen.shadow.since or now,
    )
    trials.show(chosen.shadow, chosen.model, found)


def _no_trial(group: str) -> str:
    whose = "" if group == registry.DEFAULT else f" for the group {group}"
    return f"No model is on trial{whose}. To put one: moderation models shadow NAME{_option(group)}"


def _option(group: str) -> str:
    return "" if group == registry.DEFAULT else f" --group {shlex.quote(group)}"
