"""A band holds what quiet weeks do, and little else: on counts alone, so that many can be tried."""

import random
from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from moderation.figures import drift
from moderation.figures.bands import FEWEST, Part, added, distance, of_distances, of_shares
from moderation.figures.drift import Figure, Week

FIRST = date(2026, 8, 31)
SHARES = {"review": 0.15, "reject": 0.1, "overturned": 0.01, "strict": 0.4}


def drawn(lots: random.Random, number: int, share: float) -> int:
    return sum(lots.random() < share for _ in range(number))


def random_week(lots: random.Random, place: int, unrest: float = 0.0, **changed: float) -> Week:
    """A week of 150 to 350 comments; with unrest, its shares are not quite those of the others."""
    at = {name: share * (1 + lots.gauss(0, unrest)) for name, share in (SHARES | changed).items()}
    comments, decided = lots.randint(150, 350), lots.randint(60, 120)
    to_review = drawn(lots, comments, at["review"])
    scores = [0] * drift.STEPS
    for _ in range(comments):
        scores[int(lots.betavariate(at.get("hotter", 1.0), 3) * drift.STEPS)] += 1
    return Week(
        first=FIRST + timedelta(days=7 * place),
        comments=comments,
        to_review=to_review,
        rejected=drawn(lots, comments - to_review, at["reject"]),
        scores=scores,
        decided=decided,
        decided_to_reject=drawn(lots, decided, at["strict"]),
        overturned=drawn(lots, comments - to_review, at["overturned"]),
        models={"base"},
    )


def quiet_weeks(seed: int, unrest: float = 0.0) -> list[Week]:
    lots = random.Random(seed)
    return [random_week(lots, place, unrest) for place in range(drift.WEEKS)]


def alarms(weeks: list[Week]) -> Iterator[tuple[Figure, date]]:
    """Every warning that each of the weeks in turn would have brought."""
    for figure, points in drift.points(weeks).items():
        yield from ((figure, point.first) for point in points if point.is_outside)


def test_twelve_quiet_weeks_bring_no_warning():
    weeks = quiet_weeks(1)

    assert list(alarms(weeks)) == []
    judged = [point.band is not None for points in drift.points(weeks).values() for point in points]
    assert judged == [place >= 4 for _ in Figure for place in range(drift.WEEKS)]


@pytest.mark.parametrize("unrest", [0.0, 0.2])
def test_false_alarms_are_rare(unrest):
    """Of forty sites with five figures in eight weeks that are judged, few are warned of wrongly."""
    found = [alarm for seed in range(40) for alarm in alarms(quiet_weeks(seed, unrest))]

    assert len(found) / (40 * len(Figure) * (drift.WEEKS - 4)) <= 0.01


@pytest.mark.parametrize(
    ("figure", "changed"),
    [
        (Figure.SCORES, {"hotter": 3.0}),
        (Figure.REVIEW, {"review": 0.4}),
        (Figure.REJECTED, {"reject": 0.4}),
        (Figure.STRICTNESS, {"strict": 0.9}),
        (Figure.STRICTNESS, {"strict": 0.02}),
        (Figure.OVERTURNED, {"overturned": 0.15}),
    ],
)
@pytest.mark.parametrize("seed", range(5))
def test_a_figure_that_moves_is_told_in_the_week_in_which_it_does(figure, changed, seed):
    weeks = quiet_weeks(seed)
    weeks[-1] = random_week(random.Random(seed), drift.WEEKS - 1, **changed)

    warned = drift.warnings({7: weeks}, {7: "blog"})
    assert figure in {one.figure for one in warned}
    assert {(one.site, one.first) for one in warned} == {("blog", weeks[-1].first)}


def test_that_people_overturn_less_is_no_reason_to_warn():
    weeks = quiet_weeks(3)
    for week in weeks[:-1]:
        week.overturned = week.automatic // 2
    weeks[-1].overturned = 0

    assert drift.warnings({7: weeks}, {7: "blog"}) == []


def test_a_warning_says_what_is_usual_and_whether_the_model_was_another():
    weeks = quiet_weeks(1)
    weeks[-1].to_review = weeks[-1].comments

    (warned,) = (one for one in drift.warnings({7: weeks}, {7: "blog"}) if one.figure is Figure.REVIEW)
    assert warned.sentence.startswith("Week of 2026-11-16, blog: 100% of the comments waited")
    assert warned.sentence.endswith("would be usual.")
    weeks[-1].models = {"site-blog"}
    warned = drift.warnings({7: weeks}, {7: "blog"})
    assert "Not the same model served" in warned[-1].sentence


@pytest.mark.parametrize(
    ("before", "of"),
    [
        ([Part(9, 90)] * 3, 90),
        ([Part(9, 90)] * 4, FEWEST - 1),
        ([*[Part(9, 90)] * 3, *[Part(1, FEWEST - 1)] * 9], 90),
        ([], 90),
    ],
)
def test_too_few_tell_nothing(before, of):
    assert of_shares(before, of) is None
    counts = [[part.number, part.of - part.number] for part in before]
    assert of_distances(counts, [0, of]) is None


@pytest.mark.parametrize("number", [0, 1, 50, 99, 100])
def test_a_band_holds_what_always_was_and_stays_within_all(number):
    band = of_shares([Part(number, 100)] * 6, 100)

    assert 0 <= band.low <= number / 100 <= band.high <= 1


def test_many_comments_make_a_band_narrow_and_restless_weeks_make_it_wide():
    def width(before: list[Part], of: int) -> float:
        band = of_shares(before, of)
        return band.high - band.low

    few = width([Part(20, 100)] * 8, 100)
    many = width([Part(400, 2_000)] * 8, 2_000)
    restless = width([Part(300, 2_000), Part(500, 2_000)] * 4, 2_000)
    assert many < few / 3
    assert restless > 3 * many


@pytest.mark.parametrize(
    ("counts", "others", "apart"),
    [
        ([1, 0], [1, 0], 0),
        ([4, 0], [0, 9], 1),
        ([5, 5], [50, 150], 0.25),
        ([0, 10, 0], [1, 2, 1], 0.25),
    ],
)
def test_the_distance_is_the_largest_between_shares_below_a_step(counts, others, apart):
    assert distance(counts, others) == pytest.approx(apart)
    assert distance(others, counts) == pytest.approx(apart)


def test_counts_are_added_step_by_step():
    assert added([[1, 2], [10, 20]]) == [11, 22]
