"""What became of comments is counted in months and days of UTC, alike on both databases."""

from datetime import UTC, datetime, timedelta

import pytest

from moderation import intake, review
from moderation.figures import counts
from moderation.figures.counts import Counts
from moderation.store.tables import RejectionReason
from moderation.verdict import Action
from tests.conftest import add_site
from tests.making import draft, stored, verdict

NEW_YEAR = datetime(2027, 1, 1, tzinfo=UTC)
LAST_SECOND = NEW_YEAR - timedelta(seconds=1)


@pytest.mark.parametrize(
    ("said", "decided", "counted"),
    [
        (Action.APPROVE, None, Counts(checked=1, ham=1, without_a_person=1)),
        (Action.REJECT, None, Counts(checked=1, spam=1, without_a_person=1)),
        (Action.REVIEW, None, Counts(checked=1)),
        (Action.APPROVE, Action.APPROVE, Counts(checked=1, ham=1)),
        (Action.APPROVE, Action.REJECT, Counts(checked=1, spam=1, missed_spam=1)),
        (Action.REJECT, Action.REJECT, Counts(checked=1, spam=1)),
        (Action.REJECT, Action.APPROVE, Counts(checked=1, ham=1, false_positives=1)),
        # Whom we asked we did not mislead.
        (Action.REVIEW, Action.APPROVE, Counts(checked=1, ham=1)),
        (Action.REVIEW, Action.REJECT, Counts(checked=1, spam=1)),
    ],
)
def test_each_end_is_counted(database, site, said, decided, counted):
    with database.writing() as session:
        comment = stored(session, site, action=said, now=NEW_YEAR)
        if decided:
            review.report(session, comment.id, "ana", decided, RejectionReason.OTHER, now=NEW_YEAR)

        assert counts.of_months(session, site) == {"2027-01": counted}


def test_months_and_days_end_at_midnight_in_utc(database, site):
    with database.writing() as session:
        for number, moment in enumerate((LAST_SECOND, NEW_YEAR)):
            stored(session, site, str(number), now=moment)

        assert list(counts.of_months(session, site)) == ["2026-12", "2027-01"]
        assert list(counts.of_days(session, site, since=LAST_SECOND)) == ["2026-12-31", "2027-01-01"]
        assert list(counts.of_months(session, site, since=NEW_YEAR)) == ["2027-01"]
        assert list(counts.of_months(session, site, before=NEW_YEAR)) == ["2026-12"]


def test_an_edit_is_no_second_comment(database, site):
    with database.writing() as session:
        stored(session, site, now=NEW_YEAR)
        intake.replace(session, site, draft(text="What a night."), verdict(), now=NEW_YEAR)

        assert counts.of_months(session, site)["2027-01"].checked == 1


def test_each_site_has_its_own(database, site):
    other = add_site(database, "other", "fedcba9876543210")
    with database.writing() as session:
        stored(session, site, now=NEW_YEAR)

        assert counts.of_months(session, other) == {}


def test_counts_add_up_each_for_itself():
    assert Counts(1, 2, 3, 4, 5, 6) + Counts(10, 20, 30, 40, 50, 60) == (11, 22, 33, 44, 55, 66)
