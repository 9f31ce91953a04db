"""What the card of a classifier says, as it is drawn; and the tests on which two can be compared."""

from collections.abc import Sequence
from dataclasses import dataclass

from moderation.classifier.card import NEWEST_DECISIONS, Card, Trial, newest_decisions_by
from moderation.classifier.folder import Entry
from moderation.figures.estimates import wilson
from moderation.web import charts

# The radius of a dot that stands for few texts, and for all.
_SMALLEST, _LARGEST = 3.0, 9.0


@dataclass(frozen=True, slots=True)
class Reliability:
    """Texts of about one probability, as a dot with its interval."""

    dot: charts.Dot
    low: float
    high: float
    radius: float


@dataclass(frozen=True, slots=True)
class Drawn:
    """A test of a model as it is drawn."""

    trial: Trial
    precision_recall: tuple[charts.Dot, ...]
    # Where review and where rejection starts.
    held: charts.Dot | None
    rejected: charts.Dot | None
    reliability: tuple[Reliability, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """A test on which two models can be compared."""

    name: str
    serving: Trial
    other: Trial


def pairs(serving: Entry | None, other: Entry | None) -> list[Pair]:
    """Find the tests on which both were measured: the same texts, or the same decisions."""
    if not (serving and other and serving.card and other.card) or serving.name == other.name:
        return []
    before = {test.name: test for test in serving.card.tests}
    after = {test.name: test for test in other.card.tests}
    # The newest decisions of one model are others than those of another.
    shared = [name for name in after if name in before and not name.startswith(NEWEST_DECISIONS)]
    found = [Pair(name, before[name], after[name]) for name in shared]
    by_serving = after.get(newest_decisions_by(serving.name))
    if by_serving and NEWEST_DECISIONS in after:
        found.insert(0, Pair(NEWEST_DECISIONS, by_serving, after[NEWEST_DECISIONS]))
    return found


def drawn(card: Card) -> list[Drawn]:
    """Draw what each test of a model found."""
    return [_drawn_test(test) for test in card.tests]


def _drawn_test(test: Trial) -> Drawn:
    if test.curves is None:
        return Drawn(test, (), None, None, ())
    points = [(point.recall, point.precision) for point in test.curves.precision_recall]
    caused = test.consequences
    return Drawn(
        trial=test,
        precision_recall=charts.dots(points),
        held=_mark(test, 1 - caused.bad_approved, caused.good_rejected + caused.good_reviewed),
        rejected=_mark(test, 1 - caused.bad_approved - caused.bad_reviewed, caused.good_rejected),
        reliability=_reliability(test),
    )


def _mark(test: Trial, of_bad: float, of_good: float) -> charts.Dot | None:
    """Say where a threshold is in the plot that takes such shares of the bad and of the good ones."""
    measured = test.measures.get("rejection")
    if measured is None or not of_bad:
        return None
    bad = of_bad * measured.positives
    good = of_good * (measured.rows - measured.positives)
    return charts.dots([(of_bad, bad / (bad + good))])[0] if bad else None


def _reliability(test: Trial) -> tuple[Reliability, ...]:
    bins = test.curves.calibration if test.curves else ()
    most = max((one.texts for one in bins), default=1)
    dots: Sequence[charts.Dot] = charts.dots([(one.said, one.found) for one in bins])
    found = []
    for dot, one in zip(dots, bins, strict=True):
        low, high = charts.dots([(0, share) for share in wilson(one.found, one.texts)])
        size = (one.texts / most) ** 0.5
        radius = round(_SMALLEST + (_LARGEST - _SMALLEST) * size, 1)
        found.append(Reliability(dot, low.top, high.top, radius))
    return tuple(found)
