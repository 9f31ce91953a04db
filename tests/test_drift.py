"""Weeks are counted as somebody would by hand, and words that came up are found; on both databases."""

import random
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest
from sqlalchemy import select

from moderation import access, figures, review
from moderation.figures import Figure
from moderation.figures.drift import WEEK, full_weeks
from moderation.figures.new_words import FEWEST_COMMENTS, Said, came_up
from moderation.store import Database
from moderation.store.tables import (
    NOT_JUDGED,
    Comment,
    Moderator,
    Site,
    StoredVerdict,
)
from moderation.verdict import Action
from tests.conftest import KEY, add_site, fresh_database
from tests.making import decider, draft, verdict
from tests.planting import A_WEEK, SEED, WEEKS, plant, store

# A Wednesday.
NOW = datetime(2026, 11, 25, 15, 30, tzinfo=UTC)
MONDAY = datetime(2026, 11, 16, tzinfo=UTC)
OVERTURNED = 20


class Planted(NamedTuple):
    """Two sites: one quiet, and one where the last week is unlike those before."""

    database: Database
    quiet: Site
    moved: Site
    ana: Moderator


def overturn(session, site, by, number, now):
    """Reject so many of the comments that the service approved."""
    approved = (
        select(Comment.id)
        .where(Comment.site_id == site.id, Comment.outcome == Action.APPROVE, Comment.revision == 0)
        .limit(number)
    )
    for comment_id in session.scalars(approved).all():
        review.decide(session, comment_id, by, Action.REJECT, seen=0, now=now)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def planted(request, tmp_path_factory):
    database = Database(fresh_database(request, tmp_path_factory.mktemp("drift")))
    quiet, moved = add_site(database, "quiet", KEY), add_site(database, "moved", "fedcba987654")
    ana = decider(database, "ana")
    lots = random.Random(SEED)
    with database.writing() as session:
        places = [session.get(Site, one.id) for one in (quiet, moved)]
        for place in places:
            plant(session, place, lots, MONDAY, has_moved=place.id == moved.id)
        overturn(session, places[0], ana, 1, MONDAY + timedelta(days=1))
        overturn(session, places[1], ana, OVERTURNED, MONDAY + timedelta(days=1))
        session.commit()
    yield Planted(database, quiet, moved, ana)
    database.close()


def test_a_quiet_site_brings_no_warning_and_one_that_moved_does(planted):
    with planted.database.reading() as session:
        found = figures.weeks(session, now=NOW)

    names = {planted.quiet.id: "quiet", planted.moved.id: "moved"}
    assert {(one.site, one.figure) for one in figures.warnings(found, names)} == {
        ("moved", Figure.SCORES),
        ("moved", Figure.OVERTURNED),
    }


def test_weeks_are_those_of_a_recount(planted):
    with planted.database.reading() as session:
        found = figures.weeks(session, site=planted.moved, now=NOW)[planted.moved.id]
        rows = session.execute(
            select(Comment, StoredVerdict)
            .join(StoredVerdict, StoredVerdict.comment_id == Comment.id)
            .where(Comment.site_id == planted.moved.id)
        ).all()

    assert [week.first for week in found] == [
        (MONDAY - WEEK * before).date() for before in reversed(range(WEEKS))
    ]
    for week in found:
        begins = datetime.combine(week.first, datetime.min.time(), UTC)
        of_week = [said for one, said in rows if begins <= one.received_at < begins + WEEK]
        assert week.comments == len(of_week) == A_WEEK
        assert week.to_review == sum(said.action is Action.REVIEW for said in of_week)
        assert week.scores == [
            sum(int(said.probability * 10) == step for said in of_week) for step in range(10)
        ]
        assert week.models == {"base"}
    assert [week.overturned for week in found] == [0] * (WEEKS - 1) + [OVERTURNED]


def test_all_sites_together_are_their_sum(planted):
    with planted.database.reading() as session:
        found = figures.weeks(session, access=access.Access(planted.ana), now=NOW)
    whole = figures.together(found.values())

    assert [week.comments for week in whole] == [2 * A_WEEK] * WEEKS
    assert sum(whole[-1].scores) == 2 * A_WEEK
    assert whole[-1].overturned == OVERTURNED + 1


def test_the_word_that_came_up_is_found_where_it_did(planted):
    seen = access.Access(planted.ana)
    with planted.database.reading() as session:
        moved = figures.new_words(session, access=seen, site=planted.moved, now=NOW)
        quiet = figures.new_words(session, access=seen, site=planted.quiet, now=NOW)

    assert [(one.word, one.comments_before) for one in moved.words] == [("zeppelin", 0)]
    assert (moved.comments, moved.comments_before) == (A_WEEK, 4 * A_WEEK)
    assert quiet.words == []


