"""Turn refusals into a sentence and an exit code; what is unexpected stays a traceback."""

from typing import Any, ClassVar

import click
from sqlalchemy.exc import OperationalError

from moderation import moderators, sites
from moderation.classifier.corpus import CorpusUnusable
from moderation.classifier.registry import NothingToRollBackTo
from moderation.classifier.storage import BadModelName, ModelExists, ModelUnusable
from moderation.rules import BadEntry
from moderation.settings import BadSettings
from moderation.store import SchemaOutdated


class RefusalsAsMessages(click.Group):
    """A group whose commands' refusals are shown as one line on standard error, with exit code 1."""

    EXPECTED: ClassVar[tuple[type[Exception], ...]] = (
        BadEntry,
        BadModelName,
        BadSettings,
        CorpusUnusable,
        ModelExists,
        ModelUnusable,
        NothingToRollBackTo,
        SchemaOutdated,
        moderators.BadPassword,
        moderators.NameTaken,
        sites.KeyTaken,
        sites.NameTaken,
        sites.UnknownList,
        sites.UnknownSite,
        sites.WeakKey,
    )

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except self.EXPECTED as error:
            raise click.ClickException(str(error)) from None
        except OperationalError as error:
            raise click.ClickException(f"The database could not do this: {error.orig}") from None
