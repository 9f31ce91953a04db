"""What stands around a comment: its page, its parent, its author here and elsewhere, its copies."""

import pytest

from moderation import access, intake, review
from moderation.draft import Author, Page
from moderation.review import context
from moderation.store.tables import Comment, Moderator, Permission
from moderation.verdict import Action
from tests.conftest import add_site, at
from tests.making import decider, draft, stored, verdict

LONG = (
    "The council should have asked the people who live beside the river before it decided that the "
    "old bridge must go, and nobody knows who will pay for the {} one."
)


@pytest.fixture
def ana(database):
    return decider(database)


@pytest.fixture
def elsewhere(database, site):
    return add_site(database, "elsewhere", "cdef00000000")


@pytest.fixture
def read(database, ana):
    """Read what stands around a comment."""

    def read(session, comment_id, by=ana):
        found = review.comment(session, comment_id)
        return context.read(session, found, access.of(session, by))

    return read


def numbers(glimpses):
    return [one.id for one in glimpses]


def test_the_page_is_shown_before_and_after_and_the_parent_beside_it(database, site, read):
    with database.writing() as session:
        other = Page(url="https://blog.example.org/peace")
        parent = stored(session, site, "parent", text="First.", page=other).id
        before = [
            stored(session, site, f"b{number}", text=f"Before {number}.").id for number in range(5)
        ]
        one = stored(session, site, "one", text="This one.", parent_id="parent").id
        after = [stored(session, site, f"a{number}", text=f"After {number}.").id for number in range(5)]
        around = read(session, one)

    assert around.parent is not None
    assert around.parent.id == parent
    assert numbers(around.before) == before[-3:]
    assert numbers(around.after) == after[:3]
    assert not around.copies


def test_without_a_page_a_parent_or_an_author_there_is_nothing_around(database, site, read):
    with database.writing() as session:
        other = stored(session, site, "other", text="Other.", page=Page(), author=Author()).id
        one = stored(session, site, "one", page=Page(), author=Author(), parent_id="lost").id
        around = read(session, one)

    assert other != one
    assert (around.parent, around.before, around.after, around.editions) == (None, (), (), ())
    assert not around.here
    assert not around.elsewhere


def test_of_the_author_the_outcomes_are_counted_and_the_latest_come_first(database, site, read):
    with database.writing() as session:
        earlier = [
            stored(session, site, str(number), text=f"Text {number}.", action=action).id
            for number, action in enumerate([*Action, Action.REJECT])
        ]
        stored(
            session, site, "ben", text="Not ana's.", author=Author(name="ben", email="ben@example.org")
        )
        one = stored(session, site, "one").id
        around = read(session, one)

    assert numbers(around.here.comments) == earlier[::-1]
    assert [around.here.count(action) for action in Action] == [1, 1, 2]
    assert not around.here.is_cut


BY_ID = {"id": "7", "email": "ana@example.org"}


@pytest.mark.parametrize(
    "known",
    [
        ({"email": "ana@example.org"}, {"email": "Ana@Example.org "}, True),
        ({"email": "ana@example.org"}, {"email": "ben@example.org"}, False),
        # Each site counts its readers from one.
        ({"id": "7"}, {"id": "7"}, False),
        (BY_ID, {"id": "7"}, False),
        (BY_ID, {"id": "7", "email": "ben@example.org"}, False),
        (BY_ID, {"id": "7", "email": "ANA@example.org"}, True),
        (BY_ID, {"email": "ana@example.org"}, True),
        ({}, {}, False),
    ],
)
def test_on_other_sites_an_author_is_known_by_the_same_address_only(
    database, site, elsewhere, read, known
):
    here, there, is_known = known
    with database.writing() as session:
        other = stored(session, elsewhere, "other", text="Elsewhere.", author=Author(**there)).id
        one = stored(session, site, "one", author=Author(**here)).id
        around = read(session, one)

    assert numbers(around.elsewhere.comments) == ([other] if is_known else [])
    assert not around.here


def test_near_copies_are_found_on_every_site_with_what_became_of_them(database, site, elsewhere, read):
    with database.writing() as session:
        here = stored(session, site, "here", text=LONG.format("new"), action=Action.REJECT).id
        there = stored(session, elsewhere, "there", text=LONG.format("first")).id
        stored(session, site, "different", text="The council was right.")
        one = stored(session, site, "one", text=LONG.format("next")).id
        around = read(session, one)

    assert numbers(around.copies.comments) == [there, here]
    assert [around.copies.count(action) for action in Action] == [0, 1, 1]


def test_only_sites_that_the_moderator_may_look_at_are_shown(database, site, elsewhere, read):
    limited = decider(database, "ben")
    with database.writing() as session:
        session.get_one(Moderator, limited.id).every_site = False
        session.add(Permission(moderator_id=limited.id, site_id=site.id))
        stored(session, elsewhere, "there", text=LONG.format("first"))
        one = stored(session, site, "one", text=LONG.format("next")).id
        session.flush()
        around = read(session, one, session.get_one(Moderator, limited.id))

    assert not around.copies
    assert not around.elsewhere


def test_editions_are_shown_whole_and_are_no_copies_of_each_other(database, site, read):
    long = LONG.format("new") * 5
    with database.writing() as session:
        first = stored(session, site, "one", text=long).id
        second, _ = intake.replace(session, site, draft("one", long + "!"), verdict(), now=at(1))
        newest, _ = intake.replace(session, site, draft("one", "Never mind."), verdict(), now=at(2))
        of_the_first, of_the_newest = read(session, first), read(session, newest.id)

    assert numbers(of_the_first.editions) == [second.id, newest.id]
    assert [one.text for one in of_the_newest.editions] == [long, long + "!"]
    assert not of_the_first.copies
    assert not of_the_newest.here


def test_what_waits_for_a_second_opinion_counts_as_nothing(database, site, ana, read):
    decider(database, "ben")
    with database.writing() as session:
        site = session.merge(site)
        site.second_share = 1.0
        other = stored(session, site, "other", text="Other.").id
        session.flush()
        review.decide(session, other, ana, Action.APPROVE, seen=0, now=at(1))
        one = stored(session, site, "one").id
        session.expire_all()
        assert session.get_one(Comment, other).outcome is Action.APPROVE
        around = read(session, one)

    assert numbers(around.here.comments) == [other]
    assert [around.here.count(action) for action in Action] == [0, 0, 0]
