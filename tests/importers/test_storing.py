"""What was decided elsewhere is stored as such: learnt from, shown, and told to nobody."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from moderation import feedback, intake, review, sites
from moderation.importers import storing
from moderation.importers.record import Record, Status
from moderation.policies import Policies
from moderation.store.tables import Comment, Decision, Delivery, RejectionReason, Sketch, WaitsFor
from moderation.verdict import Action
from tests.conftest import at
from tests.importers import making
from tests.importers.making import wp_comment
from tests.making import draft, in_the_queue, stored, verdict

NOW = at(10)
LONG = "The library in our street is open late on Thursdays, which suits me very well indeed."


def bring(session, site, *records: Record, now=NOW) -> storing.Found:
    """Import records; what waits gets a verdict that would approve it."""
    verdicts = {one.draft.id: verdict(Action.APPROVE, 0.1) for one in records}
    return storing.store(session, site, records, verdicts, now=now)


def imported(session, site, **fields) -> Comment:
    """Import one comment of a WordPress export, and read it back."""
    (record,) = making.records(making.wxr(wp_comment(**fields)))
    bring(session, site, record)
    number = session.scalar(select(Comment.id).where(Comment.external_id == record.draft.id))
    return review.comment(session, number)


@pytest.mark.parametrize(
    ("approved", "action", "reason"),
    [
        ("1", Action.APPROVE, None),
        ("spam", Action.REJECT, RejectionReason.SPAM),
        ("trash", Action.REJECT, RejectionReason.OTHER),
    ],
)
def test_what_was_decided_is_a_past_decision(database, site, approved, action, reason):
    with database.writing() as session:
        comment = imported(session, site, approved=approved)

    (decision,) = comment.decisions
    assert (decision.action, decision.reason, decision.revision) == (action, reason, 1)
    assert (decision.reporter, decision.moderator_id, decision.position) == ("import", None, None)
    assert (comment.outcome, comment.revision, comment.superseded) == (action, 1, False)
    written = comment.submitted_at
    assert (comment.received_at, decision.decided_at) == (written, written)
    assert written.year == 2020


def test_no_machine_is_said_to_have_judged_the_past(database, site):
    with database.writing() as session:
        given = imported(session, site).verdict.value()

    assert (given.action, given.probability, given.model, given.thresholds) == (
        Action.REVIEW,
        None,
        None,
        None,
    )
    assert [(one.source, one.code) for one in given.reasons] == [("import", "imported")]


def test_what_waited_waits_here_whatever_the_machine_says(database, site):
    with database.writing() as session:
        comment = imported(session, site, approved="0")

        assert [one.id for one in in_the_queue(session)] == [comment.id]
        assert labels(session) == []
    assert (comment.outcome, comment.revision, comment.decisions) == (Action.REVIEW, 0, [])
    assert (comment.verdict.action, comment.verdict.probability) == (Action.REVIEW, 0.1)
    assert "waited" in [one.code for one in comment.verdict.value().reasons]
    assert comment.waits_for is WaitsFor.DECISION


def test_the_feed_and_the_outbox_tell_nothing_of_the_past(database, site):
    with database.writing() as session:
        site.callback_url, site.callback_secret = "https://blog.example.org/hook", "secret"
        session.add(site)
        imported(session, site, approved="spam")

        assert feedback.decisions_since(session, site, 0, limit=10) == []
        assert session.scalar(select(func.count()).select_from(Delivery)) == 0
        assert session.get_one(type(site), site.id).decision_count == 0


def test_a_later_decision_on_an_imported_comment_is_told(database, site, ana):
    with database.writing() as session:
        comment = imported(session, site)
        review.decide(session, comment.id, ana, Action.REJECT, seen=1, now=NOW)

        told = feedback.decisions_since(session, site, 0, limit=10)
    assert [(one.comment.external_id, one.action) for one in told] == [("wxr-1", Action.REJECT)]


def test_the_list_of_decisions_is_not_flooded(database, site, ana):
    with database.writing() as session:
        own = review.decide(session, stored(session, site).id, ana, Action.APPROVE, seen=0, now=NOW)
        imported(session, site)

        assert [one.id for one in review.decisions(session, limit=10)] == [own.id]


def test_the_next_model_learns_from_it_in_the_order_of_its_dates(database, site, ana):
    with database.writing() as session:
        today = stored(session, site, "live", text="Today.")
        review.decide(session, today.id, ana, Action.APPROVE, seen=0, now=NOW)
        imported(session, site, id=1, content="Later.", date_gmt="2021-01-01 00:00:00", approved="spam")
        imported(session, site, id=2, content="Earlier.", date_gmt="2019-01-01 00:00:00")

        assert labels(session) == [("Earlier.", False), ("Later.", True), ("Today.", False)]


@pytest.mark.parametrize("date", ["", "2999-01-01 00:00:00"])
def test_what_has_no_date_or_lies_ahead_counts_as_of_now(database, site, date):
    with database.writing() as session:
        comment = imported(session, site, date_gmt=date, date=date)

    assert (comment.received_at, comment.decisions[0].decided_at) == (NOW, NOW)


def test_the_same_again_adds_nothing(database, site):
    records = making.records(making.many(40))
    with database.writing() as session:
        first = bring(session, site, *records[:25])
        second = bring(session, site, *records)

        assert (len(first.new), len(second.new), second.same, second.other) == (25, 15, 25, 0)
        assert session.scalar(select(func.count()).select_from(Comment)) == 40
        assert session.scalar(select(func.count()).select_from(Decision)) == 40
        assert bring(session, site, *records).new == []


def test_other_content_under_an_id_stays_out_and_is_counted(database, site):
    one, same, other = making.records(
        making.wxr(wp_comment(), wp_comment(), wp_comment(content="Something else."))
    )
    with database.writing() as session:
        found = bring(session, site, one, same, other)
        again = bring(session, site, other)

        assert (found.new, found.same, found.other) == ([one], 1, 1)
        assert (again.new, again.other) == ([], 1)
        assert intake.latest(session, site, "wxr-1").text == "What a day."


def test_ids_are_neither_those_of_live_comments_nor_those_of_other_sites(database, site):
    (record,) = making.records(making.wxr(wp_comment()))
    with database.writing() as session:
        other, _ = sites.add(session, "other", "https://other.example.org/", now=NOW)
        stored(session, site, "1")

        assert [len(bring(session, one, record).new) for one in (site, other)] == [1, 1]


def test_spam_of_the_past_is_recognised_when_it_comes_again(database, site):
    with database.writing() as session:
        imported(session, site, content=LONG, approved="spam", author_email="eve@example.org")
        again = draft("live", LONG)
        seen = intake.case(session.connection(), site, again, Policies().default(), now=NOW).history

    assert (seen.copies.elsewhere, seen.copies.rejected, seen.copies.latest) == (1, 1, "wxr-1")


def test_an_author_who_was_approved_often_is_known(database, site):
    with database.writing() as session:
        for number in range(3):
            imported(session, site, id=number + 1, user_id=7)
        again = draft("live", author=making.records(making.wxr(wp_comment(user_id=7)))[0].draft.author)
        seen = intake.case(session.connection(), site, again, Policies().default(), now=NOW).history

    assert seen.approved_by_people == 3


@pytest.mark.parametrize(("days", "kept"), [(364, True), (366, False)])
def test_only_what_near_copies_are_looked_for_among_is_kept_for_it(database, site, days, kept):
    with database.writing() as session:
        imported(session, site, content=LONG, date_gmt=f"{NOW - timedelta(days=days):%Y-%m-%d %H:%M:%S}")

        assert bool(session.scalar(select(func.count()).select_from(Sketch))) == kept


def test_only_new_comments_that_wait_are_judged(database, site):
    records = making.records(making.many(30, pending_every=10))
    with database.writing() as session:
        bring(session, site, *records[:15])
        cases = storing.waiting(session, site, records, Policies().default(), now=NOW)

    assert [case.draft.id for case in cases] == ["wxr-20", "wxr-30"]
    assert {one.status for one in records} == set(Status)


def labels(session) -> list[tuple[str, bool]]:
    return [(example.text, example.rejected) for example in feedback.examples(session)]
