"""Moderators prove who they are, and what proved it can be taken back."""

import importlib.util
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from argon2 import Type, extract_parameters

from moderation import moderators
from moderation.store.tables import AuditEntry
from tests.browsing import PASSWORD
from tests.conftest import START, at
from tests.making import decider


class TestPasswords:
    def test_the_right_one_proves_who_it_is(self, database, ana):
        with database.reading() as session:
            assert moderators.check(session, "ana", PASSWORD).name == "ana"

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
            moderators.check(session, name, password)

    @pytest.mark.parametrize("password", ["", "short", "x" * 1_025])
    def test_too_short_or_too_long_is_refused(self, database, password):
        with database.writing() as session, pytest.raises(moderators.BadPassword):
            moderators.add(session, "cleo", password, now=START)

    @pytest.mark.parametrize(
        "password", ["password", "PassWord", "12345678", "1qaz2wsx", "cleopatra1!", "Moderation2026"]
    )
    def test_what_is_tried_first_is_refused(self, database, password):
        with (
            database.writing() as session,
            pytest.raises(moderators.BadPassword, match="tries this one early"),
        ):
            moderators.add(session, "Cleopatra", password, now=START)

    @pytest.mark.parametrize(
        "password", ["pass word", "ölsardine", "cleopatra and caesar", " " * 7 + "x", "\U0001f40e" * 8]
    )
    def test_any_other_may_hold_what_it_likes(self, database, password):
        """It is compared as it is, to the last blank."""
        with database.writing() as session:
            moderators.add(session, "cleopatra", password, now=START)
            assert moderators.check(session, "cleopatra", password)
            with pytest.raises(moderators.WrongPassword):
                moderators.check(session, "cleopatra", password[:-1])

    def test_who_has_none_is_not_let_in_by_any(self, database):
        with database.writing() as session:
            moderators.add(session, "cleo", None, now=START)
            for password in ("", "None"):
                with pytest.raises(moderators.WrongPassword):
                    moderators.check(session, "cleo", password)

    def test_changing_it_ends_every_login(self, database, ana):
        with database.writing() as session:
            token = moderators.log_in(session, ana, hours=1, now=at(0))
            moderators.change_password(session, ana.id, PASSWORD, "another horse", now=at(0))

            assert moderators.logged_in(session, token, now=at(1)) is None
            assert moderators.check(session, "ana", "another horse").name == "ana"

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
            moderators.change_password(session, ana.id, old, new, now=at(0))

    def test_a_forgotten_one_is_replaced_and_ends_every_login(self, database, ana):
        with database.writing() as session:
            token = moderators.log_in(session, ana, hours=1, now=at(0))
            own = moderators.by_name(session, "ana")
            moderators.reset_password(session, own, "another horse", by="ben", now=at(0))

            assert moderators.logged_in(session, token, now=at(1)) is None
            assert moderators.check(session, "ana", "another horse").name == "ana"

    def test_what_is_kept_of_it_takes_long_to_guess(self):
        """The tests hash with less work, so the module is read anew."""
        spec = importlib.util.find_spec("moderation.moderators.passwords")
        as_shipped = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(as_shipped)
        work = extract_parameters(as_shipped.hashed(PASSWORD, "ana"))

        # What OWASP asks for at least: argon2id, 19 MiB, two passes.
        assert work.type is Type.ID
        assert work.memory_cost >= 19 * 1024
        assert work.time_cost >= 2


class TestGuessing:
    def test_it_is_slowed_down_for_that_name_only(self, database):
        with database.writing() as session:
            for _ in range(moderators.FAILURES_A_MINUTE):
                moderators.count_try(session, "ana", now=at(0))

            with pytest.raises(moderators.TooManyFailures):
                moderators.count_try(session, "ana", now=at(0))
            moderators.count_try(session, "ben", now=at(0))
            moderators.count_try(session, "ana", now=at(2))

    def test_a_clock_that_is_put_back_keeps_nobody_out_for_longer(self, database):
        with database.writing() as session:
            for _ in range(moderators.FAILURES_A_MINUTE):
                moderators.count_try(session, "ana", now=at(60))

            # Of two machines, one may be a little behind: there it is as many.
            with pytest.raises(moderators.TooManyFailures):
                moderators.count_try(session, "ana", now=at(59))
            moderators.count_try(session, "ana", now=at(0))

    def test_what_was_right_does_not_count(self, database):
        with database.writing() as session:
            for _ in range(2 * moderators.FAILURES_A_MINUTE):
                moderators.forgive(session, moderators.count_try(session, "ana", now=at(0)))

    def test_the_limit_holds_for_those_who_come_at_once(self, database):
        """Each has a connection of its own, as in processes of their own, and all begin together."""
        begin = threading.Barrier(8)

        def guess(_: int) -> bool:
            begin.wait()
            with database.writing() as session:
                try:
                    moderators.count_try(session, "ana", now=at(0))
                except moderators.TooManyFailures:
                    return False
                session.commit()
            return True

        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(guess, range(8))) == moderators.FAILURES_A_MINUTE

    def test_a_name_that_is_nobodys_is_not_kept(self, database):
        """It may be a password that was typed into the wrong field."""
        decider(database)
        with database.writing() as session:
            moderators.note_failure(session, "my own secret", "Wrong.", now=at(0))
            moderators.note_failure(session, "ana", "Wrong.", now=at(0))

            kept = session.query(AuditEntry).all()
            assert [(one.done_by, one.act, one.subject) for one in kept] == [
                ("somebody", "login.fail", "ana")
            ]
