"""Figures are what a recount by hand finds, alike on both databases."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import median_low
from typing import NamedTuple

import pytest
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from moderation import access, figures, intake, review
from moderation.figures.estimates import agreement, estimate, wilson
from moderation.store import Database
from moderation.store.tables import (
    NOT_JUDGED,
    Comment,
    Decision,
    Moderator,
    Site,
    StoredVerdict,
    WaitsFor,
)
from moderation.verdict import Action
from tests.conftest import KEY, add_site, fresh_database
from tests.making import decider, draft, stored, verdict

NOW = datetime(2026, 11, 22, 15, 30, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 22, tzinfo=UTC)
APPROVE, REJECT = Action.APPROVE, Action.REJECT


@pytest.fixture
def ana(database):
    return decider(database, "ana")


class Busy(NamedTuple):
    """A database in which much happened on two sites, and who did it."""

    database: Database
    site: Site
    other: Site
    ana: Moderator
    ben: Moderator


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def busy(request, tmp_path_factory):
    """A few hundred comments of forty days, decided, undone, edited and reported; once of each kind."""
    database = Database(fresh_database(request, tmp_path_factory.mktemp("busy")))
    sites = [add_site(database, "blog", KEY), add_site(database, "other", "fedcba9876543210")]
    people = [decider(database, name) for name in ("ana", "ben")]
    lots = random.Random(11)
    with database.writing() as session:
        places = [session.get(Site, one.id) for one in sites]
        for number in range(240):
            place = lots.choice(places)
            place.audit_share, place.second_share = lots.choice([(0.2, 0.5), (0.6, 0.9)])
            came = NOW - timedelta(minutes=lots.randrange(40 * 24 * 60))
            said = lots.choice([Action.APPROVE, Action.APPROVE, Action.REJECT, Action.REVIEW])
            comment = stored(session, place, str(number), action=said, now=came)
            for _ in range(lots.randrange(4)):
                came += timedelta(minutes=lots.randrange(1, 600))
                if came <= NOW:
                    act(session, lots, comment.id, lots.choice(people), came)
            if lots.random() < 0.05:
                edit = draft(str(number), "What a night.")
                intake.replace(session, place, edit, verdict(said), now=min(came, NOW))
        session.commit()
    yield Busy(database, *sites, *people)
    database.close()


def act(session, lots, comment_id, by, now):
    comment = review.comment(session, comment_id)
    action = lots.choice([APPROVE, REJECT])
    last = comment.decisions[-1] if comment.decisions else None
    match lots.randrange(5):
        case 0 if last and not last.undoes_id:
            review.undo(session, last.id, by, now=now)
        case 1:
            review.report(session, comment_id, "carla", action, now=now)
        case _:
            review.decide(session, comment_id, by, action, seen=comment.revision, now=now)


def everything(session, site=None):
    """All comments with all that happened to them."""
    rows = select(Comment).options(selectinload(Comment.verdict), selectinload(Comment.decisions))
    return [one for one in session.scalars(rows) if site is None or one.site_id == site.id]


def of_everybody(moderator):
    return access.Access(moderator)


def overview(session, moderator, site=None, days=30):
    return figures.overview(session, access=of_everybody(moderator), site=site, days=days, now=NOW)


@pytest.mark.parametrize("days", [7, 30, 90])
@pytest.mark.parametrize("of_one_site", [False, True])
def test_all_figures_are_those_of_a_recount(busy, days, of_one_site):
    chosen = busy.site if of_one_site else None
    with busy.database.reading() as session:
        found = overview(session, busy.ana, chosen, days)
        recount = Recount(everything(session, chosen), MIDNIGHT - timedelta(days=days - 1))

        assert found.whole.comments == len(recount.latest) > 10
        by_day = Counter(one.received_at.date() for one in recount.latest)
        assert {day.date: day.comments for day in found.days if day.comments} == by_day
        assert len(found.days) == days
        assert found.whole.automatic == sum(
            one.verdict.action is not Action.REVIEW for one in recount.latest
        )
        assert found.whole.waiting == recount.ends(Action.REVIEW)
        assert found.whole.approved_by_people + found.whole.approved_by_service == recount.ends(APPROVE)
        assert found.whole.rejected_by_people + found.whole.rejected_by_service == recount.ends(REJECT)
        assert found.whole.approved_by_service == recount.never_decided(APPROVE)
        assert {one.name: (one.approved, one.rejected) for one in found.decided} == recount.people()
        taken = recount.seconds()
        assert (found.pace.decisions, found.pace.median) == (
            len(taken),
            timedelta(seconds=median_low(taken)),
        )
        assert sum(second <= found.pace.nine_of_ten.total_seconds() for second in taken) >= 0.9 * len(
            taken
        )
        for said, guess in ((APPROVE, found.approvals), (REJECT, found.rejections)):
            counted, share = recount.precision(said)
            assert guess.counted == counted > 0
            assert guess.share == pytest.approx(share)
            assert guess.low < guess.share <= guess.high
        assert found.opinions.alike.counted == len(recount.opinions()) > 0
        assert found.opinions.alike.share == pytest.approx(
            sum(first is second for first, second in recount.opinions()) / len(recount.opinions())
        )
        assert sum(found.waiting.comments.values()) == recount.waiting()


class Recount:
    """The figures as somebody would count them who has all rows on paper."""

    def __init__(self, comments, since):
        self.every = comments
        self.since = since
        self.latest = [one for one in comments if not one.superseded and one.received_at >= since]

    def ends(self, outcome):
        return sum(one.outcome is outcome for one in self.latest)

    def never_decided(self, outcome):
        return sum(
            one.outcome is outcome and (not one.decisions or one.waits_for is WaitsFor.AUDIT)
            for one in self.latest
        )

    def decisions(self):
        return [
            (comment, one)
            for comment in self.every
            for one in comment.decisions
            if one.decided_at >= self.since and not one.undoes_id
        ]

    def people(self):
        names = {1: "ana", 2: "ben", None: None}
        tally = Counter((names[one.moderator_id], one.action) for _, one in self.decisions())
        return {name: (tally[name, APPROVE], tally[name, REJECT]) for name, _ in tally}

    def seconds(self):
        return [
            int(one.decided_at.timestamp()) - int(comment.received_at.timestamp())
            for comment, one in self.decisions()
            if comment.verdict.action is Action.REVIEW and one.revision == 1
        ]

    def precision(self, said):
        checked = [
            one
            for one in self.latest
            if one.audit_share and one.verdict.action is said
            if one.decisions and one.waits_for is not WaitsFor.AUDIT
        ]
        whole = sum(1 / one.audit_share for one in checked)
        return len(checked), sum(1 / one.audit_share for one in checked if one.outcome is said) / whole

    def opinions(self):
        asked = {
            comment.id for comment, one in self.decisions() if one.waited_for is WaitsFor.SECOND_OPINION
        }
        pairs = []
        for comment in self.every:
            undone = {one.undoes_id for one in comment.decisions}
            left = [one for one in comment.decisions if not one.undoes_id and one.id not in undone]
            for first, second in pairwise(left):
                is_second = second.waited_for is WaitsFor.SECOND_OPINION
                if comment.id in asked and is_second and first.moderator_id != second.moderator_id:
                    pairs.append((first.action, second.action))
        return pairs

    def waiting(self):
        return sum(one.waits_for is not None for one in self.every)


def test_overturned_verdicts_are_those_of_a_recount(busy):
    ana, since = busy.ana, NOW - timedelta(days=7)
    with busy.database.reading() as session:
        found = figures.overturned(session, access=of_everybody(ana), limit=999, since=since)
        recount = {
            one.decisions[-1].id
            for one in everything(session)
            if one.decisions
            and one.decisions[-1].decided_at >= since
            and not one.decisions[-1].undoes_id
            and Action.REVIEW not in {one.verdict.action, one.outcome}
            and one.verdict.action is not one.outcome
        }

        assert {one.id for one in found.latest} == recount
        assert found.total == len(recount) > 3
        times = [one.decided_at for one in found.latest]
        assert times == sorted(times, reverse=True)
        few = figures.overturned(session, access=of_everybody(ana), limit=2, since=since)
        assert (few.total, len(few.latest)) == (found.total, 2)
        none = figures.overturned(
            session, access=of_everybody(ana), model="another", limit=2, since=since
        )
        assert (none.total, none.latest) == (0, [])


def test_a_moderator_of_one_site_sees_the_figures_of_that_site(busy):
    bens = access.Access(busy.ben, frozenset({busy.other.id}))
    with busy.database.reading() as session:
        seen = figures.overview(session, access=bens, days=30, now=NOW)

        assert seen == overview(session, busy.ana, busy.other)
        hidden = figures.overview(session, access=bens, site=busy.site, days=30, now=NOW)
        assert (hidden.whole.comments, hidden.waiting.comments, hidden.decided) == (0, {}, [])
        turned = figures.overturned(session, access=bens, limit=99, since=NOW - timedelta(days=40))
        assert {one.site_id for one in turned.latest} == {busy.other.id}


def test_days_are_those_of_utc_and_today_is_one_of_them(database, site, ana):
    with database.writing() as session:
        for number, before in enumerate((0, 1)):
            came = MIDNIGHT - timedelta(days=6, seconds=before)
            stored(session, site, str(number), now=came)

        found = overview(session, ana, days=7)
        assert (found.days[0].date, found.days[-1].date) == (
            MIDNIGHT.date() - timedelta(days=6),
            MIDNIGHT.date(),
        )
        assert [day.comments for day in found.days] == [1, 0, 0, 0, 0, 0, 0]


def test_what_came_with_a_sites_history_is_in_no_figure(database, site, ana):
    with database.writing() as session:
        comment = stored(session, site, now=MIDNIGHT)
        session.get(StoredVerdict, comment.verdict.id).policy = NOT_JUDGED
        comment.revision, comment.outcome, comment.waits_for = 1, APPROVE, None
        session.add(
            Decision(
                comment_id=comment.id,
                site_id=site.id,
                revision=1,
                position=None,
                action=APPROVE,
                reason=None,
                decided_at=MIDNIGHT,
                reporter="import",
            )
        )
        session.flush()

        found = overview(session, ana)
        assert (found.whole.comments, found.decided, found.pace.decisions) == (0, [], 0)


def test_without_anything_there_is_nothing_to_see(database, site, ana):
    with database.reading() as session:
        found = overview(session, ana)

        assert found.whole.automatic_share is None
        assert (found.pace.median, found.waiting.oldest) == (None, None)
        assert (found.approvals.is_enough, found.opinions.kappa) == (False, None)


def test_the_oldest_is_what_nobody_has_decided_on(database, site, ana):
    with database.writing() as session:
        session.get(Site, site.id).audit_share = 1.0
        audited = session.get(Site, site.id)
        stored(session, audited, "audited", action=APPROVE, now=MIDNIGHT - timedelta(days=9))
        stored(session, site, "open", now=MIDNIGHT - timedelta(days=2))

        found = overview(session, ana).waiting
        assert found.oldest == MIDNIGHT - timedelta(days=2)
        assert found.comments == {WaitsFor.AUDIT: 1, WaitsFor.DECISION: 1}


class TestEstimates:
    @pytest.mark.parametrize(
        ("share", "number", "low", "high"),
        [
            # Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20, 29 of 29.
            (81 / 263, 263, 0.2553, 0.3662),
            (15 / 148, 148, 0.0624, 0.1605),
            (0, 20, 0, 0.1611),
            (1, 29, 0.8830, 1),
        ],
    )
    def test_the_interval_is_the_published_one(self, share, number, low, high):
        assert wilson(share, number) == pytest.approx((low, high), abs=1e-4)

    def test_whoever_was_chosen_more_rarely_stands_for_more(self):
        """One wrong of ten at 1 % weighs as much as ten wrong of a hundred at 10 %."""
        found = estimate([(0.01, True, 9), (0.01, False, 1), (0.1, True, 100)])

        assert found.counted == 110
        assert found.share == pytest.approx(1 - 100 / 2_000)

    def test_unequal_weights_tell_less(self):
        equal = estimate([(0.1, True, 90), (0.1, False, 10)])
        unequal = estimate([(0.1, True, 80), (0.01, True, 10), (0.1, False, 5), (0.01, False, 5)])

        assert (equal.low, equal.high) == wilson(0.9, 100)
        assert unequal.high - unequal.low > equal.high - equal.low

    def test_the_interval_holds_the_truth_about_as_often_as_it_says(self):
        """With two shares of sampling, as when an owner changed it."""
        lots, truth, held, rounds = random.Random(2), 0.9, 0, 400
        for _ in range(rounds):
            found = estimate((share, lots.random() < truth, 1) for share in [0.05] * 40 + [0.1] * 80)
            held += found.low <= truth <= found.high

        assert 0.92 <= held / rounds <= 0.98

    @pytest.mark.parametrize(("counted", "is_enough"), [(0, False), (29, False), (30, True)])
    def test_too_few_say_nothing(self, counted, is_enough):
        assert estimate([(1.0, True, counted)]).is_enough is is_enough

    def test_kappa_leaves_out_what_chance_agrees_on(self):
        table = {
            (APPROVE, APPROVE): 20,
            (APPROVE, REJECT): 5,
            (REJECT, APPROVE): 10,
            (REJECT, REJECT): 15,
        }

        assert agreement(table).kappa == pytest.approx(0.4)
        assert agreement(table).alike.share == pytest.approx(0.7)

    @pytest.mark.parametrize("counts", [{(APPROVE, APPROVE): 99}, {(APPROVE, REJECT): 29}, {}])
    def test_kappa_is_not_told_where_it_means_nothing(self, counts):
        assert agreement(counts).kappa is None
