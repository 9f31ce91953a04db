"""`moderation train`, `retrain` and `evaluate`: make models, and measure them."""

import os
import shlex
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import NoReturn

import click
import msgspec
from rich import box
from rich.table import Column, Table
from sqlalchemy.orm import Session

from moderation import feedback, labels, registry, settings
from moderation.classifier import evaluation, gate, retraining, searching, storage
from moderation.classifier import training as base_training
from moderation.classifier.card import Measure, Trial
from moderation.classifier.corpus import Corpus
from moderation.classifier.examples import Example
from moderation.classifier.model import Classifier
from moderation.classifier.retraining import CandidateIsWorse, CannotRetrain
from moderation.classifier.safety import report
from moderation.classifier.thresholds import Budgets
from moderation.cli import comparing, opened, promoting, safety
from moderation.cli.printing import show
from moderation.labels import Weighed
from moderation.policies import Policies
from moderation.progress import progress
from moderation.store import Database, alone

_REFUSED = 3
_NICENESS = 10

_share = click.FloatRange(0, 1, min_open=True, max_open=True)
_good_lost = click.option(
    "--good-lost",
    type=_share,
    default=Budgets().good_lost,
    show_default=True,
    help="Share of good comments that may be rejected without a person.",
)
_bad_published = click.option(
    "--bad-published",
    type=_share,
    default=Budgets().bad_published,
    show_default=True,
    help="Share of bad comments that may be approved without a person.",
)
_confidence = click.option(
    "--confidence",
    type=_share,
    default=Budgets().confidence,
    show_default=True,
    help="How sure each of the two must be; surer leaves more to people.",
)
_folder = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command()
@click.option(
    "--corpus", type=_folder, required=True, help="Folder of public data; see models/README.md."
)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The model's new folder.")
@click.option(
    "--seed", type=int, default=0, show_default=True, help="The same seed gives the same model."
)
@_good_lost
@_bad_published
@_confidence
def train(
    *, corpus: Path, out: Path, seed: int, good_lost: float, bad_published: float, confidence: float
) -> None:
    """Train a base model from public data.

    Example: moderation train --corpus public-data --out models/base-2026-12
    """
    storage.check_new(out)
    budgets = Budgets(good_lost=good_lost, bad_published=bad_published, confidence=confidence)
    with progress() as tell:
        trained = base_training.train(
            Corpus(corpus),
            name=out.name,
            now=datetime.now(UTC),
            budgets=budgets,
            seed=seed,
            progress=tell,
        )
    command = _command("train", corpus="FOLDER", out=out, seed=seed, **msgspec.structs.asdict(budgets))
    storage.save(out, trained.classifier, msgspec.structs.replace(trained.card, made_by=command))
    _show(trained.card.tests)
    click.echo(f"Saved {out}. To let it serve: moderation models promote {out.name}")


@click.command()
@click.option("--name", help="The model's name. [default: site- and the time]")
@click.option(
    "--promote-if-better",
    is_flag=True,
    help="Let it serve at once if it is shown to be better than the model that serves.",
)
@click.option(
    "--group",
    default=registry.DEFAULT,
    show_default=True,
    help="Learn from the sites of this group, for them.",
)
@click.option(
    *("--search", "is_searched"),
    is_flag=True,
    help="First find out by cross-validation how freely the model may change; takes many times as long.",
)
@click.option(
    "--dask", metavar="ADDRESS", help="Search on the Dask cluster there, such as tcp://10.0.0.7:8786."
)
@_good_lost
@_bad_published
@_confidence
def retrain(
    *,
    name: str | None,
    promote_if_better: bool,
    group: str,
    is_searched: bool,
    dask: str | None,
    good_lost: float,
    bad_published: float,
    confidence: float,
) -> None:
    """Build a candidate from the decisions in the database, and compare it with the serving model.

    The newest fifth of the decisions is held out, and some of the old ones: both models are compared
    on them, and on fixed texts. When the candidate is worse anywhere by more than is allowed, or
    there are too few decisions, nothing is saved and the exit code is 3.

    It learns from the sites that the model of the group serves: from a group's own, or of the default
    group from all that have no model of their own.

    It gives way to the service, and one runs at a time on a database. With --search, settings that
    are usually the same are chosen by how well they foretell later decisions; the card tells them.

    \b
    Examples:
      moderation retrain && moderation models list
      moderation retrain --promote-if-better
      moderation retrain --group sports --promote-if-better
      moderation retrain --search --dask tcp://10.0.0.7:8786
    """
    if dask and not is_searched:
        raise click.UsageError("--dask says where to search: use it together with --search.")
    _give_way()
    of_group = "" if group == registry.DEFAULT else f" --group {group}"
    models = settings.read().models
    now = datetime.now(UTC)
    budgets = Budgets(good_lost=good_lost, bad_published=bad_published, confidence=confidence)
    name = name or f"site-{now:%Y-%m-%d-%H%M%S}"
    storage.check_new(models / storage.check_name(name))
    with opened.database() as database, alone(database, "retraining"):
        with database.reading() as session:
            serving = registry.load_of_group(session, models, group)
            base = _public_ancestor(session, models, serving)
            sites = registry.served(session, group)
            weighed = feedback.weigh(session, sites)
        account, total = weighed.account, len(weighed.weights)
        examples = _examples(database, weighed, sites)
        # A million weights take a hundred megabytes: who reads the examples lets go of them at the end.
        del weighed
        try:
            with progress() as tell:
                trained = retraining.retrain(
                    base,
                    examples,
                    total=total,
                    name=name,
                    now=now,
                    serving=serving,
                    account=account,
                    budgets=budgets,
                    search=partial(searching.search, dask=dask) if is_searched else None,
                    progress=tell,
                )
        except CandidateIsWorse as error:
            show(comparing.table(error.report))
            _refuse(error)
        except CannotRetrain as error:
            _refuse(error)
        command = _command(
            "retrain --search" if is_searched else "retrain",
            name=name,
            group=group,
            **msgspec.structs.asdict(budgets),
        )
        card = msgspec.structs.replace(trained.card, made_by=command)
        storage.save(models / name, trained.classifier, card)
        gate.save(models / name, trained.report)
        show(comparing.table(trained.report))
        click.echo(labels.in_words(account))
        click.echo(f"{trained.report.says} {trained.card.thresholds_in_words}")
        with database.writing() as session:
            registry.publish(session, models / name, now=now)
            session.commit()
        if promote_if_better and trained.report.is_better:
            promoting.promote(database, models, name, group=group, instead_of=serving.version)
            click.echo(
                f"Saved {name}, which serves now. To go back: moderation models rollback{of_group}"
            )
            return
    click.echo(f"Saved {name}. To let it serve: moderation models promote {name}{of_group}")


