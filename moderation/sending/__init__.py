"""Tell sites of decisions: what is said to whom, one attempt at it, and the threads that make them."""

from moderation.sending.attempts import attempt, try_out
from moderation.sending.sender import Sender

__all__ = ["Sender", "attempt", "try_out"]
