"""The outbox: everything arrives at least once, claims run out, what fails waits longer each time."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from moderation import delivery, review
from moderation.delivery import LEASE, MOST_ATTEMPTS, PAUSES
from moderation.store.tables import Comment, Delivery, DeliveryState, Receiver, Site
from moderation.verdict import Action
from tests.conftest import START, add_site, at
from tests.making import decider, stored

SECOND = timedelta(seconds=1)


@pytest.fixture
def site(database, site):
    """The blog, which wants to be told."""
    with database.writing() as session:
        session.get_one(Site, site.id).callback_url = "https://blog.example.org/heard"
        session.commit()
    return site


@pytest.fixture
def ana(database):
    return decider(database)


@pytest.fixture
def decide(database, site, ana):
    """Decide on a comment, a new one unless there is one of that id; return the decision's number."""

    def decide(identifier="1", action=Action.APPROVE, *, now=START, akismet=False):
        with database.writing() as session:
            comment = session.scalar(select(Comment).where(Comment.external_id == identifier))
            comment = comment or stored(session, site, identifier)
            if akismet:
                comment.akismet_callback = "https://blog.example.org/akismet"
            session.flush()
            made = review.decide(session, comment.id, ana, action, seen=comment.revision, now=now)
            session.commit()
        return made.id

    return decide


@pytest.fixture
def claim(database, site):
    """Claim the site's next delivery."""

    def claim(now, of=site):
        with database.writing() as session:
            claimed = delivery.claim(session, of.id, now=now)
            session.commit()
        return claimed

    return claim


@pytest.fixture
def fail(database):
    """Note that a claimed delivery failed; return when it is tried again."""

    def fail(claimed, now, **how):
        with database.writing() as session:
            again = delivery.failed(session, claimed, "It hangs.", now=now, **how)
            session.commit()
        return again

    return fail


def row(database, number):
    with database.reading() as session:
        return session.get_one(Delivery, number)


def test_a_site_that_wants_nothing_is_told_nothing(database, ana):
    silent = add_site(database, "silent", "cdef00000000")
    with database.writing() as session:
        comment = stored(session, silent)
        review.decide(session, comment.id, ana, Action.APPROVE, seen=0, now=at(0))
        session.commit()
        assert session.scalars(select(Delivery)).all() == []


def test_a_decision_that_is_taken_back_with_its_transaction_is_not_told(database, site, ana):
    with database.writing() as session:
        comment = stored(session, site)
        review.decide(session, comment.id, ana, Action.APPROVE, seen=0, now=at(0))
        session.rollback()

    with database.reading() as session:
        assert delivery.due(session, now=at(1)) == []


def test_sites_that_something_is_due_for_are_named_once(database, site, decide):
    decide("1", now=at(1))
    decide("2", now=at(1))

    with database.reading() as session:
        assert delivery.due(session, now=at(0)) == []
        assert delivery.due(session, now=at(1)) == [site.id]


def test_what_has_been_due_longest_is_claimed_first_with_all_that_is_told(site, decide, claim):
    first, second = decide("1", now=at(0)), decide("2", now=at(1))

    claimed = [claim(at(2)), claim(at(2))]

    assert [one.decision_id for one in claimed] == [first, second]
    assert claimed[0].decision.comment.external_id == "1"
    assert claimed[0].site.name == "blog"
    assert claim(at(2)) is None


def test_only_the_own_site_s_deliveries_are_claimed(database, decide, claim):
    other = add_site(database, "other", "cdef00000000")
    decide("1")

    assert claim(at(1), of=other) is None
    assert claim(at(1)) is not None


def test_what_a_killed_sender_had_claimed_comes_due_again(decide, claim):
    made = decide()
    claim(at(0))

    assert claim(at(0) + LEASE - SECOND) is None
    again = claim(at(0) + LEASE)
    assert (again.decision_id, again.attempts) == (made, 2)


def test_of_many_who_claim_at_once_each_gets_another(database, site, decide):
    """Processes look at the same moment; nothing may go out twice because of it."""
    made = [decide(str(number)) for number in range(12)]
    start = threading.Barrier(4)
    claimed = []

    def work():
        start.wait()
        while True:
            with database.writing() as session:
                one = delivery.claim(session, site.id, now=at(1))
                session.commit()
            if one is not None:
                claimed.append(one.decision_id)
            with database.reading() as session:
                if not delivery.due(session, now=at(1)):
                    return

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sorted(claimed) == made


