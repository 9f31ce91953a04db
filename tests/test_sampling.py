"""Chance picks what is looked at twice: verdicts for an audit, decisions for a second opinion."""

import pytest

from moderation import access, chance, delivery, intake, review
from moderation.store.tables import Delivery, Permission, Role, Site, WaitsFor
from moderation.verdict import Action
from tests.conftest import add_site, at
from tests.making import decider, draft, in_the_queue, stored, verdict

ALL = 1.0


@pytest.fixture
def ana(database):
    return decider(database, "ana")


@pytest.fixture
def ben(database):
    return decider(database, "ben")


@pytest.fixture
def checked(database, site):
    """The site, where everything is looked at twice."""
    with database.writing() as session:
        found = session.get(Site, site.id)
        found.audit_share = found.second_share = ALL
        session.commit()
    return found


def waits(session, comment):
    return review.comment(session, comment.id).waits_for


def turns(session, moderator):
    """What the queue shows to a moderator."""
    given = access.of(session, moderator)
    return [one.external_id for one in in_the_queue(session, given)]


class TestChance:
    @pytest.mark.parametrize("share", [0.0, 0.01, 0.1, 0.5, 1.0])
    def test_the_lot_falls_on_about_the_share(self, share):
        names = 20_000
        found = sum(chance.falls(share, "audit", 1, number, 1) for number in range(names)) / names

        # Five times as far as chance is likely to stray.
        assert abs(found - share) <= 5 * (share * (1 - share) / names) ** 0.5

    def test_the_lot_falls_the_same_each_time_and_for_each_purpose_anew(self):
        drawn = [chance.falls(0.5, "audit", number) for number in range(200)]

        assert drawn == [chance.falls(0.5, "audit", number) for number in range(200)]
        assert drawn != [chance.falls(0.5, "second opinion", number) for number in range(200)]

    def test_names_do_not_run_into_each_other(self):
        one, other = ([chance.falls(0.5, a, *b) for a in range(99)] for b in ((11,), (1, 1)))

        assert one != other


class TestAudits:
    @pytest.mark.parametrize("action", [Action.APPROVE, Action.REJECT])
    def test_what_waits_for_an_audit_is_settled_all_the_while(self, database, checked, action):
        with database.writing() as session:
            comment = stored(session, checked, action=action)

            assert (comment.outcome, comment.waits_for) == (action, WaitsFor.AUDIT)
            assert comment.audit_share == ALL
            assert review.count_waiting(session) == 1

    def test_where_nobody_chose_the_first_comments_are_checked_more_than_the_later(
        self, database, site, monkeypatch
    ):
        monkeypatch.setattr("moderation.intake.audits.FIRST_COMMENTS", 30)
        monkeypatch.setattr("moderation.intake.audits.AUDITS", 0.1)
        with database.writing() as session:
            blog = session.get(Site, site.id)
            blog.audit_share = None
            shares = [
                stored(
                    session, blog, str(number), text=f"Day {number}", action=Action.APPROVE
                ).audit_share
                for number in range(80)
            ]

        assert set(shares[:30]) == {None, intake.AUDITS_AT_FIRST}
        assert set(shares[30:]) == {None, 0.1}

    def test_what_a_person_decides_anyway_needs_no_audit(self, database, checked):
        with database.writing() as session:
            comment = stored(session, checked)

            assert (comment.waits_for, comment.audit_share) == (WaitsFor.DECISION, None)

    def test_an_audit_does_not_stand_before_what_nobody_has_looked_at(self, database, checked, ana):
        with database.writing() as session:
            stored(session, checked, "audited", action=Action.APPROVE, now=at(0))
            stored(session, checked, "open", probability=0.21, now=at(9))

            assert turns(session, ana) == ["open", "audited"]

    def test_a_decision_that_agrees_is_a_decision_and_the_site_hears_it(self, database, checked, ana):
        with database.writing() as session:
            site = session.get(Site, checked.id)
            site.callback_url = "https://blog.example.org/heard"
            comment = stored(session, site, action=Action.APPROVE)
            decision = review.decide(session, comment.id, ana, Action.APPROVE, seen=0, now=at(1))

            assert (decision.waited_for, decision.position) == (WaitsFor.AUDIT, 1)
            assert [one.decision_id for one in session.query(Delivery)] == [decision.id]

    def test_what_the_site_decides_itself_ends_the_wait(self, database, checked):
        with database.writing() as session:
            comment = stored(session, checked, action=Action.APPROVE)
            review.report(session, comment.id, "carla", Action.REJECT, now=at(1))

            assert waits(session, comment) is None

    def test_an_edit_ends_the_wait_and_draws_anew(self, database, checked):
        with database.writing() as session:
            comment = stored(session, checked, action=Action.APPROVE)
            checked.audit_share = 0.0
            edit = draft(text="What a night.")
            newer, _ = intake.replace(session, checked, edit, verdict(Action.APPROVE), now=at(1))

            assert waits(session, comment) is None
            assert newer.waits_for is None


