"""The policy, read from top to bottom: each rule may add evidence, none can hide another's."""

import structlog

from moderation.rules.case import Case, History, Rule
from moderation.rules.conduct import (
    edited,
    first_time_author,
    nothing_to_read,
    repeated_text,
    too_many_links,
)
from moderation.rules.entries import (
    BadEntry,
    BadScope,
    EntryList,
    ListKind,
    Mode,
    Numbered,
    Scope,
    catch_alls,
)
from moderation.rules.lists import (
    listed_domains,
    listed_networks,
    listed_patterns,
    listed_terms,
    unreadable_lists,
    unsearched_patterns,
)
from moderation.rules.patterns import TooManyPatterns, check_together
from moderation.rules.policy import Policy, shipped_lists
from moderation.verdict import Action, Signal

log = structlog.get_logger()

RULES: tuple[Rule, ...] = (
    # What the owner wrote down: the lists say themselves what a match asks for.
    listed_terms,
    listed_patterns,
    unsearched_patterns,
    listed_domains,
    listed_networks,
    unreadable_lists,
    # What the comment brings along.
    nothing_to_read,
    too_many_links,
    repeated_text,
    # Who sent it, and whether we saw it before.
    first_time_author,
    edited,
)


def gather(case: Case, rules: tuple[Rule, ...] = RULES) -> list[Signal]:
    """Collect every rule's signals. A rule that breaks asks for a person in its own name."""
    signals: list[Signal] = []
    for rule in rules:
        try:
            signals.extend(rule(case))
        # Whatever broke, the comment must reach a person instead of being lost with the request.
        except Exception as error:
            log.exception("rule_failed", rule=rule.__name__)
            signals.append(
                Signal(
                    source=rule.__name__,
                    code="rule_failed",
                    message=f"The rule {rule.__name__} failed ({type(error).__name__}).",
                    action=Action.REVIEW,
                )
            )
    return signals


__all__ = [
    "RULES",
    "BadEntry",
    "BadScope",
    "Case",
    "EntryList",
    "History",
    "ListKind",
    "Mode",
    "Numbered",
    "Policy",
    "Rule",
    "Scope",
    "TooManyPatterns",
    "catch_alls",
    "check_together",
    "gather",
    "shipped_lists",
]
