"""The queue: what waits, in which order, for whom; and what of it is alike."""

import msgspec
import pytest

from moderation import intake, review, urgency
from moderation.access import Access
from moderation.review import Wanted
from moderation.store.tables import Comment, WaitsFor
from moderation.urgency import Ground
from moderation.verdict import Action, Signal
from tests.conftest import add_site, at
from tests.making import decider, draft, in_the_queue, opinion, stored, verdict

WAITING = Wanted(outcome=Action.REVIEW)


def alone(session, site, number):
    """Store a comment that says what no other does."""
    return stored(session, site, str(number), text=f"Day {number}.", now=at(number))


def test_what_waits_is_listed_with_the_most_urgent_first_and_of_two_alike_the_older(database, site):
    with database.writing() as session:
        stored(session, site, "likely", probability=0.8, now=at(3))
        stored(session, site, "younger", probability=0.5, now=at(2))
        stored(session, site, "never judged", probability=None, now=at(4))
        stored(session, site, "approved", action=Action.APPROVE, probability=0.9)
        older = stored(session, site, "older", probability=0.5, now=at(1))

        turns = [waiting.external_id for waiting in in_the_queue(session)]
        after = review.next_waiting(session, Wanted(after=older.id), now=at(5))

    assert turns == ["never judged", "older", "younger", "likely"]
    assert after is not None
    assert after.external_id == "younger"


def test_what_a_model_on_trial_disputes_comes_before_all_that_is_like_it(database, site):
    with database.writing() as session:
        stored(session, site, "older", now=at(0))
        stored(session, site, "agreed", opinion=opinion(Action.REVIEW), now=at(1))
        stored(session, site, "silent", opinion=opinion(Action.APPROVE, None), now=at(2))
        disputed = stored(session, site, "disputed", opinion=opinion(Action.APPROVE), now=at(3))
        stored(session, site, "settled", action=Action.REJECT, opinion=opinion(Action.APPROVE))
        harmful = msgspec.structs.replace(verdict(probability=0.6), scores={"threat": 0.95})
        intake.record(session, site, draft("harmful", text="Beware."), harmful, now=at(4))
        due = disputed.due_at
        session.commit()

    # What is far more harmful comes before it, and what the models settle waits for nobody.
    turns = ["harmful", "disputed", "older", "agreed", "silent"]
    with database.writing() as session:
        assert [one.external_id for one in in_the_queue(session)] == turns
    assert due < at(3) + urgency.LONGEST / 2


def test_what_is_disputed_is_as_urgent_after_an_undo_as_it_was(database, site):
    ana = decider(database)
    with database.writing() as session:
        comment = stored(session, site, opinion=opinion(Action.REJECT))
        due = comment.due_at
        decision = review.decide(session, comment.id, ana, Action.REJECT, seen=0, now=at(1))
        review.undo(session, decision.id, ana, now=at(2))

        found = review.comment(session, comment.id)
        assert (found.waits_for, found.due_at, found.is_disputed) == (WaitsFor.DECISION, due, True)


def test_skipping_leads_through_the_whole_queue(database, site):
    with database.writing() as session:
        for number in range(5):
            stored(session, site, str(number), probability=0.5)
        seen = []
        current = review.next_waiting(session, now=at(1))
        while current:
            seen.append(current.external_id)
            current = review.next_waiting(session, Wanted(after=current.id), now=at(1))

    assert seen == ["0", "1", "2", "3", "4"]


def test_the_next_one_follows_the_filter(database, site):
    threat = Signal(source="classifier", code="threat", message="A threat.", action=Action.REVIEW)
    judged = msgspec.structs.replace(verdict(), reasons=(threat,))
    with database.writing() as session:
        for number in range(3):
            stored(session, site, f"insult {number}")
            intake.record(session, site, draft(f"threat {number}"), judged, now=at(number))
        seen = []
        wanted = Wanted(reason="threat")
        while current := review.next_waiting(session, wanted, now=at(9)):
            seen.append(current.external_id)
            wanted = msgspec.structs.replace(wanted, after=current.id)

    assert seen == ["threat 0", "threat 1", "threat 2"]


