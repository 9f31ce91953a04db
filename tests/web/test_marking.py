"""How a comment is cut into what is marked and what is not."""

import pytest

from moderation.verdict import Action, Contribution, Signal
from moderation.web.console.marking import marked


def pointing(*spans: tuple[int, int], weights: tuple[float, ...] = ()) -> Signal:
    words = tuple(Contribution(span, weight) for span, weight in zip(spans, weights, strict=False))
    return Signal(source="x", code="x", message="X.", action=Action.REVIEW, spans=spans, words=words)


@pytest.mark.parametrize(
    ("shown", "signals"),
    [
        ("abcdef", []),
        ("a[bc]def", [pointing((1, 3))]),
        ("[abcdef]", [pointing((0, 6))]),
        # What overlaps is marked once, whichever signal points there.
        ("a[bc][d]ef", [pointing((2, 4)), pointing((1, 3))]),
        ("a[bcd]ef", [pointing((1, 4)), pointing((2, 3))]),
        # Words that moved the score little are marked faintly.
        ("[ab](cd)[ef]", [pointing((0, 2), (2, 4), (4, 6), weights=(2.0, 0.5, 1.0))]),
        # A place that has no weight is as good as any.
        ("[ab](cd)[ef]", [pointing((0, 2), (2, 4), weights=(2.0, 0.5)), pointing((4, 6))]),
        ("[ab]cdef", [pointing((0, 2), weights=(0.5,)), pointing((0, 2))]),
    ],
)
def test_signals_mark_what_they_point_to(shown: str, signals: list[Signal]) -> None:
    pieces = marked("abcdef", signals)

    brackets = {(False, False): "{}", (True, False): "[{}]", (True, True): "({})"}
    assert "".join(brackets[one.is_marked, one.is_faint].format(one.text) for one in pieces) == shown
    assert "".join(one.text for one in pieces) == "abcdef"
