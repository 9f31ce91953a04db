"""The few words that columns hold: roles, reasons, states."""

from enum import StrEnum


class Role(StrEnum):
    """What a moderator may do; each may do what those before it may."""

    # Looks at everything and changes nothing.
    READER = "reader"
    MODERATOR = "moderator"
    # Sets rules, models and people.
    ADMIN = "admin"


class RejectionReason(StrEnum):
    """Why a moderator rejected a comment: the few kinds that need different answers."""

    SPAM = "spam"
    ABUSE = "abuse"
    OFF_TOPIC = "off-topic"
    OTHER = "other"


class WaitsFor(StrEnum):
    """What a comment in the queue wants of a person."""

    # The service did not decide, or a decision was undone.
    DECISION = "decision"
    # The service decided, and chance chose the comment for a check of that.
    AUDIT = "audit"
    # A moderator decided, and chance chose the comment for another one's opinion.
    SECOND_OPINION = "second-opinion"


class Receiver(StrEnum):
    """Who is told of a decision by us, without having asked."""

    # The address that the site registered for all of its decisions.
    CALLBACK = "callback"
    # The Akismet plugin of the blog that sent the comment.
    AKISMET = "akismet"


class DeliveryState(StrEnum):
    """How far a delivery has come."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given-up"


class BacktestState(StrEnum):
    """How far a backtest has come."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
