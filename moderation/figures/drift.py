"""Whether comments, or the people who decide on them, have moved away from what the model learnt.

Figures of whole weeks, Monday to Sunday in UTC, each with the band in which the weeks before let it
expect. The last full week is judged: it does not change while somebody thinks about it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, null, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from moderation.access import Access
from moderation.figures import bands
from moderation.figures.bands import Band, Part
from moderation.figures.estimates import wilson
from moderation.store.plans import Unindexed
from moderation.store.tables import NOT_JUDGED, Comment, Decision, Site, StoredVerdict, WaitsFor
from moderation.verdict import Action, percent

WEEKS = 12
STEPS = 10
"""Into so many steps of the probability comments are counted."""

WEEK = timedelta(days=7)


class Figure(StrEnum):
    """What is watched."""

    # How far the probabilities are from those of the weeks before.
    SCORES = "scores"
    # Which share of the comments waited for a person.
    REVIEW = "review"
    # Which share of the comments the service rejected.
    REJECTED = "rejected"
    # Which share of what waited for them people rejected.
    STRICTNESS = "strictness"
    # How many automatic verdicts people overturned, for each of those that were given.
    OVERTURNED = "overturned"


@dataclass(slots=True)
class Week:
    """What came in one week, and what was decided in it."""

    first: date
    comments: int = 0
    to_review: int = 0
    rejected: int = 0
    # Of the comments that a model judged, how many had a probability in each step.
    scores: list[int] = field(default_factory=lambda: [0] * STEPS)
    # What people decided that waited for their decision.
    decided: int = 0
    decided_to_reject: int = 0
    overturned: int = 0
    models: set[str] = field(default_factory=set)

    @property
    def automatic(self) -> int:
        """How many the service decided by itself."""
        return self.comments - self.to_review


@dataclass(frozen=True, slots=True)
class Point:
    """A figure of one week; None stands for what too few comments tell."""

    first: date
    of: int
    share: float | None
    band: Band | None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Return what the share may as well be: that of so many is known so well, and no better."""
        return None if self.share is None else wilson(self.share, self.of)

    @property
    def is_outside(self) -> bool:
        """Whether it left its band."""
        return self.band is not None and self.share is not None and not self.band.holds(self.share)


@dataclass(frozen=True, slots=True)
class Warned:
    """A figure that left its band, in a sentence."""

    figure: Figure
    site: str
    first: date
    sentence: str


def weeks(
    session: Session, *, access: Access | None = None, site: Site | None = None, now: datetime
) -> dict[int, list[Week]]:
    """Count the last full weeks of each site that a moderator may see, the earliest first.

    Without `access` nobody is asked who may see what. Weeks before a site's first comment are left
    out, and so is a site without any.
    """
    mondays = full_weeks(now)
    found: dict[int, list[Week]] = defaultdict(lambda: [Week(monday) for monday in mondays])
    # One query, because a page has few.
    rows = union_all(_of_comments(mondays, access, site), _of_decisions(mondays, access, site))
    for row in map(_Row._make, session.execute(rows)):
        week = found[row.site_id][row.week]
        if row.is_of_decisions:
            _add_decisions(week, row)
        else:
            _add_comments(week, row)
    begun = {number: _since_the_first(of_site) for number, of_site in found.items()}
    return {number: of_site for number, of_site in begun.items() if of_site}


def together(of_sites: Iterable[Sequence[Week]]) -> list[Week]:
    """Add the weeks of several sites up."""
    found: dict[date, Week] = {}
    for week in (week for of_site in of_sites for week in of_site):
        whole = found.setdefault(week.first, Week(week.first))
        whole.comments += week.comments
        whole.to_review += week.to_review
        whole.rejected += week.rejected
        whole.scores = bands.added([whole.scores, week.scores])
        whole.decided += week.decided
        whole.decided_to_reject += week.decided_to_reject
        whole.overturned += week.overturned
        whole.models |= week.models
    return [found[first] for first in sorted(found)]