def test_who_claims_what_another_is_just_claiming_gets_nothing_or_the_next(database, site, decide):
    """On PostgreSQL the second looks while the first has not committed; on SQLite it has to wait."""
    first, second = decide("1"), decide("2")
    got = []

    def work():
        with database.writing() as session:
            got.append(delivery.claim(session, site.id, now=at(1)).decision_id)
            session.commit()

    with database.writing() as session:
        got.append(delivery.claim(session, site.id, now=at(1)).decision_id)
        other = threading.Thread(target=work)
        other.start()
        if database.engine.dialect.name == "postgresql":
            other.join(10)
            assert not other.is_alive()
        session.commit()
    other.join()

    assert got == [first, second]


def test_what_arrived_is_not_due_any_more(database, decide, claim):
    decide()
    claimed = claim(at(0))
    with database.writing() as session:
        delivery.delivered(session, claimed, now=at(1))
        session.commit()

    found = row(database, claimed.id)
    assert (found.state, found.delivered_at) == (DeliveryState.DELIVERED, at(1))
    assert claim(at(9999)) is None


def test_the_pauses_grow_and_then_it_is_given_up(database, decide, claim, fail):
    decide()
    now = at(0)
    pauses = []
    while True:
        claimed = claim(now)
        again = fail(claimed, now)
        if again is None:
            break
        assert claim(again - SECOND) is None
        pauses.append(again - now)
        now = again

    assert tuple(pauses) == PAUSES
    assert sorted(PAUSES) == list(PAUSES)
    found = row(database, claimed.id)
    assert (found.state, found.attempts, found.problem) == (
        DeliveryState.GIVEN_UP,
        MOST_ATTEMPTS,
        "It hangs.",
    )
    assert claim(now + timedelta(days=365)) is None


@pytest.mark.parametrize(
    ("not_before", "again"),
    [
        (at(30), at(30)),
        # Sooner than we would have come anyway, and later than anybody may ask for.
        (at(0) + SECOND, at(0) + PAUSES[0]),
        (at(0) - SECOND, at(0) + PAUSES[0]),
        (at(0) + timedelta(days=400), at(0) + PAUSES[-1]),
    ],
)
def test_a_receiver_may_ask_for_a_longer_pause_within_limits(decide, claim, fail, not_before, again):
    decide()

    assert fail(claim(at(0)), at(0), not_before=not_before) == again


def test_what_is_hopeless_is_given_up_at_once(database, decide, claim, fail):
    decide()
    claimed = claim(at(0))

    assert fail(claimed, at(0), most_attempts=1) is None
    assert row(database, claimed.id).state is DeliveryState.GIVEN_UP


def test_who_comes_back_after_his_time_changes_nothing_of_what_another_does(
    database, decide, claim, fail
):
    decide()
    late = claim(at(0))
    other = claim(at(0) + LEASE)

    fail(late, at(1), most_attempts=1)

    found = row(database, other.id)
    assert (found.due_at, found.problem) == (other.due_at, None)


def test_a_long_problem_is_cut(database, decide, claim):
    decide()
    claimed = claim(at(0))
    with database.writing() as session:
        delivery.failed(session, claimed, "x" * 10_000, now=at(0))
        session.commit()

    assert row(database, claimed.id).problem == "x" * 500


