"""Moderators prove who they are, and what proved it can be taken back."""

import pytest

from moderation import moderators
from tests.browsing import PASSWORD
from tests.conftest import START, at


class TestPasswords:
    def test_the_right_one_proves_who_it_is(self, database, ana):
        with database.reading() as session:
            assert moderators.check(session, "ana", PASSWORD, now=START).name == "ana"

    @pytest.mark.parametrize(
        ("name", "password"),
        [("ana", "wrong"), ("nobody", PASSWORD), ("ana", ""), ("ana", "x" * 100_000), ("", "")],
    )
    def test_a_wrong_one_proves_nothing_and_does_not_say_what_was_wrong(
        self, database, ana, name, password
    ):
        with (
            database.reading() as session,
            pytest.raises(moderators.WrongPassword, match="Name or password is wrong"),
        ):
            moderators.check(session, name, password, now=START)

    @pytest.mark.parametrize("password", ["", "short", "x" * 1_025])
    def test_too_short_or_too_long_is_refused(self, database, password):
        with database.writing() as session, pytest.raises(moderators.BadPassword):
            moderators.add(session, "cleo", password, now=START)

    def test_a_name_is_taken_once(self, database, ana):
        with database.writing() as session, pytest.raises(moderators.NameTaken):
            moderators.add(session, "ana", PASSWORD, now=START)

    def test_guessing_is_slowed_down_for_that_name_only(self, database, ana, ben):
        with database.writing() as session:
            for _ in range(moderators.FAILURES_A_MINUTE):
                moderators.note_failure(session, "ana", now=at(0))

            with pytest.raises(moderators.TooManyFailures):
                moderators.check(session, "ana", PASSWORD, now=at(0))
            assert moderators.check(session, "ben", PASSWORD, now=at(0)).name == "ben"
            assert moderators.check(session, "ana", PASSWORD, now=at(2)).name == "ana"

    def test_changing_it_ends_every_login(self, database, ana):
        with database.writing() as session:
            token = moderators.log_in(session, ana, hours=1, now=at(0))
            moderators.change_password(session, ana.id, PASSWORD, "another horse")

            assert moderators.logged_in(session, token, now=at(1)) is None
            assert moderators.check(session, "ana", "another horse", now=at(1)).name == "ana"

    @pytest.mark.parametrize(
        ("old", "new", "refusal"),
        [
            ("wrong", "another horse", moderators.WrongPassword),
            (PASSWORD, "short", moderators.BadPassword),
            (PASSWORD, PASSWORD, moderators.BadPassword),
        ],
    )
    def test_a_change_needs_the_old_one_and_a_new_one(self, database, ana, old, new, refusal):
        with database.writing() as session, pytest.raises(refusal):
            moderators.change_password(session, ana.id, old, new)

    def test_a_forgotten_one_is_replaced_and_ends_every_login(self, database, ana):
        with database.writing() as session:
            token = moderators.log_in(session, ana, hours=1, now=at(0))
            moderators.reset_password(session, "ana", "another horse")

            assert moderators.logged_in(session, token, now=at(1)) is None
            assert moderators.check(session, "ana", "another horse", now=at(1)).name == "ana"
            with pytest.raises(moderators.UnknownModerator):
                moderators.reset_password(session, "nobody", "another horse")


class TestLogins:
    def test_a_login_holds_until_it_is_over(self, database, ana):
        with database.writing() as session:
            token = moderators.log_in(session, ana, hours=1, now=at(0))

            assert moderators.logged_in(session, token, now=at(59)).name == "ana"
            assert moderators.logged_in(session, token, now=at(60)) is None

    def test_logging_out_ends_it_on_the_server(self, database, ana):
        with database.writing() as session:
            token = moderators.log_in(session, ana, hours=1, now=at(0))
            moderators.log_out(session, token)

            assert moderators.logged_in(session, token, now=at(1)) is None

    def test_a_made_up_token_opens_nothing(self, database, ana):
        with database.reading() as session:
            assert moderators.logged_in(session, "made up", now=at(0)) is None
