"""The site hears of every decision once, in order; the next model learns from those that hold."""

import random
import threading

import msgspec
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from moderation import feedback, intake, review, sites
from moderation.classifier.examples import Example
from moderation.draft import Author
from moderation.importers import storing
from moderation.importers.record import Record, Status
from moderation.labels import Decider
from moderation.store.tables import Comment, Moderator, RejectionReason, Role, Site
from moderation.verdict import Action, Signal
from tests.classifier.making import sentence
from tests.conftest import add_site, at
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

    def test_an_example_says_what_was_known_of_the_comment(self, database, site, ana):
        reasons = (
            signal("classifier", 2.5),
            signal("too_many_links", 1.25),
            signal("known_author", -2.0),
            signal("flood", 4.0, log_only=True),
        )
        with database.writing() as session:
            given = msgspec.structs.replace(verdict(), reasons=reasons)
            sent = draft(parent_id="1", author=Author(name="ben", url="https://example.org/"))
            comment, _ = intake.record(session, site, sent, given, now=at(0))
            review.decide(
                session, comment.id, ana, Action.REJECT, RejectionReason.SPAM, seen=0, now=at(1)
            )

            (example,) = feedback.examples(session)

        assert example == Example(
            text=comment.text,
            rejected=True,
            decided_at=at(1),
            reason="spam",
            circumstances=("reply", "author_address", *(one.code for one in reasons[1:])),
            rules=-0.75,
            comment=comment.id,
        )

    def test_what_chance_chose_stands_for_what_it_did_not_choose(self, database, site, ana, ben):
        """Also after a second opinion, for which chance chose once more among all decisions."""
        with database.writing() as session:
            blog = session.get_one(Site, site.id)
            blog.audit_share = 0.5
            blog.second_share = 1.0
            for number in range(40):
                stored(session, blog, str(number), text=f"Day {number}", action=Action.APPROVE)
            stored(session, blog, "waits")
            session.commit()
            for comment in session.scalars(select(Comment)).all():
                review.decide(session, comment.id, ana, Action.APPROVE, seen=0, now=at(1))
                if comment.id % 3 == 0:
                    review.decide(session, comment.id, ben, Action.APPROVE, seen=1, now=at(2))
            session.expire_all()
            chosen = {one.id for one in session.scalars(select(Comment)) if one.audit_share}

            shares = {one.comment: one.share for one in feedback.examples(session)}

        assert 5 < len(chosen) < 35
        assert shares == {number: 0.5 if number in chosen else 1.0 for number in range(1, 42)}


class TestWeights:
    """What decisions weigh that people made on comments as they came in."""

    def test_one_account_with_most_of_the_decisions_has_a_fifth_of_the_say(self, database, site):
        with database.writing() as session:
            busy, *others = [decider_of(session, name) for name in "abcdefghijkl"]
            for number in range(60):
                by = busy if number < 36 else others[number % 11]
                comment = stored(session, site, str(number), text=f"A day of number {number}")
                review.decide(session, comment.id, by, Action.REJECT, seen=0, now=at(number))

            found = feedback.weigh(session)
            weights = [example.weight for example in feedback.examples(session)]

        assert sum(weights[:36]) / sum(weights) == pytest.approx(0.2)
        assert (found.account.of_the_busiest, found.account.busiest) == (36, 1)
        assert weights[36:] == [1.0] * 24

    def test_copies_of_real_comments_with_a_link_at_the_end_teach_nothing_when_rejected(
        self, database, site, ana
    ):
        with database.writing() as session:
            for number in range(100):
                comment = stored(session, site, f"real-{number}", text=long_comment(number))
                review.decide(session, comment.id, ana, Action.APPROVE, seen=0, now=at(number))
            for number in range(100):
                text = f"{long_comment(number)} https://spam.example.org/{number}"
                author = Author(name="mallory", email="mallory@example.org")
                comment = stored(session, site, f"copy-{number}", text=text, author=author)
                review.decide(
                    session,
                    comment.id,
                    ana,
                    Action.REJECT,
                    RejectionReason.SPAM,
                    seen=0,
                    now=at(200 + number),
                )
            session.expire_all()
            waves = set(session.scalars(select(Comment.wave_id)))

            found = feedback.weigh(session)
            learnt = list(feedback.examples(session, found))

        assert len(waves) == 100
        assert found.account.copies_of_approved == 100
        assert [(one.rejected, one.weight) for one in learnt] == [(False, 1.0)] * 100

    def test_a_wave_of_spam_counts_once(self, database, site, ana):
        with database.writing() as session:
            for number in range(10):
                author = Author(name=f"m{number}", email=f"m{number}@example.org")
                text = f"{long_comment(1)} https://spam.example.org/{number}"
                comment = stored(session, site, str(number), text=text, author=author)
                review.decide(session, comment.id, ana, Action.REJECT, seen=0, now=at(number))

            weights = [example.weight for example in feedback.examples(session)]

        assert weights == pytest.approx([0.1] * 10)

    def test_what_came_with_the_history_counts_half_and_a_report_of_today_whole(self, database, site):
        with database.writing() as session:
            record = Record(draft=draft("old", "An old one."), status=Status.SPAM)
            storing.store(session, site, [record], {}, now=at(0))
            reported = stored(session, site, "new", text="A new one.")
            review.report(session, reported.id, "the blog", Action.REJECT, now=at(1))

            found = feedback.weigh(session)
            weights = [(one.text, one.weight, one.reason) for one in feedback.examples(session)]

        assert weights == [("An old one.", 0.5, "spam"), ("A new one.", 1.0, None)]
        assert set(found.accounts) == {None, Decider(site=site.id, reporter="the blog")}

    def test_of_some_sites_only_what_was_decided_there_counts(self, database, site, ana):
        other = add_site(database, "forum", "fedcba987654")
        with database.writing() as session:
            for one in (site, other):
                comment = stored(session, one, one.name, text=f"What a day on the {one.name}.")
                review.decide(session, comment.id, ana, Action.APPROVE, seen=0, now=at(1))

            found = feedback.weigh(session, {other.id})
            texts = [one.text for one in feedback.examples(session, found, {other.id})]

        assert (texts, found.account.teach) == (["What a day on the forum."], 1)

    def test_what_the_history_does_not_say_is_no_reason(self, database, site):
        """An import knows of spam, and stores every other rejection as one for another reason."""
        with database.writing() as session:
            for number, status in enumerate((Status.SPAM, Status.REJECTED)):
                record = Record(draft=draft(str(number), f"Old, {number}."), status=status)
                storing.store(session, site, [record], {}, now=at(0))
            reported = stored(session, site, "new", text="A new one.")
            review.report(
                session, reported.id, "the blog", Action.REJECT, RejectionReason.OTHER, now=at(1)
            )

            told = {one.text: one.reason for one in feedback.examples(session)}

        assert told == {"Old, 0.": "spam", "Old, 1.": None, "A new one.": "other"}


def labels(session: Session) -> list[tuple[str, bool]]:
    return [(example.text, example.rejected) for example in feedback.examples(session)]


def signal(source: str, weight: float, **fields: object) -> Signal:
    return Signal(
        source=source, code=source, message="Why.", action=Action.REVIEW, weight=weight, **fields
    )


def decider_of(session: Session, name: str) -> Moderator:
    """A moderator who never logs in."""
    added = Moderator(name=name, role=Role.MODERATOR, created_at=at(0), password_hash="none")
    session.add(added)
    session.flush()
    return added


def long_comment(number: int) -> str:
    """A comment of forty words that shares few with those of other numbers."""
    return sentence(random.Random(number), *(f"word{number}of{place}" for place in range(28)))