class TestReplay:
    @pytest.fixture
    def given_up(self, decide, claim, fail):
        decide()
        claimed = claim(at(0))
        fail(claimed, at(0), most_attempts=1)
        return claimed.id

    def test_what_was_given_up_can_be_sent_anew(self, database, site, given_up, claim):
        with database.writing() as session:
            delivery.replay(session, given_up, site=site, now=at(5))
            session.commit()

        again = claim(at(5))
        assert (again.id, again.attempts) == (given_up, 1)

    def test_what_arrived_can_be_sent_once_more(self, database, decide, claim):
        decide()
        claimed = claim(at(0))
        with database.writing() as session:
            delivery.delivered(session, claimed, now=at(1))
            delivery.replay(session, claimed.id, now=at(2))
            session.commit()

        assert row(database, claimed.id).state is DeliveryState.WAITING
        assert claim(at(2)).id == claimed.id

    def test_all_that_was_given_up_can_be_sent_anew_and_nothing_else(
        self, database, site, given_up, decide, claim
    ):
        decide("waits", now=at(60))
        with database.writing() as session:
            assert delivery.replay_given_up(session, site=site, now=at(5)) == 1
            session.commit()

        assert claim(at(5)).id == given_up
        assert claim(at(5)) is None

    def test_another_site_s_delivery_is_unknown(self, database, given_up):
        other = add_site(database, "other", "cdef00000000")
        with database.writing() as session:
            with pytest.raises(delivery.UnknownDelivery):
                delivery.replay(session, given_up, site=other, now=at(5))
            with pytest.raises(delivery.UnknownDelivery):
                delivery.replay(session, given_up + 1, now=at(5))
            assert delivery.replay_given_up(session, site=other, now=at(5)) == 0


def test_deliveries_are_listed_and_counted_by_state(database, site, decide, claim, fail):
    for identifier in ("arrived", "given up", "waits"):
        decide(identifier)
    with database.writing() as session:
        delivery.delivered(session, claim(at(0)), now=at(0))
        session.commit()
    fail(claim(at(0)), at(0), most_attempts=1)

    def listed(session, **which):
        found = delivery.recent(session, **{"limit": 10, **which})
        return [one.decision.comment.external_id for one in found]

    with database.reading() as session:
        assert listed(session) == ["waits", "given up", "arrived"]
        assert listed(session, limit=1) == ["waits"]
        middle = delivery.recent(session, limit=2)[1]
        assert listed(session, before=middle.id) == ["arrived"]
        for state, expected in [
            (DeliveryState.WAITING, "waits"),
            (DeliveryState.GIVEN_UP, "given up"),
            (DeliveryState.DELIVERED, "arrived"),
        ]:
            found = delivery.recent(session, site=site, state=state, limit=10)
            assert [one.decision.comment.external_id for one in found] == [expected]
            assert [one.state for one in found] == [state]
            assert delivery.count(session, state, site=site) == 1


class TestAkismet:
    """The blog's plugin knows spam and not spam, and cannot tell an old decision from a new one."""

    @pytest.fixture(autouse=True)
    def _no_callback(self, database, site):
        with database.writing() as session:
            session.execute(update(Site).values(callback_url=None))
            session.commit()

    def waiting(self, database):
        with database.reading() as session:
            rows = session.scalars(select(Delivery).where(Delivery.due_at.is_not(None))).all()
            return [(one.receiver, one.decision_id, one.due_at) for one in rows]

    def test_it_is_told_of_a_decision(self, database, decide):
        made = decide("1", Action.REJECT, akismet=True)

        assert self.waiting(database) == [(Receiver.AKISMET, made, at(0))]

    def test_it_is_not_told_that_a_comment_waits_again(self, database, decide, ana):
        made = decide("1", Action.REJECT, akismet=True)
        with database.writing() as session:
            review.undo(session, made, ana, now=at(1))
            session.commit()

        # Nor of the decision that was undone before it went out.
        assert self.waiting(database) == []

    def test_of_two_decisions_only_the_later_goes_out_and_after_the_first_can_have_arrived(
        self, database, decide, claim
    ):
        decide("1", Action.APPROVE, akismet=True, now=at(0))
        claim(at(0))
        later = decide("1", Action.REJECT, now=at(1))

        assert self.waiting(database) == [(Receiver.AKISMET, later, at(1) + LEASE)]

    def test_a_decision_after_one_that_arrived_goes_out_at_once(self, database, decide, claim):
        decide("1", Action.APPROVE, akismet=True, now=at(0))
        claimed = claim(at(0))
        with database.writing() as session:
            delivery.delivered(session, claimed, now=at(0))
            session.commit()
        later = decide("1", Action.REJECT, now=at(1))

        assert self.waiting(database) == [(Receiver.AKISMET, later, at(1))]
