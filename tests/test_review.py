"""Moderators decide: once, in the open, and they can take it back."""

import threading

import pytest
from sqlalchemy import select

from moderation import intake, review
from moderation.store.tables import Delivery, Receiver, RejectionReason, Site
from moderation.verdict import Action
from tests.conftest import at
from tests.making import draft, stored, verdict


def test_a_decision_takes_the_comment_out_of_the_queue(database, site, ana):
    with database.writing() as session:
        comment = stored(session, site)
        review.decide(session, comment.id, ana, Action.REJECT, RejectionReason.SPAM, seen=0, now=at(1))

        found = review.comment(session, comment.id)

    assert found.outcome is Action.REJECT
    assert [(d.moderator.name, d.action, d.reason) for d in found.decisions] == [
        ("ana", Action.REJECT, RejectionReason.SPAM)
    ]


def test_the_second_moderator_is_told_who_was_first(database, site, ana, ben):
    """Two people open one comment; the slower one loses nothing and learns why."""
    with database.writing() as session:
        comment = stored(session, site)
        review.decide(session, comment.id, ana, Action.REJECT, RejectionReason.ABUSE, seen=0, now=at(1))

        with pytest.raises(review.AlreadyDecided, match="ana chose to reject") as told:
            review.decide(session, comment.id, ben, Action.APPROVE, seen=0, now=at(2))

        assert told.value.decision.reason is RejectionReason.ABUSE
        assert len(review.comment(session, comment.id).decisions) == 1


def test_of_many_moderators_at_once_one_decides(database, site, ana, ben):
    with database.writing() as session:
        comment = stored(session, site)
        session.commit()
    outcomes: list[str] = []

    def decide(by: object, action: Action) -> None:
        with database.writing() as session:
            try:
                review.decide(session, comment.id, by, action, seen=0, now=at(1))
                session.commit()
                outcomes.append("decided")
            except review.AlreadyDecided:
                outcomes.append("told")

    racers = [
        threading.Thread(target=decide, args=(by, action))
        for by, action in [(ana, Action.APPROVE), (ben, Action.REJECT)] * 6
    ]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()

    assert sorted(outcomes) == ["decided"] + ["told"] * 11
    with database.reading() as session:
        assert len(review.comment(session, comment.id).decisions) == 1


def test_a_moderator_is_told_when_the_author_edited_meanwhile(database, site, ana):
    with database.writing() as session:
        comment = stored(session, site)
        latest, _ = intake.replace(session, site, draft(text="Buy!"), verdict(), now=at(1))

        with pytest.raises(review.Edited) as told:
            review.decide(session, comment.id, ana, Action.APPROVE, seen=0, now=at(2))

        assert told.value.latest.id == latest.id


def test_a_revision_that_never_was_changes_nothing(database, site, ana):
    with database.writing() as session:
        comment = stored(session, site)

        with pytest.raises(review.Conflict, match="out of date"):
            review.decide(session, comment.id, ana, Action.APPROVE, seen=7, now=at(1))


@pytest.mark.parametrize("before", list(Action))
def test_undo_restores_the_verdict_and_stays_on_record(database, site, ana, ben, before):
    with database.writing() as session:
        comment = stored(session, site, action=before)
        decision = review.decide(session, comment.id, ana, Action.APPROVE, seen=0, now=at(1))
        review.undo(session, decision.id, ben, now=at(2))

        found = review.comment(session, comment.id)

    assert found.outcome is before
    assert [(d.moderator.name, d.action, d.undoes_id) for d in found.decisions] == [
        ("ana", Action.APPROVE, None),
        ("ben", before, decision.id),
    ]


def test_undo_restores_the_decision_before(database, site, ana, ben):
    with database.writing() as session:
        comment = stored(session, site)
        review.decide(session, comment.id, ana, Action.REJECT, RejectionReason.SPAM, seen=0, now=at(1))
        second = review.decide(session, comment.id, ben, Action.APPROVE, seen=1, now=at(2))
        undone = review.undo(session, second.id, ben, now=at(3))

    assert (undone.action, undone.reason) == (Action.REJECT, RejectionReason.SPAM)


def test_only_what_still_holds_can_be_undone(database, site, ana, ben):
    with database.writing() as session:
        comment = stored(session, site)
        first = review.decide(session, comment.id, ana, Action.APPROVE, seen=0, now=at(1))
        review.decide(session, comment.id, ben, Action.REJECT, RejectionReason.SPAM, seen=1, now=at(2))

        assert review.last_by(session, ana) is None
        with pytest.raises(review.AlreadyDecided, match="ben chose to reject"):
            review.undo(session, first.id, ana, now=at(3))


def test_the_last_decision_of_a_moderator_is_offered_for_undo_once(database, site, ana):
    with database.writing() as session:
        comment = stored(session, site)
        assert review.last_by(session, ana) is None
        decision = review.decide(session, comment.id, ana, Action.APPROVE, seen=0, now=at(1))
        assert review.last_by(session, ana) == decision
        review.undo(session, decision.id, ana, now=at(2))

        assert review.last_by(session, ana) is None


def test_decisions_are_listed_with_the_latest_first_and_page_by_page(database, site, ana):
    with database.writing() as session:
        for number in range(5):
            comment = stored(session, site, str(number))
            review.decide(session, comment.id, ana, Action.APPROVE, seen=0, now=at(number))
        first = review.decisions(session, limit=3)
        rest = review.decisions(session, limit=3, before=first[-1].id)

    assert [d.comment.external_id for d in (*first, *rest)] == ["4", "3", "2", "1", "0"]


class TestReport:
    """Decisions that people made at the site itself."""

    def test_a_report_holds_and_names_who_reported(self, database, site):
        with database.writing() as session:
            comment = stored(session, site, action=Action.APPROVE)
            review.report(session, comment.id, "ben", Action.REJECT, RejectionReason.SPAM, now=at(1))
            session.commit()

        with database.reading() as session:
            found = review.comment(session, comment.id)
            assert found.outcome is Action.REJECT
            assert [(one.decided_by, one.reason) for one in found.decisions] == [
                ("ben (at the site)", RejectionReason.SPAM)
            ]

    def test_the_same_report_again_is_no_further_decision(self, database, site, ana):
        with database.writing() as session:
            comment = stored(session, site)
            review.decide(session, comment.id, ana, Action.APPROVE, seen=0, now=at(1))

            assert review.report(session, comment.id, "ben", Action.APPROVE, now=at(2)) is None
            assert review.report(session, comment.id, "ben", Action.REJECT, now=at(3)) is not None
            assert review.report(session, comment.id, "ben", Action.REJECT, now=at(4)) is None

    def test_who_is_to_be_told_is_noted_with_the_decision(self, database, site, ana):
        with database.writing() as session:
            comment = stored(session, site)
            review.comment(session, comment.id).akismet_callback = "https://blog.example.org/hook"
            session.get_one(Site, site.id).callback_url = "https://blog.example.org/heard"
            session.flush()
            review.decide(session, comment.id, ana, Action.APPROVE, seen=0, now=at(1))
            review.report(session, comment.id, "ben", Action.REJECT, now=at(2))
            session.commit()

        with database.reading() as session:
            found = session.execute(select(Delivery.receiver, Delivery.due_at).order_by(Delivery.id))
            # The plugin is not told what it reported itself, nor what it decided otherwise since.
            assert [tuple(row) for row in found] == [
                (Receiver.CALLBACK, at(1)),
                (Receiver.CALLBACK, at(2)),
            ]