def points(of_site: Sequence[Week]) -> dict[Figure, list[Point]]:
    """Give each figure of each week the band that the weeks before it make."""
    found = {Figure.SCORES: [_scores(of_site[:place], week) for place, week in enumerate(of_site)]}
    for figure, part in _PARTS.items():
        found[figure] = [
            _share(figure, [part(one) for one in of_site[:place]], week.first, part(week))
            for place, week in enumerate(of_site)
        ]
    return found


def warnings(of_sites: Mapping[int, Sequence[Week]], names: Mapping[int, str]) -> list[Warned]:
    """Say of each site which figures of its last full week left their band."""
    return [
        Warned(figure, names[number], last.first, _sentence(figure, names[number], last, of_site))
        for number, of_site in of_sites.items()
        for figure, every in points(of_site).items()
        if (last := every[-1]).is_outside
    ]


class _Row(NamedTuple):
    """So many comments, or decisions, of one week that are alike."""

    is_of_decisions: bool
    site_id: int
    week: int
    # What the service said, or what was decided.
    action: Action
    model: str | None
    step: int | None
    has_waited: bool
    overturns: bool
    number: int


def _add_comments(week: Week, row: _Row) -> None:
    week.comments += row.number
    week.to_review += row.number * (row.action is Action.REVIEW)
    week.rejected += row.number * (row.action is Action.REJECT)
    if row.step is not None:
        week.scores[row.step] += row.number
    if row.model is not None:
        week.models.add(row.model)


def _add_decisions(week: Week, row: _Row) -> None:
    week.decided += row.number * row.has_waited
    week.decided_to_reject += row.number * row.has_waited * (row.action is Action.REJECT)
    week.overturned += row.number * row.overturns


def full_weeks(now: datetime) -> list[date]:
    """Return the Mondays of the last full weeks, the earliest first."""
    today = now.astimezone(UTC).date()
    this = today - timedelta(days=today.weekday())
    return [this - WEEK * before for before in range(WEEKS, 0, -1)]


def midnight(day: date) -> datetime:
    """Return the moment at which a day begins."""
    return datetime.combine(day, time(), UTC)


def _within(
    moment: InstrumentedAttribute[datetime], mondays: Sequence[date]
) -> tuple[ColumnElement[int], tuple[ColumnElement[bool], ...]]:
    """Return which week a moment is in, by its place, and the conditions that it is in one."""
    number = case(
        *((moment < midnight(monday), place) for place, monday in enumerate(mondays[1:])),
        else_=len(mondays) - 1,
    )
    return number, (moment >= midnight(mondays[0]), moment < midnight(mondays[-1] + WEEK))


def of(
    site_id: InstrumentedAttribute[Any], access: Access | None, site: Site | None
) -> list[ColumnElement[bool]]:
    """Return the conditions that something is of the site, and of one that a moderator may see."""
    # It is a matter of few weeks, and a site may have years.
    column = Unindexed(site_id)
    conditions = [] if access is None else [access.to(column)]
    return conditions if site is None else [*conditions, column == site.id]


def _of_comments(
    mondays: Sequence[date], access: Access | None, site: Site | None
) -> Select[*tuple[Any, ...]]:
    week, in_time = _within(Comment.received_at, mondays)
    probability = StoredVerdict.probability
    # None where no model was asked.
    step = case(
        (probability.is_(None), None),
        *((probability < (place + 1) / STEPS, place) for place in range(STEPS - 1)),
        else_=STEPS - 1,
    )
    keys = (Comment.site_id, week, StoredVerdict.action, StoredVerdict.model, step)
    return (
        select(literal(0), *keys, literal(0), literal(0), func.count())
        .join(StoredVerdict, StoredVerdict.comment_id == Comment.id)
        .where(
            *in_time,
            *of(Comment.site_id, access, site),
            Comment.superseded.is_(False),
            # What came with a site's history was not judged here.
            StoredVerdict.policy != NOT_JUDGED,
        )
        .group_by(*keys)
    )