def test_whoever_may_not_see_a_site_sees_none_of_its_weeks_and_words(planted):
    seen = access.Access(planted.ana, frozenset({planted.quiet.id}))
    with planted.database.reading() as session:
        assert set(figures.weeks(session, access=seen, now=NOW)) == {planted.quiet.id}
        assert figures.weeks(session, access=seen, site=planted.moved, now=NOW) == {}
        words = figures.new_words(session, access=seen, now=NOW)
        assert (words.words, words.comments) == ([], A_WEEK)


@pytest.mark.parametrize(
    ("now", "last"),
    [
        (datetime(2026, 11, 23, tzinfo=UTC), "2026-11-16"),
        (datetime(2026, 11, 22, 23, 59, tzinfo=UTC), "2026-11-09"),
    ],
)
def test_the_last_full_week_ends_on_sunday(now, last):
    mondays = full_weeks(now)

    assert (mondays[-1].isoformat(), len(mondays)) == (last, 12)
    assert {monday.weekday() for monday in mondays} == {0}


def test_what_waited_and_what_was_undone_count_as_they_should(database, site):
    ana = decider(database)
    with database.writing() as session:
        place = session.get(Site, site.id)
        monday = MONDAY + timedelta(hours=1)
        rows = [(draft(str(number)), verdict(Action.REVIEW), monday) for number in range(3)]
        rows += [(draft(f"a{number}"), verdict(Action.APPROVE, None), monday) for number in range(3)]
        rows += [(draft("imported"), verdict(Action.APPROVE), monday)]
        store(session, place, rows)
        session.scalars(select(StoredVerdict)).all()[-1].policy = NOT_JUDGED
        session.flush()
        for number, action in ((1, Action.REJECT), (2, Action.APPROVE), (4, Action.REJECT)):
            review.decide(session, number, ana, action, seen=0, now=monday)
        # It is taken back, and so nothing is overturned.
        taken_back = review.decide(session, 5, ana, Action.REJECT, seen=0, now=monday)
        review.undo(session, taken_back.id, ana, now=monday)

        (week,) = figures.weeks(session, now=NOW)[site.id]
        assert (week.comments, week.to_review, week.automatic) == (6, 3, 3)
        assert (week.decided, week.decided_to_reject, week.overturned) == (2, 1, 1)
        assert sum(week.scores) == 3


def test_without_comments_there_are_no_weeks(database, site):
    with database.reading() as session:
        assert figures.weeks(session, now=NOW) == {}
        found = figures.new_words(session, access=access.Access(decider(database)), now=NOW)

    assert (found.words, found.comments, found.comments_before) == ([], 0, 0)
    assert figures.points([])[Figure.REVIEW] == []


BEFORE = [Said(f"reader {number}", "What a day it was.") for number in range(200)]


def said(*texts, authors=99):
    return [Said(f"reader {place % authors}", text) for place, text in enumerate(texts)]


class TestWords:
    def test_one_that_many_say_came_up(self):
        week = said(*["Zeppelin! zeppelin!"] * 9, *["What a day it was."] * 40)

        assert [(one.word, one.comments) for one in came_up(week, BEFORE)] == [("zeppelin", 9)]

    @pytest.mark.parametrize(
        "week",
        [
            said(*["A zeppelin."] * (FEWEST_COMMENTS - 1)),
            said(*["A zeppelin."] * 30, authors=1),
            [Said(None, "A zeppelin.")] * 30,
            said(*["At 0170123456, id7 or r2d2."] * 30),
            said(*["What a day."] * 30),
            [],
        ],
        ids=["too few", "one author", "unknown authors", "numbers", "old words", "nothing"],
    )
    def test_what_tells_of_a_person_or_nothing_is_left_out(self, week):
        assert came_up(week, BEFORE) == []

    def test_a_disguised_one_is_read_as_what_it_means(self):
        week = said(*["free c4sino", "free c.a.s.i.n.o", "free ca$ino"] * 6)

        assert "casino" in {one.word for one in came_up(week, BEFORE)}

    def test_where_nothing_was_before_nothing_is_new(self):
        assert came_up(said(*["A zeppelin."] * 30), []) == []

    def test_quiet_weeks_bring_hardly_any(self):
        """Of the same 400 words, rare ones among them, in forty weeks."""
        lots = random.Random(SEED)
        letters = "abcdefghijklmnopqrst"
        words = [f"w{one}{other}x" for one in letters for other in letters]
        weights = [1 / place for place in range(1, len(words) + 1)]
        found = []
        for _ in range(40):
            texts = [" ".join(lots.choices(words, weights, k=8)) for _ in range(150)]
            found += came_up(said(*texts[:50]), said(*texts[50:]))

        assert len(found) <= 2
