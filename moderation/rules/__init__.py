"""The policy, read from top to bottom: each rule may add evidence, none can hide another's."""

import msgspec
import structlog

from moderation.rules.authors import (
    first_time_author,
    known_author,
    rejected_author,
    selling_address,
    selling_name,
)
from moderation.rules.case import Case, Check, Copies, History, Rule, Subjects
from moderation.rules.conduct import (
    cut_short,
    edited,
    filled_honeypot,
    flood,
    generic_flattery,
    nothing_to_read,
    old_page,
    other_language,
    sent_too_fast,
    unreadable_settings,
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
from moderation.rules.links import mostly_links, repeated_host, suspicious_links, too_many_links
from moderation.rules.lists import (
    listed_domains,
    listed_networks,
    listed_patterns,
    listed_terms,
    unreadable_lists,
    unsearched_patterns,
)
from moderation.rules.options import (
    AuthorName,
    BadOption,
    ExactCopies,
    Flattery,
    Flood,
    KnownAuthor,
    LinkCount,
    LinkHosts,
    LinkKinds,
    LinkShare,
    NearCopies,
    OldPage,
    Options,
    RejectedAuthor,
    SubmitTime,
)
from moderation.rules.patterns import TooManyPatterns, check_together
from moderation.rules.policy import Policy, Setting, shipped_lists
from moderation.rules.repeats import near_copy, repeated_text
from moderation.verdict import Action, Signal

log = structlog.get_logger()

# A rule's name is its function's. It is live unless it says otherwise. Its options are shown as they
# come; what each can be stands in options.py.
RULES: tuple[Rule, ...] = (
    # What the owner wrote down: the lists say themselves what a match asks for.
    Rule(listed_terms, fixed=True, lists=(ListKind.TERMS, ListKind.FRAGMENTS)),
    Rule(listed_patterns, fixed=True, lists=(ListKind.PATTERNS,)),
    Rule(unsearched_patterns, fixed=True, lists=(ListKind.PATTERNS,)),
    Rule(listed_domains, fixed=True, lists=(ListKind.DOMAINS,)),
    Rule(listed_networks, fixed=True, lists=(ListKind.NETWORKS,)),
    Rule(unreadable_lists, fixed=True, about="unreadable"),
    Rule(unreadable_settings, fixed=True, about="unreadable"),
    # What the owner cannot want otherwise.
    Rule(cut_short, fixed=True, about="past"),
    # What the form tells.
    Rule(filled_honeypot, about="form", looks_back=True),
    Rule(sent_too_fast, SubmitTime(seconds=3), about="form"),
    # What the text says, and where it leads.
    Rule(nothing_to_read, codes=("blank", "disguised", "unread_script")),
    Rule(other_language),
    Rule(too_many_links, LinkCount(at_least=3), about="links"),
    Rule(
        suspicious_links,
        LinkKinds(addresses=True, encoded_names=True, ports=True, markup=True),
        about="links",
        codes=("markup", "address", "encoded_name", "port"),
    ),
    Rule(mostly_links, LinkShare(words=4), about="links", codes=("only_links", "few_words")),
    Rule(repeated_host, LinkHosts(at_least=3), about="links"),
    Rule(generic_flattery, Flattery(words=60), about="leads", looks_back=True),
    # What arrived before.
    Rule(
        repeated_text,
        ExactCopies(letters=30),
        about="past",
        looks_back=True,
        codes=("repeated_text", "sent_twice"),
    ),
    Rule(near_copy, NearCopies(days=30, share=0.6), about="past", looks_back=True),
    Rule(
        flood,
        Flood(from_author=5, from_range=10, minutes=2),
        about="past",
        looks_back=True,
        codes=("flood_from_author", "flood_from_range"),
    ),
    # Who sent it.
    Rule(
        selling_name,
        AuthorName(words=4),
        about="leads",
        codes=("address_as_name", "keyword_name", "long_name"),
    ),
    Rule(selling_address, about="leads"),
    Rule(first_time_author, mode=None, looks_back=True),
    Rule(known_author, KnownAuthor(approvals=3), about="past", looks_back=True),
    Rule(rejected_author, RejectedAuthor(rejections=2, share=0.5), about="past", looks_back=True),
    # Where and when.
    Rule(old_page, OldPage(days=365), looks_back=True),
    Rule(edited, about="past"),
)


def gather(case: Case, rules: tuple[Rule, ...] = RULES) -> list[Signal]:
    """Collect every rule's signals. A rule that breaks asks for a person in its own name."""
    signals: list[Signal] = []
    for name, check, is_live in case.policy.asked(rules, _subjects(case)):
        try:
            if is_live:
                signals += check(case)
            else:
                signals += [msgspec.structs.replace(one, log_only=True) for one in check(case)]
        # Whatever broke, the comment must reach a person instead of being lost with the request.
        except Exception as error:
            log.exception("rule_failed", rule=name)
            signals.append(
                Signal(
                    source=name,
                    code="rule_failed",
                    message=f"The rule {name} failed ({type(error).__name__}).",
                    action=Action.REVIEW,
                )
            )
    return signals


def _subjects(case: Case) -> Subjects:
    try:
        return case.subjects
    # Every rule is asked, and says in its own name what broke.
    except Exception:  # noqa: BLE001
        return Subjects()


__all__ = [
    "RULES",
    "BadEntry",
    "BadOption",
    "BadScope",
    "Case",
    "Check",
    "Copies",
    "EntryList",
    "History",
    "ListKind",
    "Mode",
    "Numbered",
    "Options",
    "Policy",
    "Rule",
    "Scope",
    "Setting",
    "TooManyPatterns",
    "catch_alls",
    "check_together",
    "gather",
    "shipped_lists",
]
