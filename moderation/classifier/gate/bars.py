"""Lay out what the checks found as bars, each in units of its own margin: so all can be compared."""

from dataclasses import dataclass

from moderation.classifier.gate.report import Check

# What is further is cut off.
_MOST_MARGINS = 4.0


@dataclass(frozen=True, slots=True)
class Bar:
    """A gain and its interval, as places from 0 (much worse) to 100 (much better)."""

    low: float
    high: float
    dot: float
    # Whether there is more of it than is drawn.
    is_cut_left: bool
    is_cut_right: bool
    is_dot_drawn: bool


def bar(check: Check) -> Bar | None:
    """Lay out what a check found; None where there was nothing to measure."""
    if check.gain is None or check.gain_between is None:
        return None
    gain, low, high = (each / check.margin for each in (check.gain, *check.gain_between))
    return Bar(
        _place(low),
        _place(high),
        _place(gain),
        is_cut_left=low < -_MOST_MARGINS,
        is_cut_right=high > _MOST_MARGINS,
        is_dot_drawn=abs(gain) <= _MOST_MARGINS,
    )


def _place(margins: float) -> float:
    within = min(max(margins, -_MOST_MARGINS), _MOST_MARGINS)
    return round(100 * (within + _MOST_MARGINS) / (2 * _MOST_MARGINS), 2)


MARGIN_AT = _place(-1.0)
"""Left of this a candidate is worse than allowed."""

EVEN_AT = _place(0.0)
"""Here both are the same."""