def _of_decisions(
    mondays: Sequence[date], access: Access | None, site: Site | None
) -> Select[*tuple[Any, ...]]:
    week, in_time = _within(Decision.decided_at, mondays)
    is_overturning = and_(
        # It holds.
        Comment.revision == Decision.revision,
        StoredVerdict.action != Action.REVIEW,
        StoredVerdict.action != Decision.action,
        StoredVerdict.policy != NOT_JUDGED,
    )
    has_waited = case((Decision.waited_for == WaitsFor.DECISION, 1), else_=0)
    overturns = case((is_overturning, 1), else_=0)
    keys = (Decision.site_id, week, Decision.action)
    return (
        select(literal(1), *keys, null(), null(), has_waited, overturns, func.count())
        .join(Comment, Comment.id == Decision.comment_id)
        .join(StoredVerdict, StoredVerdict.comment_id == Comment.id)
        .where(
            *in_time,
            *of(Decision.site_id, access, site),
            Decision.position.is_not(None),
            Decision.undoes_id.is_(None),
            Decision.action != Action.REVIEW,
        )
        .group_by(*keys, has_waited, overturns)
    )


def _since_the_first(of_site: list[Week]) -> list[Week]:
    begun = next((place for place, week in enumerate(of_site) if week.comments), len(of_site))
    return of_site[begun:]


def _overturned(week: Week) -> Part:
    # Of fewer than that nothing can be overturned, but what people overturn may have come long ago.
    return Part(min(week.overturned, week.automatic), week.automatic)


_PARTS: dict[Figure, Callable[[Week], Part]] = {
    Figure.REVIEW: lambda week: Part(week.to_review, week.comments),
    Figure.REJECTED: lambda week: Part(week.rejected, week.comments),
    Figure.STRICTNESS: lambda week: Part(week.decided_to_reject, week.decided),
    Figure.OVERTURNED: _overturned,
}


def _share(figure: Figure, before: Sequence[Part], first: date, part: Part) -> Point:
    if part.of < bands.FEWEST:
        return Point(first, part.of, None, None)
    band = bands.of_shares(before, part.of)
    if band is not None and figure is Figure.OVERTURNED:
        # That fewer were overturned is no reason to worry.
        band = Band(0.0, band.high)
    return Point(first, part.of, part.number / part.of, band)


def _scores(before: Sequence[Week], week: Week) -> Point:
    judged = sum(week.scores)
    band = bands.of_distances([one.scores for one in before], week.scores)
    if band is None:
        return Point(week.first, judged, None, None)
    enough = [one.scores for one in before if sum(one.scores) >= bands.FEWEST]
    return Point(week.first, judged, bands.distance(week.scores, bands.added(enough)), band)


def _sentence(figure: Figure, site: str, last: Point, of_site: Sequence[Week]) -> str:
    if last.share is None or last.band is None:
        raise ValueError("only a figure that left its band is warned of")
    share, low, high = map(percent, (last.share, *last.band))
    week = f"Week of {last.first.isoformat()}, {site}"
    between = f"between {low} and {high} would be usual."
    said = {
        Figure.SCORES: f"{week}: at least {share} of the comments got another probability of being"
        f" rejected than before; up to {high} would be usual.",
        Figure.REVIEW: f"{week}: {share} of the comments waited for a person; {between}",
        Figure.REJECTED: f"{week}: the service rejected {share} of the comments; {between}",
        Figure.STRICTNESS: f"{week}: people rejected {share} of what waited for them; {between}",
        Figure.OVERTURNED: f"{week}: people overturned {share} of what the service decides by itself;"
        f" up to {high} would be usual.",
    }[figure]
    served = of_site[-1].models
    has_changed = any(week.models != served for week in of_site if week.comments)
    if has_changed and figure is not Figure.STRICTNESS:
        return f"{said} Not the same model served in all weeks, which may be why."
    return said
