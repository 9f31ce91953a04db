"""Which rules can be asked again about a comment without what was sent and decided before it."""

import pytest

from moderation.draft import Author, Form, Page
from moderation.rules import RULES, History
from moderation.rules.options import described
from moderation.rules.settings import SETTABLE
from tests.conftest import at
from tests.judging.making import case

# What a comment itself tells of its history: whether it is an edit, and when it came.
TOLD = {"is_edit", "now"}
COMMENTS = [
    case(
        text,
        author=Author(
            name="Casino Bonus", email="ana@example.org", url="http://a.example/casino", id=author
        ),
        page=Page(url="https://blog.example.org/war", published_at=at(-900_000)),
        form=Form(honeypot="x", seconds=0.5),
        submitted_at=at(0),
    )
    for text in ("Great post! http://a.example/ http://a.example/ http://a.example/", "Hm", "日本語です")
    for author in ("ana-7", None)
]


class Forgetful(History):
    """Knows what the comment tells; tells who asked for anything else."""

    def __getattribute__(self, name):
        if name in set(History.__struct_fields__) - TOLD:
            raise LookupError(name)
        return super().__getattribute__(name)


def looks_back(rule):
    """Whether the rule asks for more than a comment tells, for any of the comments."""
    try:
        for one in COMMENTS:
            list(rule.check(one.but(history=Forgetful(now=at(0), is_edit=True))))
    except LookupError:
        return True
    return False


@pytest.mark.parametrize("rule", [one for one in RULES if not one.fixed], ids=lambda one: one.name)
def test_a_rule_that_looks_back_says_so(rule):
    assert looks_back(rule) == rule.looks_back


@pytest.mark.parametrize("rule", SETTABLE.values(), ids=lambda one: one.name)
def test_every_option_says_what_it_is_and_what_it_can_be(rule):
    for option in described(rule.options):
        assert option.title
        assert option.allowed
        if not isinstance(option.value, bool):
            assert option.least <= option.value <= option.most


def test_a_rules_codes_are_those_of_its_signals():
    """By them, what a rule on trial has caught is found."""
    for one in COMMENTS:
        for rule in RULES:
            if not rule.fixed:
                assert {signal.code for signal in rule.check(one)} <= set(rule.codes)