@click.command()
@click.option("--model", "name", help="[default: the serving model]")
@click.option("--corpus", type=_folder, help="Measure on the open tests of this folder.")
@click.option(
    *("--safety", "on_safety"), is_flag=True, help="Measure fairness, evasion and honest texts instead."
)
def evaluate(name: str | None, corpus: Path | None, on_safety: bool) -> None:  # noqa: FBT001
    """Measure a model on the open tests of a corpus, or else on the decisions in the database.

    Of the decisions, those count that are newer than what the model learnt from. With --safety, a
    model is measured on fixed texts that come with the service, by the rules of a new site.

    \b
    Examples:
      moderation evaluate --corpus public-data
      moderation evaluate --model site-2026-12-01
      moderation evaluate --model site-2026-12-01 --safety
    """
    if on_safety and corpus:
        raise click.UsageError("--corpus and --safety measure different things: choose one.")
    models = settings.read().models
    model = storage.load(models / storage.check_name(name)) if name else opened.load_serving(models)
    if on_safety:
        with progress() as tell:
            found = report.measure(model, Policies().default(), progress=tell)
        for table in safety.tables(found):
            show(table)
        return
    if corpus:
        with progress() as tell:
            tests = evaluation.evaluate(model, Corpus(corpus), progress=tell)
        _show(tests)
        return
    fresh = opened.unseen_decisions(models, model.version).newest
    if not fresh:
        raise click.ClickException(
            f"There are no decisions that {model.version} has not seen. Use public data: --corpus."
        )
    with progress() as tell:
        measured = evaluation.evaluate_decisions(model, fresh, progress=tell)
    _compare({model.version: measured})


def _command(words: str, **options: object) -> str:
    """Write a command down so that it can be given again."""
    told = (f"--{name.replace('_', '-')} {shlex.quote(str(value))}" for name, value in options.items())
    return " ".join(["moderation", words, *told])


def _examples(database: Database, weighed: Weighed, sites: Collection[int]) -> Iterator[Example]:
    """Read the decisions; the database is left alone as soon as the last one is read."""
    with database.reading() as session:
        yield from feedback.examples(session, weighed, sites)


def _give_way() -> None:
    """Let whoever else is at work on this machine, such as the service, have the processor first."""
    os.nice(_NICENESS)


def _public_ancestor(session: Session, models: Path, serving: Classifier) -> Classifier:
    """Return the base model from which the serving one descends; fetch it where it is elsewhere.

    Each retraining starts there and sees every decision once; to start from the serving model
    would count old decisions again with each round.
    """
    base = storage.read_card(models / serving.version).base
    if base is None:
        return serving
    registry.prove(session, models, base)
    return storage.load(models / base)


def _refuse(error: CannotRetrain) -> NoReturn:
    click.echo(f"Refused: {error}.", err=True)
    raise SystemExit(_REFUSED)


def _show(tests: tuple[Trial, ...]) -> None:
    table = _table("test", "attribute", "texts", "bad", "AUC", "average precision")
    for test in tests:
        for attribute, found in test.measures.items():
            table.add_row(test.name, attribute, *_figures(found))
    show(table)


def _compare(measures: dict[str, Measure]) -> None:
    table = _table("model", "decisions", "rejected", "AUC", "average precision", "log loss")
    for name, found in measures.items():
        table.add_row(name, *_figures(found), _figure(found.log_loss))
    show(table)


def _table(*headings: str) -> Table:
    return Table(*(Column(heading, no_wrap=True) for heading in headings), box=box.SIMPLE_HEAD)


def _figures(found: Measure) -> tuple[str, str, str, str]:
    return (
        f"{found.rows:,}",
        f"{found.positives:,}",
        _figure(found.auc),
        _figure(found.average_precision),
    )


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"