class TestSecondOpinions:
    def test_a_second_opinion_goes_to_another_moderator_only(self, database, checked, ana, ben):
        with database.writing() as session:
            comment = stored(session, checked)
            review.decide(session, comment.id, ana, Action.REJECT, seen=0, now=at(1))

            found = review.comment(session, comment.id)
            assert (found.outcome, found.waits_for) == (Action.REJECT, WaitsFor.SECOND_OPINION)
            assert (turns(session, ana), turns(session, ben)) == ([], ["1"])
            second = review.decide(session, comment.id, ben, Action.REJECT, seen=1, now=at(2))
            assert second.waited_for is WaitsFor.SECOND_OPINION
            assert waits(session, comment) is None

    def test_it_does_not_stand_before_what_nobody_has_looked_at(self, database, checked, ana, ben):
        with database.writing() as session:
            first = stored(session, checked, "first", probability=None, now=at(0))
            stored(session, checked, "open", probability=0.21, now=at(9))
            review.decide(session, first.id, ana, Action.REJECT, seen=0, now=at(10))

            assert turns(session, ben) == ["open", "first"]

    def test_whoever_changes_his_mind_has_still_given_the_first_opinion(
        self, database, checked, ana, ben
    ):
        with database.writing() as session:
            comment = stored(session, checked)
            review.decide(session, comment.id, ana, Action.REJECT, seen=0, now=at(1))
            review.decide(session, comment.id, ana, Action.APPROVE, seen=1, now=at(2))

            assert (turns(session, ana), turns(session, ben)) == ([], ["1"])

    @pytest.mark.parametrize("reason", ["left", "reads only", "may not look at the site"])
    def test_nobody_is_asked_where_no_other_decides(self, database, checked, ana, ben, reason):
        other = add_site(database, "other", "fedcba9876543210")
        with database.writing() as session:
            session.add(ben)
            match reason:
                case "left":
                    ben.left_at = at(0)
                case "reads only":
                    ben.role = Role.READER
                case _:
                    ben.every_site = False
                    session.add(Permission(moderator_id=ben.id, site_id=other.id))
            comment = stored(session, checked)
            review.decide(session, comment.id, ana, Action.APPROVE, seen=0, now=at(1))

            assert waits(session, comment) is None

    def test_who_may_look_at_this_site_alone_is_asked(self, database, checked, ana, ben):
        with database.writing() as session:
            session.add(ben)
            ben.every_site = False
            session.add(Permission(moderator_id=ben.id, site_id=checked.id))
            comment = stored(session, checked)
            review.decide(session, comment.id, ana, Action.APPROVE, seen=0, now=at(1))

            assert turns(session, ben) == ["1"]

    def test_it_is_not_lost_when_both_moderators_leave(self, database, checked, ana, ben):
        with database.writing() as session:
            comment = stored(session, checked)
            review.decide(session, comment.id, ana, Action.REJECT, seen=0, now=at(1))
            for moderator in (ana, ben):
                session.add(moderator)
                moderator.left_at = at(2)
            session.commit()
        carla = decider(database, "carla")
        with database.reading() as session:
            assert turns(session, carla) == ["1"]

    def test_who_took_his_second_opinion_back_can_give_it_again(self, database, checked, ana, ben):
        """Of two moderators there would be nobody else."""
        with database.writing() as session:
            comment = stored(session, checked)
            review.decide(session, comment.id, ana, Action.REJECT, seen=0, now=at(1))
            second = review.decide(session, comment.id, ben, Action.APPROVE, seen=1, now=at(2))
            review.undo(session, second.id, ben, now=at(3))

            assert review.comment(session, comment.id).outcome is Action.REJECT
            assert (turns(session, ana), turns(session, ben)) == ([], ["1"])

    def test_an_edit_ends_the_wait(self, database, checked, ana, ben):
        with database.writing() as session:
            comment = stored(session, checked)
            review.decide(session, comment.id, ana, Action.REJECT, seen=0, now=at(1))
            edit = draft(text="What a night.")
            newer, _ = intake.replace(session, checked, edit, verdict(), now=at(2))

            assert waits(session, comment) is None
            assert newer.waits_for is WaitsFor.DECISION

    def test_the_site_hears_a_second_opinion_that_agrees(self, database, checked, ana, ben):
        with database.writing() as session:
            site = session.get(Site, checked.id)
            site.callback_url = "https://blog.example.org/heard"
            comment = stored(session, site)
            review.decide(session, comment.id, ana, Action.REJECT, seen=0, now=at(1))
            review.decide(session, comment.id, ben, Action.REJECT, seen=1, now=at(2))

            assert [one.state for one in delivery.recent(session, site=site, limit=9)] == ["waiting"] * 2


@pytest.mark.parametrize(
    ("said", "waited_for"),
    [
        (Action.REVIEW, WaitsFor.DECISION),
        (Action.APPROVE, WaitsFor.AUDIT),
        (Action.REJECT, WaitsFor.AUDIT),
    ],
)
def test_undo_restores_what_the_comment_waited_for(database, checked, ana, said, waited_for):
    decider(database, "ben")
    with database.writing() as session:
        comment = stored(session, checked, action=said)
        first = review.decide(session, comment.id, ana, Action.REJECT, seen=0, now=at(1))
        assert waits(session, comment) is WaitsFor.SECOND_OPINION
        review.undo(session, first.id, ana, now=at(2))

        found = review.comment(session, comment.id)
        assert (found.waits_for, found.outcome) == (waited_for, said)


def test_what_an_undo_puts_back_is_as_urgent_as_it_was(database, checked, ana, ben):
    with database.writing() as session:
        comment = stored(session, checked)
        due_at = comment.due_at
        first = review.decide(session, comment.id, ana, Action.REJECT, seen=0, now=at(1))
        assert review.comment(session, comment.id).due_at > due_at
        review.undo(session, first.id, ana, now=at(2))

        assert review.comment(session, comment.id).due_at == due_at
