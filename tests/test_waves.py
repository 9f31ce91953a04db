"""Near copies are told apart at intake, and an act decides on those that somebody has seen."""

import pytest

from moderation import access, intake, review
from moderation.review import acts, waves
from moderation.store.tables import Comment, RejectionReason
from moderation.verdict import Action
from tests.conftest import START, add_site, at
from tests.making import decider, draft, stored, verdict

# Five of its eight numbers are shared by the copies below.
OFFER = (
    "I earn four thousand dollars every {} from home with this simple trading plan and you can do "
    "the same, my friends, if you only write me a line today."
)
OTHER = (
    "The council should have asked the people who live beside the river before it decided that the "
    "old bridge must go, and nobody knows who will pay for the new one."
)


@pytest.fixture
def ana(database):
    return decider(database)


@pytest.fixture
def ben(database):
    return decider(database, "ben")


def send(session, site, *texts, start=0, now=START, **fields):
    return [
        stored(session, site, str(start + number), text=text, now=now, **fields).id
        for number, text in enumerate(texts)
    ]


def waves_of(session, numbers):
    session.expire_all()
    return [session.get_one(Comment, number).wave_id for number in numbers]


class TestJoining:
    def test_a_wave_is_named_by_its_first_comment_which_learns_of_it_with_the_second(
        self, database, site
    ):
        with database.writing() as session:
            first, other = send(session, site, OFFER.format("week"), OTHER)
            assert waves_of(session, [first, other]) == [None, None]
            more = send(session, site, OFFER.format("month"), OFFER.format("day"), start=2)

            assert waves_of(session, [first, other, *more]) == [first, None, first, first]

    def test_a_copy_of_a_copy_joins_the_same_wave(self, database, site):
        with database.writing() as session:
            changed = OFFER.replace("a line today", "your number")
            numbers = send(
                session, site, OFFER.format("week"), changed.format("week"), changed.format("day")
            )

            assert waves_of(session, numbers) == [numbers[0]] * 3

    def test_of_texts_too_short_for_a_sketch_only_the_same_ones_are_a_wave(self, database, site):
        with database.writing() as session:
            numbers = send(session, site, "Buy now!", "Buy  NOW!", "Buy it now!", "Buy now!")

            assert waves_of(session, numbers) == [numbers[0], numbers[0], None, numbers[0]]

    def test_other_sites_months_and_editions_are_no_part_of_it(self, database, site):
        elsewhere = add_site(database, "elsewhere", "cdef00000000")
        text = OFFER.format("week")
        with database.writing() as session:
            send(session, elsewhere, text)
            send(session, site, text, now=at(-31 * 24 * 60))
            (edited,) = send(session, site, text, start=1)
            latest, _ = intake.replace(
                session, site, draft("1", OFFER.format("day")), verdict(), now=at(1)
            )

            assert waves_of(session, [edited, latest.id]) == [None, None]

    def test_an_edit_joins_the_wave_that_it_copies(self, database, site):
        with database.writing() as session:
            first, edited = send(session, site, OFFER.format("week"), OTHER)
            latest, _ = intake.replace(
                session, site, draft("1", OFFER.format("day")), verdict(), now=at(1)
            )

            assert waves_of(session, [first, edited, latest.id]) == [first, None, first]


class TestDeciding:
    def test_it_says_how_it_stands_and_lists_what_waits(self, database, site, ana):
        with database.writing() as session:
            numbers = send(session, site, *map(OFFER.format, ("week", "day", "hour")))
            numbers += send(session, site, OFFER.format("year"), start=3, action=Action.APPROVE)
            wave = waves.look(session, numbers[0], access.of(session, ana))
            rest = waves.look(session, numbers[0], access.of(session, ana), besides=numbers[1])
            listed = waves.listed(session, numbers[0], access.of(session, ana), limit=2)

            assert (wave.waiting, wave.approved, wave.rejected, wave.upto) == (3, 1, 0, numbers[3])
            assert rest.waiting == 2
            assert [one.id for one in listed] == numbers[:2]
            with pytest.raises(waves.UnknownWave):
                waves.look(session, 12345, access.of(session, ana))

    def test_what_came_after_the_look_is_not_decided_unseen(self, database, site, ana):
        with database.writing() as session:
            numbers = send(session, site, OFFER.format("week"), OFFER.format("day"))
            given = access.of(session, ana)
            shown = waves.look(session, numbers[0], given)
            (late,) = send(session, site, OFFER.format("hour"), start=2)
            seen = waves.seen(session, shown.id, given, upto=shown.upto, known=shown.known)
            act = acts.plan(session, ana, seen, access=given, now=at(2))
            acts.choose(session, act, ana, Action.REJECT, RejectionReason.SPAM, now=at(2))
            assert acts.go_on(session, act, ana, now=at(2)) == 0

            session.expire_all()
            outcomes = [session.get_one(Comment, number).outcome for number in (*numbers, late)]
            assert outcomes == [Action.REJECT, Action.REJECT, Action.REVIEW]

    def test_what_somebody_decided_after_the_look_is_left_alone_and_told(self, database, site, ana, ben):
        with database.writing() as session:
            numbers = send(session, site, *map(OFFER.format, ("week", "day", "hour")))
            given = access.of(session, ana)
            shown = waves.look(session, numbers[0], given)
            decide(session, numbers[1], ben, Action.APPROVE)
            seen = waves.seen(session, shown.id, given, upto=shown.upto, known=shown.known)
            act = acts.plan(session, ana, seen, access=given, now=at(3))
            acts.choose(session, act, ana, Action.REJECT, now=at(3))
            acts.go_on(session, act, ana, now=at(3))

            (told,) = acts.left_alone(session, act)
            assert (act.decided, act.left_alone) == (2, 1)
            assert (told.number, told.decided_by, told.action) == (1, "ben", Action.APPROVE)
            assert told.latest == at(1)


def decide(session, number, by, action):
    return review.decide(session, number, by, action, seen=0, now=at(1))
