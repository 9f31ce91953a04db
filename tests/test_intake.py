"""What a site sends is stored once, and an edit is one more edition."""

import threading

import pytest
from sqlalchemy import func, select

from moderation import intake, review
from moderation.draft import Form
from moderation.store.tables import Comment, StoredVerdict
from moderation.verdict import Action
from tests.conftest import START, add_site, at
from tests.making import draft, in_the_queue, stored, verdict


def test_a_comment_is_stored_with_its_verdict(database, site):
    with database.writing() as session:
        intake.record(session, site, draft(), verdict(Action.APPROVE, 0.1), now=START)
        session.commit()

    with database.reading() as session:
        found = intake.find(session, site, "1")
    assert found is not None
    assert (found.text, found.author_email, found.page_title) == (
        "What a day.",
        "ana@example.org",
        "On war",
    )
    assert (found.outcome, found.verdict.probability, found.edition) == (Action.APPROVE, 0.1, 1)
    assert found.verdict.reasons[0]["code"] == "insult"


def test_what_the_form_tells_is_stored(database, site):
    with database.writing() as session:
        stored(session, site, form=Form(honeypot="http://example.com", seconds=1.5))
        session.commit()

    with database.reading() as session:
        found = intake.latest(session, site, "1")
    assert (found.form_honeypot, found.form_seconds) == ("http://example.com", 1.5)


def test_a_draft_that_says_nothing_of_a_form_is_still_the_one_stored_before_there_were_any(
    database, site
):
    """A retry across an upgrade must not be taken for other content."""
    with database.writing() as session:
        comment = stored(session, site)

    assert comment.content_hash == "7f1f32601646bc7530a483f151882adc673a49b93b483df4699a40135f20b3dc"


def test_the_same_draft_again_comes_back_as_it_was_stored(database, site):
    with database.writing() as session:
        first, first_is_new = intake.record(session, site, draft(), verdict(), now=START)
        second, second_is_new = intake.record(session, site, draft(), verdict(Action.REJECT), now=at(1))

    assert (first_is_new, second_is_new) == (True, False)
    assert (second.id, second.verdict.action) == (first.id, Action.REVIEW)


def test_one_id_for_other_content_is_refused(database, site):
    with database.writing() as session:
        stored(session, site)

        with pytest.raises(intake.OtherContent, match="PUT"):
            intake.record(session, site, draft(text="Something else."), verdict(), now=at(1))


def test_the_same_draft_from_many_hands_at_once_is_stored_once(database, site):
    answers: list[bool] = []

    def send() -> None:
        with database.writing() as session:
            _, is_new = intake.record(session, site, draft(), verdict(), now=START)
            session.commit()
        answers.append(is_new)

    senders = [threading.Thread(target=send) for _ in range(20)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()

    with database.reading() as session:
        assert session.scalar(select(func.count(Comment.id))) == 1
        assert session.scalar(select(func.count(StoredVerdict.id))) == 1
    assert sorted(answers) == [False] * 19 + [True]


class TestEdits:
    def test_an_edit_supersedes_what_was_sent_before(self, database, site):
        with database.writing() as session:
            first = stored(session, site)
            second, is_new = intake.replace(
                session, site, draft(text="What a night."), verdict(), now=at(1)
            )
            session.commit()

        with database.reading() as session:
            assert session.get_one(Comment, first.id).superseded
            assert [one.id for one in in_the_queue(session)] == [second.id]
        assert (is_new, second.edition) == (True, 2)

    def test_an_edit_that_changes_nothing_is_none(self, database, site):
        with database.writing() as session:
            stored(session, site)

            latest, is_new = intake.replace(session, site, draft(), verdict(), now=at(1))

        assert (is_new, latest.edition) == (False, 1)

    def test_of_two_edits_at_once_one_is_told_to_try_again(self, database, site, monkeypatch):
        """The second read the first edition before the first edit was stored."""
        with database.writing() as session:
            first = stored(session, site)
            intake.replace(session, site, draft(text="What a night."), verdict(), now=at(1))
            monkeypatch.setattr("moderation.intake.storing.latest", lambda *_: first)

            with pytest.raises(intake.EditedMeanwhile, match="Send this one again"):
                intake.replace(session, site, draft(text="What a week."), verdict(), now=at(2))

    def test_what_was_never_sent_cannot_be_edited(self, database, site):
        with database.writing() as session, pytest.raises(intake.UnknownComment):
            intake.replace(session, site, draft(), verdict(), now=START)

    def test_what_people_decided_stays_with_the_text_they_saw(self, database, site, ana):
        with database.writing() as session:
            first = stored(session, site)
            review.decide(session, first.id, ana, Action.APPROVE, seen=0, now=at(1))
            second, _ = intake.replace(session, site, draft(text="Buy!"), verdict(), now=at(2))

        assert second.outcome is Action.REVIEW
        assert second.decisions == []


class TestSentBefore:
    """What a site without ids of its own sends once more."""

    @pytest.mark.parametrize(
        ("minutes", "is_recheck", "is_found"),
        [(9, False, True), (10, False, False), (9, True, True), (60 * 24 * 365, True, True)],
    )
    def test_a_retry_comes_soon_and_a_recheck_at_any_time(
        self, database, site, minutes, is_recheck, is_found
    ):
        with database.writing() as session:
            first = stored(session, site, "1")

            found = intake.sent_before(session, site, draft("2"), is_recheck=is_recheck, now=at(minutes))

        assert (found and found.id) == (first.id if is_found else None)

    def test_a_retry_says_the_same_in_all(self, database, site):
        with database.writing() as session:
            stored(session, site, "1")
            again = draft("2", form=Form(seconds=1.5))

            assert intake.sent_before(session, site, again, is_recheck=False, now=at(1)) is None

    def test_a_recheck_may_differ_in_what_the_text_does_not_say(self, database, site):
        with database.writing() as session:
            first = stored(session, site, "1", text="What a  day.")
            again = draft("2", text="what a day.", form=Form(seconds=1.5))

            found = intake.sent_before(session, site, again, is_recheck=True, now=at(1))

        assert found.id == first.id

    def test_an_edition_that_holds_no_more_is_not_meant(self, database, site):
        with database.writing() as session:
            stored(session, site, "1")
            intake.replace(session, site, draft("1", text="What a night."), verdict(), now=at(1))

            assert intake.sent_before(session, site, draft("2"), is_recheck=True, now=at(2)) is None

    def test_another_sites_comment_is_not_meant(self, database, site):
        other = add_site(database, "other", "fedcba9876543210")
        with database.writing() as session:
            stored(session, other, "1")

            assert intake.sent_before(session, site, draft("2"), is_recheck=True, now=at(1)) is None


def test_where_the_plugin_of_a_blog_waits_is_kept_beside_the_comment(database, site):
    with database.writing() as session:
        intake.record(
            session,
            site,
            draft(),
            verdict(),
            akismet_callback="https://blog.example.org/wp-json/akismet/v1/webhook",
            now=START,
        )
        session.commit()

    with database.reading() as session:
        found = intake.latest(session, site, "1")
    assert found.akismet_callback == "https://blog.example.org/wp-json/akismet/v1/webhook"
    assert intake.is_same(found, draft())