def test_near_copies_are_one_row_that_says_how_many_more_there_are(database, site):
    ana = decider(database)
    with database.writing() as session:
        made = [alone(session, site, number) for number in range(6)]
        for comment in (made[1], made[3], made[4]):
            comment.wave_id = made[1].id
        settled = stored(session, site, "settled", action=Action.REJECT)
        settled.wave_id = made[1].id
        session.flush()

        listed = review.listed(session, WAITING, access=Access(ana), limit=3, now=at(9))
        rest = review.listed(
            session,
            msgspec.structs.replace(WAITING, after=listed.last),
            access=Access(ana),
            limit=3,
            now=at(9),
        )

    assert [(row.comment.external_id, row.alike) for row in listed.rows] == [
        ("0", 0),
        ("1", 2),
        ("2", 0),
    ]
    # Those of the wave that lie between were passed over.
    assert [row.comment.external_id for row in rest.rows] == ["5"]
    assert rest.last is None


@pytest.mark.parametrize("wanted", [WAITING, Wanted()])
def test_a_list_goes_on_where_it_ended(database, site, wanted):
    ana = decider(database)
    with database.writing() as session:
        for number in range(5):
            alone(session, site, number)
        pages = []
        after = None
        while not pages or after is not None:
            part = msgspec.structs.replace(wanted, after=after)
            listed = review.listed(session, part, access=Access(ana), limit=2, now=at(9))
            pages.append([row.comment.external_id for row in listed.rows])
            after = listed.last

    in_order = [["0", "1"], ["2", "3"], ["4"]]
    assert pages == (in_order if wanted.is_of_the_queue else [["4", "3"], ["2", "1"], ["0"]])


def test_everybody_sees_the_sites_that_are_his_alone(database, site):
    other = add_site(database, "other", "ffffffffffff")
    ana = decider(database)
    with database.writing() as session:
        own = stored(session, site, "own", now=at(0))
        stored(session, other, "other")
        access = Access(ana, frozenset({site.id}))
        backlog = review.backlog(session, WAITING, access=access, now=at(1))

        assert [one.id for one in in_the_queue(session, access)] == [own.id]
        assert review.count_waiting(session, access=access) == 1
        assert backlog == (1, at(0))
        assert review.ids(session, Wanted(), access=access, limit=9, now=at(1)) == [(own.id, 0)]
        assert review.count(session, Wanted(text="day"), access=access, now=at(1)).number == 1
        assert review.ids(session, Wanted(site=other.id), access=access, limit=9, now=at(1)) == []


def test_counting_ends_where_it_should(database, site):
    with database.writing() as session:
        for number in range(4):
            stored(session, site, str(number))

        assert review.count(session, Wanted(), most=3, now=at(1)) == (3, True)
        assert review.count(session, Wanted(), most=4, now=at(1)) == (4, False)


def test_whoever_gave_the_first_opinion_is_not_asked_for_the_second(database, site, ana, ben):
    with database.writing() as session:
        comment = stored(session, site)
        review.decide(session, comment.id, ana, Action.APPROVE, seen=0, now=at(1))
        session.get_one(Comment, comment.id).waits_for = WaitsFor.SECOND_OPINION
        session.flush()

        assert in_the_queue(session, Access(ana)) == []
        assert [one.id for one in in_the_queue(session, Access(ben))] == [comment.id]


def test_reasons_and_languages_are_known_that_there_are(database, site):
    with database.writing() as session:
        assert review.facets(session) == ([], [])
        stored(session, site)
        stored(session, site, "de", text="Das ist doch wirklich nicht schön.")

        assert review.facets(session) == (["insult"], ["de", "en"])


@pytest.mark.parametrize(
    ("probability", "scores", "expected"),
    [
        (None, {}, (Ground.UNJUDGED,)),
        (0.98, {"threat": 0.9}, (Ground.HARM,)),
        (0.5, {"insult": 0.1}, (Ground.DOUBT,)),
        (0.5, {"threat": 0.9}, (Ground.HARM, Ground.DOUBT)),
        (0.5, {"spam": 0.6}, (Ground.DOUBT, Ground.HARM)),
        (0.99, {"obscene": 0.2}, ()),
    ],
)
def test_what_makes_a_comment_urgent_is_told_the_weightiest_first(probability, scores, expected):
    assert urgency.grounds(probability, scores) == expected
    if probability is not None:
        told = urgency.grounds(probability, scores, is_disputed=True)
        assert told == (Ground.DISPUTE, *expected)
