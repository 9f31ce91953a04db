"""Rules that a comment gives nothing to speak of are passed over: whoever is would have said nothing."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

from moderation.draft import Author, Draft, Form, Page
from moderation.rules import (
    RULES,
    Case,
    Copies,
    EntryList,
    History,
    ListKind,
    Mode,
    Policy,
    Rule,
    Setting,
    gather,
)
from moderation.text import Normalised
from moderation.verdict import Action
from tests.judging.making import domains, networks, patterns, terms

NOW = datetime(2026, 5, 1, tzinfo=UTC)
# The same rules, each of which is asked about everything.
ASKED_ANYWAY = tuple(replace(rule, about=None, lists=()) for rule in RULES)

TEXTS = (
    "What a day.",
    " \u200b",
    "Das ist ein deutscher Satz, der ziemlich lange nicht zu Ende geht.",
    "Great post, thanks for sharing.",
    "Great post! example.com example.com/a http://example.com/b",
    "Read this: http://192.0.2.1:8080/ and http://bücher.example, or http://xn--bcher-kva.example",
    '<a href="/here">here',
    "[url]here",
)
AUTHORS = (
    Author(),
    Author(name="casino", url="https://example.com/buy-cheap-viagra"),
    Author(name="Anna of the four names", url="https://example.com"),
    Author(name="Anna", email="anna@example.com", ip="192.0.2.7", id="7"),
)
LONG_AGO = Page(url="https://example.com", published_at=NOW - timedelta(days=4_000))
WAYS = ((Form(), Page()), (Form(honeypot="x"), LONG_AGO), (Form(seconds=0), Page()))
HISTORIES = (
    History(),
    History(copies=Copies(same_hand=1)),
    History(copies=Copies(elsewhere=1), near_copies=Copies(other_sites=1)),
    History(copies=Copies(other_sites=1)),
    History(near_copies=Copies(elsewhere=1)),
    History(near_copies=Copies(same_hand=1)),
    History(approved_before=9),
    History(approved_by_people=9),
    History(rejected_by_people=9),
    History(recent_from_author=99),
    History(recent_from_range=99),
    History(is_edit=True),
    History(is_cut=True),
    History(is_known=True, now=NOW),
)
POLICIES = (
    Policy(),
    Policy(
        lists=(terms("day"), domains("example.com"), patterns("gr[e3]at"), networks("192.0.2.0/24")),
        unreadable=("words",),
        rules={rule.name: Setting(Mode.LOG_ONLY, rule.options) for rule in RULES if not rule.fixed},
    ),
    Policy(
        lists=(EntryList.parse("parts", ListKind.FRAGMENTS, Action.REVIEW, "da"),),
        unreadable_rules=("flood",),
    ),
)


def cases() -> Iterator[Case]:
    for text, author, (form, page), history, policy in product(
        TEXTS, AUTHORS, WAYS, HISTORIES, POLICIES
    ):
        yield Case.prepare(Draft(text=text, author=author, form=form, page=page), policy, history)
    long = Draft(text="no match " * 200_000)
    yield Case.prepare(long, POLICIES[1], History())


def test_who_is_passed_over_would_have_said_nothing() -> None:
    spoke, silent = set[str](), set[str]()
    for case in cases():
        found = gather(case)

        assert found == gather(case, ASKED_ANYWAY)
        asked = {name for name, _, _ in case.policy.asked(RULES, case.subjects)}
        spoke |= {rule.name for rule in RULES if rule.name in asked and any(rule.check(case))}
        silent |= {rule.name for rule in RULES} - asked

    # Each was heard, or these cases would prove nothing about it; and each that says when to pass it
    # over, or that is off unless an owner wants it, was passed over.
    assert spoke == {rule.name for rule in RULES}
    assert silent == {rule.name for rule in RULES if rule.about or rule.lists or not rule.mode}


def test_where_the_text_cannot_be_read_all_that_read_it_say_so() -> None:
    def unreadable(_: str) -> Normalised:
        raise RecursionError

    policy = Policy(lists=POLICIES[1].lists)
    case = Case.prepare(Draft(text="What a day."), policy, History(), reading=unreadable)

    def breaks(rule: Rule) -> bool:
        try:
            return any(rule.check(case))
        except RecursionError:
            return True

    failed = [rule.name for rule in RULES if rule.mode and breaks(rule)]
    assert "mostly_links" in failed
    assert [(signal.source, signal.code) for signal in gather(case)] == [
        (name, "rule_failed") for name in failed
    ]
