"""What a model on trial says beside the serving one, laid out for the models page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import LazyString
from sqlalchemy.orm import Session

from moderation.figures import FEWEST, Estimate, OnTrial, on_trial
from moderation.figures.shadows import Dispute
from moderation.registry import Choice, Shadow
from moderation.verdict import Action
from moderation.web import charts
from moderation.web.console.blueprint import allowed
from moderation.web.console.listing import DISPUTES
from moderation.web.state import state

# The radius of the disc that stands for the most comments, and for one.
_LARGEST, _SMALLEST = 18.0, 1.5


@dataclass(frozen=True, slots=True)
class Cell:
    """The comments of which the serving model says one thing and the one on trial this."""

    shadow: Action
    comments: int
    # Of a disc whose area stands for how many they are.
    radius: float
    is_alike: bool


@dataclass(frozen=True, slots=True)
class Row:
    """What the model on trial would do with what the serving one decides so."""

    serving: Action
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Shown:
    """A model on trial as the page shows it."""

    shadow: Shadow
    # Whether the default group put it on trial, and this one follows.
    follows: bool
    problem: str | None
    found: OnTrial
    rows: Sequence[Row]
    # Of all disputes together, and of each kind of which there are some: what it is, and who was right.
    right: Sequence[tuple[LazyString | None, Dispute | None, Estimate]]
    plot: charts.Intervals
    fewest: int = FEWEST


def shown(db: Session, chosen: Choice, *, now: datetime) -> Shown | None:
    """Read what is known of the model on trial in a group, as far as the moderator may; or None."""
    shadow = chosen.shadow
    if shadow is None:
        return None
    found = on_trial(
        db,
        shadow=shadow.model,
        serving=chosen.model or "",
        group_id=chosen.group_id,
        since=shadow.since or now,
        access=allowed(),
    )
    right = [
        (None, None, found.right),
        *((DISPUTES[one.serving, one.shadow], one, one.right) for one in found.disputes),
    ]
    return Shown(
        shadow=shadow,
        follows=shadow.follows,
        problem=state().serving.shadow_problem(chosen.group_id),
        found=found,
        rows=_rows(found),
        right=right,
        plot=charts.intervals(
            [(one.share, one.low, one.high) if one.is_enough else None for *_, one in right],
            from_zero=True,
        ),
    )


def _rows(found: OnTrial) -> list[Row]:
    most = max(found.pairs.values(), default=1)
    return [
        Row(
            serving,
            [
                Cell(shadow, number, _radius(number, most), serving is shadow)
                for shadow in Action
                for number in [found.pairs.get((serving, shadow), 0)]
            ],
        )
        for serving in Action
    ]


def _radius(number: int, most: int) -> float:
    return round(max(_LARGEST * (number / most) ** 0.5, _SMALLEST), 1) if number else 0.0
