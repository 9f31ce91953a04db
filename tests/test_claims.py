"""Claims, holds and notes: several people work through one queue and do not get in each other's way."""

import pytest
from sqlalchemy import select

from moderation import review
from moderation.access import Access
from moderation.review import Held, Wanted, claims, holds, notes
from moderation.store.tables import AuditEntry, Claim, Comment, Hold, Permission, Role, WaitsFor
from moderation.verdict import Action
from tests.conftest import at
from tests.making import decider, in_the_queue, stored


@pytest.fixture
def people(database):
    """Three moderators."""
    return [decider(database, name) for name in ("ana", "ben", "cleo")]


def next_for(session, moderator, *, minutes=1, **wanted):
    found = review.next_waiting(session, Wanted(**wanted), access=Access(moderator), now=at(minutes))
    return found and found.external_id


def listed(session, moderator, **wanted):
    found = review.rows(session, Wanted(**wanted), access=Access(moderator), now=at(1))
    return [comment.external_id for comment in session.scalars(found)]


class TestClaims:
    def test_the_others_pass_over_what_somebody_has_open_until_that_runs_out(
        self, database, site, people
    ):
        ana, ben, _ = people
        with database.writing() as session:
            first = stored(session, site, "first", now=at(0))
            stored(session, site, "second", now=at(1))

            assert claims.claim(session, first.id, ana, now=at(1))

            assert (next_for(session, ana), next_for(session, ben)) == ("first", "second")
            assert next_for(session, ben, minutes=5) == "second"
            assert next_for(session, ben, minutes=6) == "first"

    def test_only_one_has_a_comment_and_opening_it_again_renews_that(self, database, site, people):
        ana, ben, _ = people
        with database.writing() as session:
            comment = stored(session, site)

            assert claims.claim(session, comment.id, ana, now=at(0))
            assert not claims.claim(session, comment.id, ben, now=at(1))
            assert claims.claim(session, comment.id, ana, now=at(4))
            assert not claims.claim(session, comment.id, ben, now=at(8))
            assert claims.claim(session, comment.id, ben, now=at(9))
            assert not claims.claim(session, comment.id, ana, now=at(10))

    def test_a_clock_that_is_put_back_keeps_nobody_from_a_comment_for_longer(
        self, database, site, people
    ):
        ana, ben, _ = people
        with database.writing() as session:
            comment = stored(session, site, now=at(0))
            assert claims.claim(session, comment.id, ana, now=at(61))

            # Of two machines, one may be a little behind.
            assert not claims.claim(session, comment.id, ben, now=at(60))
            assert claims.claim(session, comment.id, ben, now=at(1))

    def test_what_was_given_back_is_free_and_nobody_gives_back_for_others(self, database, site, people):
        ana, ben, _ = people
        with database.writing() as session:
            comment = stored(session, site)
            claims.claim(session, comment.id, ana, now=at(0))
            claims.give_back(session, comment.id, ben)
            assert next_for(session, ben) is None
            claims.give_back(session, comment.id, ana)
            assert next_for(session, ben) == "1"

    def test_a_list_says_who_has_what_open(self, database, site, people):
        ana, ben, _ = people
        with database.writing() as session:
            comment = stored(session, site)
            claims.claim(session, comment.id, ana, now=at(2))
            seen = {
                by.name: review.listed(
                    session, Wanted(outcome=Action.REVIEW), access=Access(by), limit=9, now=at(3)
                )
                .rows[0]
                .claim
                for by in (ana, ben)
            }

        assert seen["ana"] is None
        assert (seen["ben"].moderator.name, claims.opened_at(seen["ben"])) == ("ana", at(2))

    def test_a_claim_keeps_nobody_from_deciding(self, database, site, people):
        ana, ben, _ = people
        with database.writing() as session:
            comment = stored(session, site)
            claims.claim(session, comment.id, ana, now=at(0))
            review.decide(session, comment.id, ben, Action.APPROVE, seen=0, now=at(1))

            assert session.scalars(select(Claim)).all() == []


