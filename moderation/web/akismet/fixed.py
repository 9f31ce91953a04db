"""Answers that the protocol promises to whoever tests a client; nothing is judged for them."""

from collections.abc import Mapping

from moderation.verdict import Action

_NAMES_OF_SPAM = frozenset({"akismet-guaranteed-spam", "viagra-test-123"})
_ADDRESS_OF_SPAM = "akismet-guaranteed-spam@example.com"
_YES = frozenset({"1", "true"})


def answer(fields: Mapping[str, str]) -> Action | None:
    """Return the promised answer, or None where the comment is to be judged."""
    name, address = fields.get("comment_author", ""), fields.get("comment_author_email", "")
    if name.strip().lower() in _NAMES_OF_SPAM or address.strip().lower() == _ADDRESS_OF_SPAM:
        return Action.REJECT
    # WordPress sends all roles of an author.
    roles = fields.get("user_role", "").lower().split(",")
    return Action.APPROVE if "administrator" in map(str.strip, roles) else None


def discards(fields: Mapping[str, str]) -> bool:
    """Whether promised spam is to be called blatant."""
    return says_yes(fields, "test_discard")


def says_yes(fields: Mapping[str, str], name: str) -> bool:
    """Whether a field says yes, in any of the ways that clients say it."""
    return fields.get(name, "").strip().lower() in _YES
