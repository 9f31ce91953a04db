"""Write the report as a page that is read by itself: no script, and nothing from elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby

from jinja2 import Environment, PackageLoader, StrictUndefined

from moderation.classifier.card import Curves
from moderation.classifier.gate import sentences
from moderation.classifier.gate.bars import EVEN_AT, MARGIN_AT, Bar, bar
from moderation.classifier.gate.report import Check, Finding, Moved, Report
from moderation.verdict import Action, Thresholds, percent

# The side of a plot in the units of its drawing.
_SIDE = 300.0
_METER = 100.0


@dataclass(frozen=True, slots=True)
class Row:
    """A check as it is drawn."""

    check: Check
    bar: Bar | None


def render(report: Report) -> str:
    """Write the page."""
    return (
        _environment()
        .get_template("page.html")
        .render(
            report=report,
            groups=[
                (about, [Row(check, bar(check)) for check in group])
                for about, group in groupby(report.checks, key=lambda check: check.about)
            ],
            actions=tuple(Action),
            findings=Finding,
            sides=(report.serving, report.candidate),
            margin_at=MARGIN_AT,
            even_at=EVEN_AT,
            most_moved=max(map(_move, (*report.words.against, *report.words.in_favour)), default=1.0),
        )
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("moderation.classifier.gate", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        percent=percent,
        curve=_curve,
        dots=_dots,
        meter=_meter,
        move=_move,
        signed=_signed,
    )
    environment.globals.update(
        allowed=sentences.allowed,
        between=sentences.between,
        difference=sentences.difference,
        ground=sentences.ground,
        value=sentences.value,
    )
    return environment


def _curve(curves: Curves) -> str:
    """Trace precision by recall as the points of a line."""
    return _points([(point.recall, point.precision) for point in curves.precision_recall])


def _dots(curves: Curves) -> list[tuple[float, float, float]]:
    """Place what is so by what was said, each with a radius: the more texts, the larger."""
    most = max((one.texts for one in curves.calibration), default=1)
    return [
        (
            round(_SIDE * one.said, 1),
            round(_SIDE * (1 - one.found), 1),
            round(3 + 6 * (one.texts / most) ** 0.5, 1),
        )
        for one in curves.calibration
    ]


def _points(shares: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{_SIDE * right:.1f},{_SIDE * (1 - up):.1f}" for right, up in shares)


def _meter(thresholds: Thresholds) -> tuple[float, float, float]:
    """Give the widths of what is published, what waits and what is rejected."""
    low, high = _METER * thresholds.review_at, _METER * thresholds.reject_at
    return round(low, 2), round(high - low, 2), round(_METER - high, 2)


def _move(moved: Moved) -> float:
    return abs(moved.after - moved.before) * moved.comments


def _signed(weight: float) -> str:
    return f"{weight:+.2f}".replace("-", "−")
