"""Turn refusals into a sentence and an exit code; what is unexpected stays a traceback."""

import errno
import os
from typing import IO, Any

import click
import structlog
from sqlalchemy.exc import DBAPIError

from moderation.log import configure
from moderation.refusal import Refusal
from moderation.settings import PREFIX

log = structlog.get_logger()

# What disks and those who look after them are asked to mend; anything else is a fault of ours.
_OF_DISKS = frozenset(
    {
        *(errno.ENOENT, errno.EEXIST, errno.ENOTDIR, errno.EACCES, errno.EPERM),
        *(errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EIO),
    }
)


class _Failed(click.ClickException):
    """Why a command ends without success."""

    def show(self, file: IO[Any] | None = None) -> None:
        """Tell people in a sentence, and programs as in any other line of the log."""
        # Not from the settings: a wrong one may be what is to be told.
        if os.environ.get(f"{PREFIX}LOG_FORMAT") == "json":
            configure("json")
            log.error("failed", reason=self.message)
        else:
            super().show(file)


class RefusalsAsMessages(click.Group):
    """A group whose commands' refusals are shown as one line on standard error, with exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except Refusal as error:
            raise _Failed(str(error)) from None
        except DBAPIError as error:
            raise _Failed(f"The database could not do this: {error.orig}") from None
        except OSError as error:
            if error.errno not in _OF_DISKS:
                raise
            # Where a file was open already, its name is not said.
            named = f"{error.filename}: " if error.filename else ""
            raise _Failed(f"{named}{error.strerror}") from None
