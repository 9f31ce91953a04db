"""What is found of a model on trial: where both models disagree, and which of both was right."""

import pytest
from sqlalchemy import delete, select

from moderation import figures, intake, registry, review, sites
from moderation.access import Access
from moderation.figures.shadows import is_right
from moderation.store.tables import (
    Comment,
    Decision,
    Facet,
    ShadowVerdict,
    Sketch,
    StoredVerdict,
)
from moderation.verdict import Action
from tests.conftest import add_site, at
from tests.making import decider, draft, opinion, stored, verdict

APPROVE, REVIEW, REJECT = Action


def found(session, **asked):
    return figures.on_trial(
        session, **{"shadow": "site-1", "serving": "base", "group_id": None, "since": at(0), **asked}
    )


@pytest.mark.parametrize(
    ("shadow", "serving", "decided", "expected"),
    [
        # Whoever asks is right where the other would have decided wrongly, and only there.
        (APPROVE, REVIEW, APPROVE, True),
        (APPROVE, REVIEW, REJECT, False),
        (REJECT, REVIEW, REJECT, True),
        (REJECT, REVIEW, APPROVE, False),
        (REVIEW, APPROVE, REJECT, True),
        (REVIEW, APPROVE, APPROVE, False),
        (REVIEW, REJECT, APPROVE, True),
        (REVIEW, REJECT, REJECT, False),
        (APPROVE, REJECT, APPROVE, True),
        (APPROVE, REJECT, REJECT, False),
    ],
)
def test_of_two_that_disagree_one_is_right(shadow, serving, decided, expected):
    assert is_right(shadow, serving, decided) is expected
    assert is_right(serving, shadow, decided) is not expected


def test_it_is_counted_what_both_say_and_who_was_right(database, site):
    ana = decider(database)
    with database.writing() as session:
        numbers = []
        for number in range(5):
            one = stored(session, site, f"a{number}", opinion=opinion(APPROVE), text=f"A {number}.")
            numbers.append(one.id)
        for number in range(3):
            stored(session, site, f"b{number}", opinion=opinion(REVIEW), text=f"B {number}.")
        stored(session, site, "c", action=REJECT, opinion=opinion(APPROVE), text="C.")
        stored(session, site, "silent", opinion=opinion(REVIEW, None), text="D.")
        stored(session, site, "unjudged", probability=None, opinion=opinion(APPROVE), text="E.")
        stored(session, site, "of another", opinion=opinion(REJECT, model="site-2"), text="F.")
        stored(session, site, "before the trial", text="G.")
        stored(session, site, "old", opinion=opinion(REJECT), now=at(-1), text="H.")
        for number, action in zip(numbers, (APPROVE, APPROVE, APPROVE, REJECT), strict=False):
            review.decide(session, number, ana, action, seen=0, now=at(1))
        undone = review.decide(session, numbers[4], ana, REJECT, seen=0, now=at(2))
        review.undo(session, undone.id, ana, now=at(3))
        session.commit()

    with database.reading() as session:
        told = found(session)
        assert told.pairs == {(REVIEW, APPROVE): 5, (REVIEW, REVIEW): 3, (REJECT, APPROVE): 1}
        assert (told.judged, told.silent) == (9, 1)
        assert (told.disputed.counted, told.disputed.share) == (9, pytest.approx(6 / 9))
        assert [
            (one.serving, one.shadow, one.comments, one.decided, one.rightly) for one in told.disputes
        ] == [
            (REVIEW, APPROVE, 5, 4, 3),
            (REJECT, APPROVE, 1, 0, 0),
        ]
        assert (told.right.counted, told.right.share) == (4, pytest.approx(3 / 4))
        assert told.right.low < 3 / 4 < told.right.high
        assert [one.external_id for one in told.latest] == ["c", "a4", "a3", "a2", "a1", "a0"]
        assert {one.site.name for one in told.latest} == {"blog"}
        # Nothing is compared with a model that did not serve then.
        assert found(session, serving="other").judged == 0


def test_each_group_and_each_moderator_is_told_of_the_own_sites(database, site, ana):
    forum = add_site(database, "forum", "0123456789cd")
    with database.writing() as session:
        registry.put(session, sites.by_name(session, "forum"), "news", by="ana", now=at(0))
        group_id = sites.by_name(session, "forum").model_group_id
        stored(session, site, opinion=opinion(APPROVE))
        stored(session, forum, opinion=opinion(APPROVE))
        stored(session, forum, "2", opinion=opinion(REVIEW))
        session.commit()

    with database.reading() as session:
        assert found(session).judged == 1
        assert found(session, group_id=group_id).judged == 2
        elsewhere = Access(ana, frozenset({forum.id}))
        assert found(session, access=elsewhere).judged == 0
        assert found(session, access=elsewhere, group_id=group_id).judged == 2


def test_an_edit_is_judged_anew_and_only_the_latest_edition_counts(database, site):
    with database.writing() as session:
        stored(session, site, opinion=opinion(APPROVE))
        edit = draft(text="What a dreadful day.")
        newer, _ = intake.replace(session, site, edit, verdict(), opinion=opinion(REVIEW), now=at(1))
        # Sent once more, nothing is stored of it.
        again, is_new = intake.record(session, site, edit, verdict(), opinion=opinion(REJECT), now=at(2))
        session.commit()
        assert (again.id, is_new) == (newer.id, False)

    with database.reading() as session:
        kept = session.scalars(select(ShadowVerdict).order_by(ShadowVerdict.comment_id)).all()
        assert [one.action for one in kept] == [APPROVE, REVIEW]
        assert found(session).pairs == {(REVIEW, REVIEW): 1}


def test_what_it_said_goes_with_the_comment(database, site):
    with database.writing() as session:
        gone, stays = (
            stored(session, site, name, opinion=opinion(APPROVE), text=f"Day {name}.").id
            for name in ("gone", "stays")
        )
        for table in (Sketch, Facet, StoredVerdict, Decision):
            session.execute(delete(table).where(table.comment_id == gone))
        session.execute(delete(Comment).where(Comment.id == gone))
        session.commit()

    with database.reading() as session:
        assert session.scalars(select(ShadowVerdict.comment_id)).all() == [stays]
