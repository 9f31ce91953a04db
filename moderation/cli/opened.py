"""What commands open before they work: the settings, a database at the right schema, a model."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from moderation import settings
from moderation.classifier.registry import load_serving
from moderation.classifier.storage import ModelUnusable
from moderation.judgement import Scorer
from moderation.store import Database, check_schema


@contextmanager
def database() -> Iterator[Database]:
    """Open the database of the settings; raises SchemaOutdated when it needs an upgrade."""
    opened = Database(settings.read().where_data_lives())
    try:
        check_schema(opened)
        yield opened
    finally:
        opened.close()


def serving_model(directory: Path) -> Scorer | None:
    """Load the model that serves; where none can be loaded, say so and return None."""
    try:
        return load_serving(directory)
    except ModelUnusable as error:
        click.echo(f"Judging by rules alone: {error}", err=True)
        return None
