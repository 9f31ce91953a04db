"""Names that people give to sites, lists and moderators."""

from moderation.refusal import Refusal

LONGEST_NAME = 100


class BadName(Refusal):
    """A name that cannot be shown in one line."""


def check_name(name: str) -> None:
    """Raise BadName unless `name` is a line of at most 100 characters, without outer spaces."""
    if not (name and name == name.strip() and name.isprintable() and len(name) <= LONGEST_NAME):
        raise BadName(f"{name[:200]!r} is no name: a name is a line of 1 to {LONGEST_NAME} characters.")
