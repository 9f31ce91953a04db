"""What commands open before they work: the settings, a database at the right schema, a model."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import click
import structlog
from sqlalchemy.exc import SQLAlchemyError

from moderation import feedback, registry, settings
from moderation.classifier import folder
from moderation.classifier.examples import Example, is_set_apart
from moderation.classifier.model import Classifier
from moderation.classifier.storage import ModelUnusable, read_card
from moderation.judgement import Scorer
from moderation.store import Database, SchemaOutdated, check_schema, is_there
from moderation.store.tables import Site

log = structlog.get_logger()


@contextmanager
def database() -> Iterator[Database]:
    """Open the database of the settings; raises SchemaOutdated when it needs an upgrade."""
    opened = Database(settings.read().where_data_lives())
    try:
        check_schema(opened)
        yield opened
    finally:
        opened.close()


def serving_model(
    models: Path, asked: Database | None = None, site: Site | None = None
) -> Scorer | None:
    """Load the model that serves a site, or else the default group; where none can be, say so."""
    try:
        if asked is None:
            return load_serving(models)
        with asked.reading() as session:
            return registry.load_serving(session, models, site)
    except ModelUnusable as error:
        click.echo(f"Judging by rules alone: {error}", err=True)
        return None


def load_serving(models: Path) -> Classifier:
    """Load the model that serves, or raise ModelUnusable.

    Where there is no database to ask, that is the one that the folder of models names.
    """
    if is_there(settings.read().where_data_lives()):
        try:
            with database() as asked, asked.reading() as session:
                return registry.load_serving(session, models)
        except (SchemaOutdated, SQLAlchemyError) as error:
            log.warning("database_not_asked", error=type(error).__name__)
    return folder.load_serving(models)


class Unseen(NamedTuple):
    """Decisions that models did not learn from."""

    # Newer than what any of them learnt from.
    newest: list[Example]
    # Older, and set apart from all learning.
    set_apart: list[Example]


def unseen_decisions(models: Path, *names: str) -> Unseen:
    """Read the decisions that none of these models learnt from."""
    learnt = [read_card(models / name).period for name in names]
    last = max((period.last for period in learnt if period), default=None)
    found = Unseen([], [])
    with database() as asked, asked.reading() as session:
        for one in feedback.examples(session):
            if last is None or one.decided_at > last:
                found.newest.append(one)
            elif is_set_apart(one.text):
                found.set_apart.append(one)
    return found
