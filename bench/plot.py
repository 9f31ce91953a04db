"""Draw one picture: a row for each contestant, marks on a line. Plain SVG, readable on light and dark.

Colours follow the reader's system, and each kind of mark has its own shape besides.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

KINDS = 3
"""How many kinds of marks there are."""

_WIDTH, _LEFT, _RIGHT = 760, 215, 40
_TOP, _ROW, _BOTTOM = 58, 30, 52
_STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #24292f }
  .quiet { fill: #57606a } .ours { font-weight: 600 }
  .grid { stroke: #d0d7de } .base { stroke: #57606a; stroke-dasharray: 4 3 }
  .mark0 { fill: #0a58ca; stroke: #0a58ca } .mark1 { fill: #bc4c00; stroke: #bc4c00 }
  .mark2 { fill: #1a7f37; stroke: #1a7f37 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .quiet { fill: #9198a1 }
    .grid { stroke: #3d444d } .base { stroke: #9198a1 }
    .mark0 { fill: #58a6ff; stroke: #58a6ff } .mark1 { fill: #f0883e; stroke: #f0883e }
    .mark2 { fill: #3fb950; stroke: #3fb950 }
  }
"""


@dataclass(frozen=True, slots=True)
class Mark:
    """A figure, and the interval that it lies in where one is known."""

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A contestant: its marks in the order of the kinds, None where one was not measured."""

    name: str
    marks: Sequence[Mark | None]
    is_ours: bool = False


@dataclass(frozen=True, slots=True)
class Axis:
    """Where marks stand, and what the numbers along the bottom are."""

    label: str
    low: float
    high: float
    ticks: Sequence[float]
    is_logarithmic: bool = False
    # A line to compare with.
    base: float | None = None

    def place(self, value: float) -> float:
        """Give the distance from the left."""
        low, high, at = self.low, self.high, min(max(value, self.low), self.high)
        if self.is_logarithmic:
            low, high, at = math.log10(low), math.log10(high), math.log10(at)
        return _LEFT + (at - low) / (high - low) * (_WIDTH - _LEFT - _RIGHT)


def draw(title: str, kinds: Sequence[str], rows: Sequence[Row], axis: Axis) -> str:
    """Draw the picture."""
    height = _TOP + _ROW * len(rows) + _BOTTOM
    bottom = _TOP + _ROW * len(rows)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img">',
        f"<title>{escape(title)}</title><style>{_STYLE}</style>",
        *_legend(kinds),
    ]
    for tick in axis.ticks:
        at = axis.place(tick)
        parts.append(_line(at, _TOP, at, bottom, "grid"))
        parts.append(_text(at, bottom + 18, f"{tick:g}", "quiet", "middle"))
    if axis.base is not None:
        parts.append(_line(axis.place(axis.base), _TOP, axis.place(axis.base), bottom, "base"))
    parts.append(_text((_LEFT + _WIDTH - _RIGHT) / 2, bottom + 40, axis.label, "quiet", "middle"))
    for number, row in enumerate(rows):
        parts += _row(row, _TOP + _ROW * number + _ROW / 2, axis)
    return "\n".join([*parts, "</svg>", ""])


def _legend(kinds: Sequence[str]) -> list[str]:
    step = (_WIDTH - _LEFT - _RIGHT) / len(kinds)
    parts = []
    for kind, name in enumerate(kinds):
        at = _LEFT + step * kind
        parts += [_shape(kind, at + 6, 24), _text(at + 18, 28, name)]
    return parts


def _row(row: Row, middle: float, axis: Axis) -> list[str]:
    parts = [_text(_LEFT - 14, middle + 4, row.name, "ours" if row.is_ours else "", "end")]
    for kind, mark in enumerate(row.marks):
        if mark is None:
            continue
        # Each kind a little lower than the one before, so that intervals do not hide one another.
        at = middle + (kind - (len(row.marks) - 1) / 2) * 7
        if mark.low is not None and mark.high is not None:
            parts.append(_line(axis.place(mark.low), at, axis.place(mark.high), at, f"mark{kind}"))
        parts.append(_shape(kind, axis.place(mark.value), at))
    return parts


def _shape(kind: int, x: float, y: float) -> str:
    match kind:
        case 0:
            return f'<circle class="mark0" cx="{x:.1f}" cy="{y:.1f}" r="4.5"/>'
        case 1:
            return f'<rect class="mark1" x="{x - 4:.1f}" y="{y - 4:.1f}" width="8" height="8"/>'
        case _:
            points = f"{x:.1f},{y - 5:.1f} {x - 5:.1f},{y + 4:.1f} {x + 5:.1f},{y + 4:.1f}"
            return f'<polygon class="mark2" points="{points}"/>'


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _text(x: float, y: float, content: str, kind: str = "", anchor: str = "start") -> str:
    return (
        f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(content)}</text>'
    )