class TestHolds:
    def test_what_is_put_aside_waits_for_one_person_alone(self, database, site, people):
        ana, ben, _ = people
        with database.writing() as session:
            mine, handed = (stored(session, site, name) for name in ("mine", "handed"))
            stored(session, site, "free")
            holds.hold(session, mine.id, ana, now=at(1))
            holds.hold(session, handed.id, ana, ben.id, now=at(1))

            seen = {
                by.name: (
                    listed(session, by, outcome=Action.REVIEW),
                    listed(session, by, held=Held.MINE),
                    listed(session, by, held=Held.OTHERS),
                    tuple(review.count_aside(session, access=Access(by))),
                    review.count_waiting(session, access=Access(by)),
                    next_for(session, by, held=Held.MINE),
                )
                for by in people
            }

        assert seen == {
            "ana": (["free"], ["mine"], ["handed"], (1, 1), 1, "mine"),
            "ben": (["free"], ["handed"], ["mine"], (1, 1), 1, "handed"),
            "cleo": (["free"], [], ["mine", "handed"], (0, 2), 1, None),
        }

    def test_anybody_puts_it_back_and_a_decision_ends_it(self, database, site, people):
        ana, ben, cleo = people
        with database.writing() as session:
            first, second = (stored(session, site, name) for name in ("first", "second"))
            for comment in (first, second):
                holds.hold(session, comment.id, ana, ben.id, now=at(1))
            holds.release(session, first.id, cleo, now=at(2))
            holds.release(session, first.id, cleo, now=at(2))
            review.decide(session, second.id, cleo, Action.APPROVE, seen=0, now=at(3))

            assert listed(session, ana, outcome=Action.REVIEW) == ["first"]
            assert session.scalars(select(Hold)).all() == []

    def test_who_holds_a_comment_has_closed_it(self, database, site, people):
        ana, ben, _ = people
        with database.writing() as session:
            comment = stored(session, site)
            claims.claim(session, comment.id, ana, now=at(0))
            holds.hold(session, comment.id, ana, ben.id, "Do you know him?", now=at(0))

            assert next_for(session, ben, held=Held.MINE) == "1"
            assert [(one.moderator.name, one.text) for one in notes.on(session, comment)] == [
                ("ana", "Do you know him?")
            ]

    def test_the_last_who_hands_it_on_decides_whom_it_waits_for(self, database, site, people):
        ana, ben, cleo = people
        with database.writing() as session:
            comment = stored(session, site)
            holds.hold(session, comment.id, ana, ben.id, now=at(1))
            holds.hold(session, comment.id, ben, cleo.id, now=at(2))
            claim, held = holds.claimed_and_held(session, comment.id, ana, now=at(3))

        assert claim is None
        assert (held.held_by.name, held.held_for.name, held.held_at) == ("ben", "cleo", at(2))

    @pytest.mark.parametrize("change", ["left", "reads only", "not his site"])
    def test_it_is_handed_to_nobody_who_cannot_decide_and_comes_back_from_whoever_cannot_any_more(
        self, database, site, people, change
    ):
        ana, ben, _ = people
        with database.writing() as session:
            comment = stored(session, site)
            holds.hold(session, comment.id, ana, ben.id, now=at(1))
            ben = session.merge(ben)
            if change == "left":
                ben.left_at = at(2)
            elif change == "reads only":
                ben.role = Role.READER
            else:
                ben.every_site = False
            session.flush()

            assert [one.id for one in in_the_queue(session, Access(ana))] == [comment.id]
            assert tuple(review.count_aside(session, access=Access(ana))) == (0, 0)
            with pytest.raises(review.CannotTake, match="Choose somebody else"):
                holds.hold(session, comment.id, ana, ben.id, now=at(3))

    def test_who_may_look_at_the_site_can_take_it(self, database, site, people):
        _, ben, _ = people
        with database.writing() as session:
            session.merge(ben).every_site = False
            session.add(Permission(moderator_id=ben.id, site_id=site.id))
            comment = review.comment(session, stored(session, site).id)

            assert [one.name for one in holds.who_can_take(session, comment)] == ["ana", "ben", "cleo"]

    def test_a_second_opinion_is_handed_to_nobody_who_gave_the_first(self, database, site, people):
        ana = people[0]
        with database.writing() as session:
            comment = stored(session, site)
            review.decide(session, comment.id, ana, Action.APPROVE, seen=0, now=at(1))
            again = review.comment(session, comment.id)
            again.waits_for = WaitsFor.SECOND_OPINION
            session.flush()

            assert [one.name for one in holds.who_can_take(session, again)] == ["ben", "cleo"]

    def test_what_nobody_has_to_decide_on_cannot_be_put_aside(self, database, site, people):
        with database.writing() as session:
            comment = stored(session, site, action=Action.REJECT)

            with pytest.raises(review.NothingWaits):
                holds.hold(session, comment.id, people[0], now=at(1))


class TestNotes:
    def test_they_go_on_from_edition_to_edition(self, database, site, people):
        ana, ben, _ = people
        with database.writing() as session:
            older = stored(session, site, "1")
            newer = stored(session, site, "2")
            notes.write(session, older.id, ana, "  Seen him before. ", now=at(1))
            session.get_one(Comment, newer.id).external_id = "1"
            session.get_one(Comment, newer.id).edition = 2
            session.flush()
            notes.write(session, newer.id, ben, "So have I.", now=at(2))

            assert [
                (one.moderator.name, one.text, one.written_at) for one in notes.on(session, newer)
            ] == [
                ("ana", "Seen him before.", at(1)),
                ("ben", "So have I.", at(2)),
            ]

    @pytest.mark.parametrize(("text", "told"), [(" \n", "says nothing"), ("a" * 2_001, "2,001")])
    def test_one_that_says_nothing_or_too_much_is_refused(self, database, site, people, text, told):
        with database.writing() as session:
            comment = stored(session, site)

            with pytest.raises(review.BadNote, match=told):
                notes.write(session, comment.id, people[0], text, now=at(1))


def test_every_act_is_on_record_without_what_was_written(database, site, people):
    ana, ben, _ = people
    with database.writing() as session:
        comment = stored(session, site)
        notes.write(session, comment.id, ana, "A secret.", now=at(1))
        holds.hold(session, comment.id, ana, now=at(2))
        holds.hold(session, comment.id, ana, ben.id, "Another.", now=at(3))
        holds.release(session, comment.id, ben, now=at(4))
        acts = [
            (one.done_by, one.act, one.subject, one.site_id, one.details)
            for one in session.scalars(select(AuditEntry).order_by(AuditEntry.id))
        ]

    subject = f"comment {comment.id}"
    assert acts == [
        ("ana", "comment.note", subject, site.id, ""),
        ("ana", "comment.hold", subject, site.id, ""),
        ("ana", "comment.note", subject, site.id, ""),
        ("ana", "comment.hold", subject, site.id, "Handed to ben."),
        ("ben", "comment.release", subject, site.id, ""),
    ]
