"""Turn refusals into a sentence and an exit code; what is unexpected stays a traceback."""

from typing import Any

import click
from sqlalchemy.exc import DBAPIError

from moderation.refusal import Refusal


class RefusalsAsMessages(click.Group):
    """A group whose commands' refusals are shown as one line on standard error, with exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except Refusal as error:
            raise click.ClickException(str(error)) from None
        except DBAPIError as error:
            raise click.ClickException(f"The database could not do this: {error.orig}") from None
        except (FileNotFoundError, FileExistsError, NotADirectoryError, PermissionError) as error:
            raise click.ClickException(f"{error.filename}: {error.strerror}") from None
