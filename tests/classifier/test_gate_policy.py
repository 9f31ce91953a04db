"""When a candidate is refused, and when it may serve without anybody asking: tables of cases."""

import pytest

from moderation.classifier.gate import policy
from moderation.classifier.gate.report import ABUSE, FROZEN, Finding
from tests.classifier.gating import a_check

BETTER, EQUAL, WORSE, UNKNOWN = Finding.BETTER, Finding.EQUAL, Finding.WORSE, Finding.UNKNOWN
FEW, SOME, MANY = 10, policy.FEWEST_TO_COMPARE, policy.FEWEST_TO_TRUST

# What was gained, in hundredths, and between what that lies; a loss of one is allowed.
ONE_CHECK = [
    # Much to see: the interval is narrow.
    ("shown better", (3, 1, 5), MANY, BETTER),
    ("a copy", (0, 0, 0), MANY, EQUAL),
    ("no worse than allowed", (0.2, -0.9, 1), MANY, EQUAL),
    ("shown worse, within what is allowed", (-0.5, -0.9, -0.1), MANY, EQUAL),
    ("exactly as much worse as is allowed", (-1, -1, -1), MANY, EQUAL),
    ("shown worse than allowed", (-3, -5, -1.5), MANY, WORSE),
    ("shown worse, and most likely by more than allowed", (-2, -4, -0.1), MANY, WORSE),
    # Much to see, and chance in it: who asks to replace a model must not look worse.
    ("looks worse than allowed, though chance may do that", (-2, -5, 1), MANY, WORSE),
    ("looks no worse, though it may be", (-0.5, -4, 3), MANY, UNKNOWN),
    ("looks better, though it may be worse", (2, -3, 7), MANY, UNKNOWN),
    # Little to see: only what is shown counts.
    ("looks worse than allowed, on little", (-2, -5, 1), SOME, UNKNOWN),
    ("looks worse than allowed by far, on little", (-9, -20, 0), SOME, UNKNOWN),
    ("shown worse than allowed, on little", (-9, -14, -3), SOME, WORSE),
    ("shown worse, on little", (-9, -14, -0.5), SOME, WORSE),
    ("shown better, on little", (9, 2, 14), SOME, BETTER),
    # Next to nothing to see: not even an interval counts.
    ("ten decisions against it", (-30, -50, -10), FEW, UNKNOWN),
    ("ten decisions for it", (30, 10, 50), FEW, UNKNOWN),
    ("ten decisions, all alike", (0, 0, 0), FEW, UNKNOWN),
]


@pytest.mark.parametrize(
    ("hundredths", "counted", "finding"),
    [row[1:] for row in ONE_CHECK],
    ids=[row[0] for row in ONE_CHECK],
)
def test_what_one_difference_shows(hundredths, counted, finding):
    gain, low, high = (value / 100 for value in hundredths)

    assert policy.judge(gain, low, high, margin=0.01, counted=counted) is finding


def test_what_only_looks_worse_is_not_refused_where_the_whole_is_shown_to_be_better():
    looks = {"gain": -0.02, "low": -0.05, "margin": 0.01, "counted": MANY, "is_contradicted": True}

    assert policy.judge(high=0.01, **looks) is UNKNOWN
    assert policy.judge(high=-0.001, **looks) is WORSE


ALL_CHECKS = [
    ("copies", [a_check(), a_check(about=ABUSE)], EQUAL),
    ("better at one thing, as good at the others", [a_check(BETTER), a_check()], BETTER),
    ("better at one thing, worse at another", [a_check(BETTER), a_check(WORSE)], WORSE),
    ("better, and worse on known abuse", [a_check(BETTER), a_check(WORSE, about=ABUSE)], WORSE),
    ("better on old decisions alone", [a_check(), a_check(BETTER, about=FROZEN)], EQUAL),
    ("better on known abuse alone", [a_check(), a_check(BETTER, about=ABUSE)], EQUAL),
    ("better, and nothing to see elsewhere", [a_check(BETTER), a_check(UNKNOWN, serving=None)], BETTER),
    ("better, and perhaps worse than allowed", [a_check(BETTER), a_check(UNKNOWN)], UNKNOWN),
    ("perhaps worse on known abuse", [a_check(BETTER), a_check(UNKNOWN, about=ABUSE)], UNKNOWN),
    ("too little to see", [a_check(), a_check(UNKNOWN)], UNKNOWN),
    ("nothing new, and old decisions as good", [a_check(about=FROZEN)], UNKNOWN),
    ("nothing at all", [], UNKNOWN),
]


@pytest.mark.parametrize(
    ("checks", "finding"), [row[1:] for row in ALL_CHECKS], ids=[row[0] for row in ALL_CHECKS]
)
def test_what_all_checks_together_show(checks, finding):
    assert policy.overall(checks) is finding


def test_margins_are_what_is_promised():
    assert policy.OUTCOME_F1 == policy.CIVIL_REJECTED == 0.01
    assert policy.ABUSE == 0.02
