"""Many comments are decided in one act: in steps, leaving alone what changed, and taken back as one."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from sqlalchemy import func, select

from moderation import access, delivery, feedback, intake, review
from moderation.review import acts
from moderation.store.tables import (
    AuditEntry,
    Chosen,
    Comment,
    Decision,
    Delivery,
    Moderator,
    Permission,
    RejectionReason,
    Role,
    Site,
    WaitsFor,
)
from moderation.verdict import Action
from tests.conftest import add_site, at
from tests.making import decider, draft, stored, verdict

LATER = at(1)


@pytest.fixture
def ana(database):
    return decider(database)


@pytest.fixture
def ben(database):
    return decider(database, "ben")


@pytest.fixture
def waiting(database, site):
    """The numbers of five comments that wait."""
    with database.writing() as session:
        numbers = [stored(session, site, str(number), text=f"Text {number}.").id for number in range(5)]
        session.commit()
    return numbers


def begin(session, by, seen, action=Action.REJECT, reason=RejectionReason.SPAM, *, now=LATER):
    act = acts.plan(session, by, seen, access=access.of(session, by), now=now)
    acts.choose(session, act, by, action, reason, now=now)
    return act


def outcomes(session, numbers):
    session.expire_all()
    return [session.get_one(Comment, number).outcome for number in numbers]


def test_an_act_decides_on_all_that_was_chosen_and_is_noted_once(database, site, ana, waiting):
    with database.writing() as session:
        act = begin(session, ana, dict.fromkeys(waiting, 0))
        assert acts.go_on(session, act, ana, now=at(1)) == 0

        found = session.scalars(select(Decision)).all()
        assert {(one.act_id, one.action, one.reason, one.moderator_id) for one in found} == {
            (act.id, Action.REJECT, RejectionReason.SPAM, ana.id)
        }
        assert sorted(one.position for one in found) == [1, 2, 3, 4, 5]
        noted = session.scalars(select(AuditEntry)).all()
        assert [(one.act, one.subject, one.details, one.site_id) for one in noted] == [
            ("act.reject", f"act {act.id}", "5 comments as spam.", site.id)
        ]


def test_nothing_is_decided_before_it_is_said_what_and_a_second_word_changes_nothing(
    database, site, ana, waiting
):
    with database.writing() as session:
        act = acts.plan(
            session, ana, dict.fromkeys(waiting, 0), access=access.of(session, ana), now=at(1)
        )
        assert acts.go_on(session, act, ana, now=at(1)) == 5
        assert set(outcomes(session, waiting)) == {Action.REVIEW}
        acts.choose(session, act, ana, Action.APPROVE, now=at(1))
        acts.choose(session, act, ana, Action.REJECT, RejectionReason.SPAM, now=at(1))
        acts.go_on(session, act, ana, now=at(1))

        assert set(outcomes(session, waiting)) == {Action.APPROVE}


def test_it_goes_on_in_steps_and_can_be_stopped(database, site, ana, waiting):
    with database.writing() as session:
        act = begin(session, ana, dict.fromkeys(waiting, 0))
        session.commit()
    for left in (3, 1):
        with database.writing() as session:
            found = acts.own(session, act.id, ana)
            assert acts.go_on(session, found, ana, most=2, now=at(2)) == left
            session.commit()
    with database.writing() as session:
        found = acts.own(session, act.id, ana)
        acts.stop(session, found)
        assert acts.go_on(session, found, ana, now=at(3)) == 0
        assert (found.total, found.decided) == (5, 4)
        assert outcomes(session, waiting)[-1] is Action.REVIEW


def test_what_changed_since_it_was_seen_is_left_alone_and_told_by_name_and_time(
    database, site, ana, ben, waiting
):
    with database.writing() as session:
        for number in waiting[:2]:
            review.decide(session, number, ben, Action.APPROVE, seen=0, now=at(1))
        intake.replace(session, site, draft("4", "Text four."), verdict(), now=at(2))
        act = begin(session, ana, dict.fromkeys(waiting, 0), now=at(3))
        acts.go_on(session, act, ana, now=at(3))

        told = acts.left_alone(session, act)
        assert (act.decided, act.left_alone) == (2, 3)
        assert [(one.number, one.decided_by, one.action, one.latest, one.is_edited) for one in told] == [
            (2, "ben", Action.APPROVE, at(1), False),
            (1, None, None, None, True),
        ]
        assert outcomes(session, waiting[:2]) == [Action.APPROVE] * 2


def test_one_press_takes_back_all_that_still_holds(database, site, ana, ben, waiting):
    with database.writing() as session:
        act = begin(session, ana, dict.fromkeys(waiting, 0))
        acts.go_on(session, act, ana, now=at(1))
        review.decide(session, waiting[0], ben, Action.APPROVE, seen=1, now=at(2))
        offered = review.last_by(session, ana)
        assert offered is not None
        assert offered.act is act
        undoing = acts.take_back_act(session, act.id, ana, access=access.of(session, ana), now=at(3))
        acts.go_on(session, undoing, ana, now=at(3))

        assert outcomes(session, waiting) == [Action.APPROVE] + [Action.REVIEW] * 4
        assert (undoing.decided, undoing.left_alone, undoing.undoes_id) == (4, 0, act.id)
        assert review.last_by(session, ana) is None
        assert {session.get_one(Comment, one).waits_for for one in waiting[1:]} == {WaitsFor.DECISION}
        assert [example.rejected for example in feedback.examples(session)] == [False]
        with pytest.raises(review.NothingHolds):
            acts.take_back_act(session, act.id, ana, access=access.of(session, ana), now=at(4))


def test_taking_back_an_act_under_way_stops_it(database, site, ana, waiting):
    with database.writing() as session:
        act = begin(session, ana, dict.fromkeys(waiting, 0))
        acts.go_on(session, act, ana, most=2, now=at(1))
        undoing = acts.take_back_act(session, act.id, ana, access=access.of(session, ana), now=at(2))
        acts.go_on(session, undoing, ana, now=at(2))

        assert acts.pending(session, act) == 0
        assert set(outcomes(session, waiting)) == {Action.REVIEW}


def test_only_sites_that_the_moderator_may_look_at_are_decided_on_and_taken_back(
    database, site, ana, ben, waiting
):
    hidden = add_site(database, "hidden", "cdef00000000")
    with database.writing() as session:
        session.get_one(Moderator, ben.id).every_site = False
        session.add(Permission(moderator_id=ben.id, site_id=site.id))
        secret = stored(session, hidden).id
        session.commit()
        ben = session.get_one(Moderator, ben.id)
        act = begin(session, ben, dict.fromkeys([*waiting, secret], 0))
        assert act.total == 5
        everything = begin(session, ana, dict.fromkeys([*waiting, secret], 0))
        acts.go_on(session, everything, ana, now=at(1))
        given = access.of(session, ben)
        assert len(acts.decided(session, everything, given, limit=10)) == 5
        assert acts.counts(session, [everything.id], given) == {everything.id: 5}
        undoing = acts.take_back_act(session, everything.id, ben, access=given, now=at(2))
        acts.go_on(session, undoing, ben, now=at(2))

        assert outcomes(session, [secret]) == [Action.REJECT]
        assert set(outcomes(session, waiting)) == {Action.REVIEW}
        of_hidden = begin(session, ana, {secret: 1})
        acts.go_on(session, of_hidden, ana, now=at(3))
        with pytest.raises(review.UnknownAct):
            acts.find(session, of_hidden.id, given)


def test_nobody_else_goes_on_with_an_act(database, site, ana, ben, waiting):
    with database.writing() as session:
        act = begin(session, ana, dict.fromkeys(waiting, 0))

        with pytest.raises(review.UnknownAct):
            acts.own(session, act.id, ben)


def test_what_was_chosen_and_forgotten_goes_after_a_day(database, site, ana, waiting):
    with database.writing() as session:
        given = access.of(session, ana)
        acts.plan(session, ana, dict.fromkeys(waiting, 0), access=given, now=at(1))
        done = begin(session, ana, {waiting[0]: 0}, now=at(1))
        latest = acts.plan(session, ana, {waiting[1]: 0}, access=given, now=at(24 * 60 + 2))

        assert set(session.scalars(select(acts.Act.id))) == {done.id, latest.id}
        assert session.scalar(select(func.count()).select_from(Chosen)) == 2


def test_the_record_shows_an_act_as_one_line(database, site, ana, waiting):
    with database.writing() as session:
        act = begin(session, ana, dict.fromkeys(waiting, 0))
        acts.go_on(session, act, ana, now=at(1))
        other = stored(session, site, "other").id
        review.decide(session, other, ana, Action.APPROVE, seen=0, now=at(2))

        found = review.decisions(session, limit=10)
        assert [(one.comment_id, one.act_id) for one in found] == [(other, None), (waiting[-1], act.id)]


def test_two_acts_and_single_decisions_at_once_decide_each_comment_once(database, site, ana, ben):
    """Whoever is later leaves it alone; on PostgreSQL, nobody waits in a circle."""
    elsewhere = add_site(database, "elsewhere", "cdef00000000")
    with database.writing() as session:
        numbers = [
            stored(session, one, str(number), text=f"Text {number}.").id
            for number in range(20)
            for one in (site, elsewhere)
        ]
        session.commit()

    def act(by):
        with database.writing() as session:
            begun = begin(session, by, dict.fromkeys(numbers, 0))
            session.commit()
        left = 1
        while left:
            with database.writing() as session:
                left = acts.go_on(session, acts.own(session, begun.id, by), by, most=7, now=at(1))
                session.commit()

    def single(by):
        for number in reversed(numbers):
            with database.writing() as session:
                try:
                    review.decide(session, number, by, Action.APPROVE, seen=0, now=at(1))
                    session.commit()
                except review.AlreadyDecided:
                    session.rollback()

    with ThreadPoolExecutor(4) as workers:
        begun = [workers.submit(work, by) for work in (act, single) for by in (ana, ben)]
    for one in begun:
        # Raises what went wrong.
        one.result()

    with database.reading() as session:
        decided = session.scalars(select(Decision.comment_id)).all()
        assert sorted(decided) == sorted(numbers)
        found = session.scalars(select(acts.Act)).all()
        assert [one.decided + one.left_alone for one in found] == [len(numbers)] * 2


def test_two_that_begin_on_the_same_comments_at_once_do_not_wait_for_each_other(
    database, site, ana, ben, waiting
):
    """Both have written down what they decide on before either decides, as two presses do it."""
    together = threading.Barrier(2)

    def act(by):
        with database.writing() as session:
            begun = begin(session, by, dict.fromkeys(waiting, 0))
            # SQLite lets one write at a time; there the first is not waited for.
            with suppress(threading.BrokenBarrierError):
                together.wait(0.5)
            acts.go_on(session, begun, by, now=at(1))
            session.commit()
        return begun.decided, begun.left_alone

    with ThreadPoolExecutor(2) as workers:
        done = list(workers.map(act, (ana, ben)))

    assert sorted(done) == [(0, 5), (5, 0)]


class TestTelling:
    """Whom an undo must tell."""

    @pytest.fixture(autouse=True)
    def callback(self, database, site):
        with database.writing() as session:
            session.get_one(Site, site.id).callback_url = "https://blog.example.org/heard"
            session.commit()

    def test_what_has_not_gone_out_is_taken_back_and_nothing_is_told(self, database, site, ana, waiting):
        with database.writing() as session:
            act = begin(session, ana, dict.fromkeys(waiting, 0))
            acts.go_on(session, act, ana, now=at(1))
            undoing = acts.take_back_act(session, act.id, ana, access=access.of(session, ana), now=at(2))
            acts.go_on(session, undoing, ana, now=at(2))

            assert session.scalars(select(Delivery)).all() == []

    @pytest.mark.parametrize("happened", ["claimed", "delivered", "failed", "replayed"])
    def test_of_what_may_have_arrived_the_reversal_is_told(self, database, site, ana, waiting, happened):
        with database.writing() as session:
            decision = review.decide(session, waiting[0], ana, Action.APPROVE, seen=0, now=at(1))
            claimed = delivery.claim(session, site.id, now=at(1))
            if happened == "failed":
                delivery.failed(session, claimed, "It hangs.", now=at(1))
            elif happened != "claimed":
                delivery.delivered(session, claimed, now=at(1))
            if happened == "replayed":
                session.expire_all()
                delivery.replay(session, claimed.id, now=at(2))
            undone = review.undo(session, decision.id, ana, now=at(3))

            told = session.scalars(select(Delivery.decision_id).order_by(Delivery.id)).all()
            assert told == [decision.id, undone.id]

    def test_what_was_told_before_still_holds_and_is_not_told_again(self, database, site, ana, waiting):
        with database.writing() as session:
            first = review.decide(session, waiting[0], ana, Action.APPROVE, seen=0, now=at(1))
            delivery.delivered(session, delivery.claim(session, site.id, now=at(1)), now=at(1))
            second = review.decide(session, waiting[0], ana, Action.REJECT, seen=1, now=at(2))
            review.undo(session, second.id, ana, now=at(3))

            assert session.scalars(select(Delivery.decision_id)).all() == [first.id]


def test_a_second_opinion_is_asked_later_and_an_undo_brings_the_old_turn_back(database, site, ana, ben):
    with database.writing() as session:
        session.get_one(Site, site.id).second_share = 1.0
        comment = stored(session, site)
        due = comment.due_at
        decision = review.decide(session, comment.id, ana, Action.APPROVE, seen=0, now=at(1))
        session.expire_all()
        found = review.comment(session, comment.id)
        assert found.waits_for is WaitsFor.SECOND_OPINION
        assert found.due_at > due
        given = access.of(session, ben)
        assert review.hides_first_opinion(found, given)
        assert not review.hides_first_opinion(found, access.of(session, ana))
        session.get_one(Moderator, ben.id).role = Role.READER
        assert not review.hides_first_opinion(
            found, access.of(session, session.get_one(Moderator, ben.id))
        )

        review.undo(session, decision.id, ana, now=at(2))
        session.expire_all()
        assert review.comment(session, comment.id).due_at == due
