"""The command line: run the service, look after sites, rules, lists, people and models, judge."""

import click

from moderation import settings
from moderation.cli import (
    authors,
    callbacks,
    database,
    drift,
    history,
    labels,
    lists,
    models,
    people,
    pruning,
    record,
    rules,
    scoring,
    serving,
    site,
    training,
)
from moderation.cli.refusals import RefusalsAsMessages
from moderation.log import configure


@click.group(cls=RefusalsAsMessages, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="comment-moderation")
def main() -> None:
    """Moderate comments: judge, queue, ask a person, learn.

    Settings come from MODERATION_* environment variables.

    \b
    Exit codes:
      0  done
      1  failed; the reason is on standard error
      2  wrong usage
      3  refused: too few decisions to learn from, or the new model is worse
      4  done, and last week was unlike the weeks before (drift)
    """
    configure(settings.read().log_format)


for command in (
    serving.serve,
    database.db,
    site.site,
    callbacks.callback,
    rules.rules,
    lists.lists,
    labels.labels,
    authors.authors_,
    pruning.prune,
    history.import_,
    people.moderator,
    record.record,
    scoring.score,
    training.train,
    training.retrain,
    training.evaluate,
    models.models,
    drift.drift,
):
    main.add_command(command)
