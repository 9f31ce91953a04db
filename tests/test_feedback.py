"""The site hears of every decision once, in order; the next model learns from those that hold."""

import threading

import pytest
from sqlalchemy.orm import Session

from moderation import feedback, intake, review, sites
from moderation.store.tables import RejectionReason
from moderation.verdict import Action
from tests.conftest import at
from tests.making import draft, stored, verdict


def test_the_feed_goes_on_where_the_reader_stopped(database, site, ana):
    with database.writing() as session:
        for number in range(5):
            comment = stored(session, site, str(number))
            review.decide(session, comment.id, ana, Action.APPROVE, seen=0, now=at(number))
        first = feedback.decisions_since(session, site, 0, limit=2)
        rest = feedback.decisions_since(session, site, first[-1].position, limit=100)

    assert [d.comment.external_id for d in (*first, *rest)] == ["0", "1", "2", "3", "4"]


def test_each_site_has_a_feed_of_its_own(database, site, ana):
    with database.writing() as session:
        other, _ = sites.add(session, "other", "https://other.example.org/", now=at(0))
        for one in (site, other, site):
            comment = stored(session, one, f"{one.name}-{review.count_waiting(session)}")
            review.decide(session, comment.id, ana, Action.APPROVE, seen=0, now=at(1))
            stored(session, one, f"{comment.external_id}-waits")

        positions = [d.position for d in feedback.decisions_since(session, site, 0, limit=10)]

    assert positions == [1, 2]


def test_a_reader_misses_nothing_while_moderators_decide(database, site, ana):
    """Positions become visible in their order, even when later transactions commit sooner."""
    with database.writing() as session:
        numbers = [stored(session, site, str(number)).id for number in range(40)]
        session.commit()

    def decide(ids: list[int]) -> None:
        for comment_id in ids:
            with database.writing() as session:
                review.decide(session, comment_id, ana, Action.APPROVE, seen=0, now=at(1))
                session.commit()

    deciders = [threading.Thread(target=decide, args=(numbers[start::4],)) for start in range(4)]
    for decider in deciders:
        decider.start()
    heard: list[int] = []
    while len(heard) < len(numbers):
        working = any(decider.is_alive() for decider in deciders)
        with database.reading() as session:
            found = feedback.decisions_since(session, site, len(heard), limit=7)
        heard += [decision.position for decision in found]
        if not working and not found:
            break

    assert heard == list(range(1, 41))


class TestExamples:
    """What the next model learns from."""

    def test_the_decision_that_holds_is_the_label(self, database, site, ana, ben):
        with database.writing() as session:
            comment = stored(session, site, text="Rubbish.")
            review.decide(session, comment.id, ana, Action.APPROVE, seen=0, now=at(1))
            review.decide(
                session, comment.id, ben, Action.REJECT, RejectionReason.ABUSE, seen=1, now=at(2)
            )

            assert labels(session) == [("Rubbish.", True)]

    @pytest.mark.parametrize("verdict_action", list(Action))
    def test_an_undone_decision_is_no_label(self, database, site, ana, verdict_action):
        """Nor is what it restored: then the machine would be its own teacher."""
        with database.writing() as session:
            comment = stored(session, site, action=verdict_action)
            decision = review.decide(session, comment.id, ana, Action.APPROVE, seen=0, now=at(1))
            review.undo(session, decision.id, ana, now=at(2))

            assert labels(session) == []

    def test_what_only_the_machine_judged_is_no_label(self, database, site):
        with database.writing() as session:
            stored(session, site, action=Action.REJECT)

            assert labels(session) == []

    def test_each_edition_keeps_the_label_of_its_own_text(self, database, site, ana):
        with database.writing() as session:
            first = stored(session, site, text="What a day.")
            review.decide(session, first.id, ana, Action.APPROVE, seen=0, now=at(1))
            second, _ = intake.replace(session, site, draft(text="Buy!"), verdict(), now=at(2))
            review.decide(
                session, second.id, ana, Action.REJECT, RejectionReason.SPAM, seen=0, now=at(3)
            )

            assert labels(session) == [("What a day.", False), ("Buy!", True)]


def labels(session: Session) -> list[tuple[str, bool]]:
    return [(example.text, example.rejected) for example in feedback.examples(session)]
