"""What a site sends for judgement, in the one shape that every door of the service translates to.

The types validate themselves: the API, the command line and the published API document all read
their limits from here. Knows nothing of HTTP, databases or scores.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated

import msgspec

# A NUL cannot be stored by PostgreSQL. It is refused on every database, so that moving from
# one to the other can never lose a comment.
NO_NUL = r"^[^\x00]*$"

# An id stands in addresses and on pages, in one line. Said without an end anchor, which Python
# and JSON Schema understand differently.
NO_CONTROL = r"^(?![\s\S]*[\x00-\x1f\x7f])"

# On the first day of year 1 and on the last of 9999 another zone than UTC may be outside these years.
IN_TIME = r"^(?!0001-01-01[^+]*\+(?!00:00)|9999-12-31[^-]*-(?!00:00))"

# In characters.
LONGEST_IDENTIFIER = 255
LONGEST_SHORT_TEXT = 500
LONGEST_ADDRESS = 2_000
# WordPress, the most generous of the common blogs, stores at most 65,525 bytes of a comment.
LONGEST_COMMENT = 65_536

Identifier = Annotated[
    str,
    msgspec.Meta(
        min_length=1,
        max_length=LONGEST_IDENTIFIER,
        pattern=NO_CONTROL,
        description="The site's own id.",
    ),
]
ShortText = Annotated[str, msgspec.Meta(max_length=LONGEST_SHORT_TEXT, pattern=NO_NUL)]
Address = Annotated[str, msgspec.Meta(max_length=LONGEST_ADDRESS, pattern=NO_NUL)]
CommentText = Annotated[
    str,
    msgspec.Meta(
        min_length=1,
        max_length=LONGEST_COMMENT,
        pattern=NO_NUL,
        description="The comment as its reader wrote it.",
    ),
]
Seconds = Annotated[float, msgspec.Meta(ge=0)]
Moment = Annotated[
    datetime,
    msgspec.Meta(
        tz=True,
        description="RFC 3339, with its offset from UTC.",
        # Types know patterns of texts alone; Draft sees to this one.
        extra_json_schema={"pattern": IN_TIME},
    ),
]


class Author(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Who wrote the comment, as far as the site knows or was told."""

    name: ShortText | None = None
    email: ShortText | None = None
    url: Address | None = None
    ip: ShortText | None = None
    user_agent: Address | None = None
    # Only an id is vouched for by the site; everything above can simply be typed in.
    id: Identifier | None = None


class Page(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where the comment was left."""

    url: Address | None = None
    title: Address | None = None
    published_at: Moment | None = None


class Form(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How the comment form was filled in, which tells programs from readers."""

    honeypot: Annotated[
        Address | None,
        msgspec.Meta(
            description="What came in a field that readers cannot see; only programs fill it in."
        ),
    ] = None
    seconds: Annotated[
        Seconds | None, msgspec.Meta(description="How long the form had been shown when it was sent.")
    ] = None


class Draft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A comment before it is stored."""

    id: Identifier | None = None
    text: CommentText
    author: Author = Author()
    page: Page = Page()
    form: Form = Form()
    parent_id: Identifier | None = None
    submitted_at: Moment | None = None

    def __post_init__(self) -> None:
        """Refuse a moment that may have no place in UTC, such as year 1 at +14:00."""
        for moment in (self.submitted_at, self.page.published_at):
            if moment is not None:
                _check_utc(moment)


class Submission(Draft, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A draft to be stored: its id, which the site gave it, makes sending it twice harmless."""

    id: Identifier


def moment(written: str) -> datetime | None:
    """Read a date as other systems write it, in UTC where it does not say otherwise.

    None for what is no date, or one that has no place in UTC.
    """
    try:
        read = datetime.fromisoformat(written.strip())
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _check_utc(moment: datetime) -> None:
    offset = moment.utcoffset() or timedelta()
    is_before = moment.date() == date.min and offset > timedelta()
    is_after = moment.date() == date.max and offset < timedelta()
    if is_before or is_after:
        raise ValueError("a date may be outside the years 1 to 9999 once it is put in UTC")
