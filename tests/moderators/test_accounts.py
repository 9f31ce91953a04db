"""Who moderates, in which role, on which sites; who leaves, and who cannot."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from moderation import access, moderators
from moderation.names import BadName
from moderation.store.tables import AuditEntry, Claim, Hold, Moderator, Role
from tests.conftest import START, add_site, at
from tests.making import decider, stored


def add(session, name: str, role: Role = Role.MODERATOR, **more: object) -> Moderator:
    """Add a moderator without a password, because hashing one takes longer than the test."""
    return moderators.add(session, name, None, role=role, now=START, **more)


def allow(session, who: Moderator, role: Role, site_ids=None, **more: object) -> Moderator:
    """Let an admin change somebody's role and sites."""
    return moderators.change(
        session, who.id, role=role, site_ids=site_ids, by="command line", now=at(1), **more
    )


class TestComingAndGoing:
    def test_a_name_is_taken_once(self, database):
        with database.writing() as session:
            add(session, "ana")
            with pytest.raises(moderators.NameTaken):
                add(session, "ana")

    def test_a_name_is_taken_once_however_many_ask_for_it_at_once(self, database):
        begin = threading.Barrier(8)

        def is_added(_: int) -> bool:
            with database.reading() as session:
                session.scalar(select(Moderator.id))
            begin.wait()
            with database.writing() as session:
                try:
                    add(session, "ana")
                except moderators.NameTaken:
                    return False
                session.commit()
            return True

        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(is_added, range(8))) == 1

    @pytest.mark.parametrize("name", ["", " ana", "a\nb", "x" * 101])
    def test_a_name_is_a_line(self, database, name):
        with database.writing() as session, pytest.raises(BadName):
            add(session, name)

    def test_who_leaves_is_out_at_once_and_what_waited_for_the_person_waits_for_all(
        self, database, site
    ):
        ana, ben = decider(database), decider(database, "ben")
        with database.writing() as session:
            held, handed = (stored(session, site, name) for name in ("held", "handed"))
            session.add(Hold(comment_id=held.id, held_by_id=ana.id, held_at=at(0), for_id=ana.id))
            session.add(Hold(comment_id=handed.id, held_by_id=ana.id, held_at=at(0), for_id=ben.id))
            session.add(Claim(comment_id=held.id, moderator_id=ana.id, until=at(5)))
            token = moderators.log_in(session, ana, hours=1, now=at(0))
            moderators.leave(session, ana.id, by=ben, now=at(1))
            session.commit()

            assert moderators.logged_in(session, token, now=at(1)) is None
            assert [one.for_id for one in session.query(Hold)] == [ben.id]
            assert session.query(Claim).count() == 0
            assert moderators.by_name(session, "ana").left_at == at(1)
            moderators.come_back(session, ana.id, by=ben, now=at(2))
            assert moderators.logged_in(session, token, now=at(2)) is None
            assert moderators.by_name(session, "ana").left_at is None

    def test_a_login_that_was_opened_while_somebody_left_opens_nothing(self, database):
        ana = decider(database)
        with database.writing() as session:
            moderators.leave(session, ana.id, by="command line", now=at(0))
            token = moderators.log_in(session, ana, hours=1, now=at(0))

            assert moderators.logged_in(session, token, now=at(0)) is None

    def test_nobody_is_told_from_somebody(self, database):
        with database.writing() as session:
            for ask in (
                lambda: moderators.by_name(session, "nobody"),
                lambda: moderators.by_number(session, 999),
                lambda: moderators.leave(session, 999, by="command line", now=at(0)),
            ):
                with pytest.raises(moderators.UnknownModerator):
                    ask()


class TestRolesAndSites:
    def test_a_moderator_of_some_sites_looks_at_those(self, database, site):
        other = add_site(database, "forum", "0123456789cd")
        with database.writing() as session:
            ana = add(session, "ana", site_ids=[site.id])
            assert access.of(session, ana).site_ids == {site.id}
            allow(session, ana, Role.READER, [other.id])
            assert access.of(session, ana).site_ids == {other.id}
            allow(session, ana, Role.READER, [])
            assert access.of(session, ana).site_ids == set()
            allow(session, ana, Role.MODERATOR)
            assert access.of(session, ana).covers_all
            told = [one.details for one in session.query(AuditEntry).order_by(AuditEntry.id)]

        assert told == [
            "moderator of blog.",
            "Before: moderator of blog. Now: reader of forum.",
            "Before: reader of forum. Now: reader of no site.",
            "Before: reader of no site. Now: moderator of every site.",
        ]

    def test_who_looked_at_something_else_changes_nothing(self, database, site):
        with database.writing() as session:
            ana = add(session, "ana")
            seen = moderators.seen_as(session, ana)
            allow(session, ana, Role.READER, seen=seen)
            with pytest.raises(moderators.ChangedMeanwhile, match="ana"):
                allow(session, ana, Role.ADMIN, seen=seen)

            assert moderators.by_name(session, "ana").role is Role.READER


class TestTheLastAdmin:
    @pytest.mark.parametrize(
        "lose",
        [
            lambda session, ana: moderators.leave(session, ana.id, by=ana, now=at(1)),
            lambda session, ana: allow(session, ana, Role.MODERATOR),
            lambda session, ana: allow(session, ana, Role.ADMIN, []),
        ],
        ids=["leaving", "another role", "some sites"],
    )
    def test_stays_until_there_is_another(self, database, site, lose):
        with database.writing() as session:
            ana = add(session, "ana", Role.ADMIN)
            # None of these could look after people.
            add(session, "of one site", Role.ADMIN, site_ids=[site.id])
            gone = add(session, "gone", Role.ADMIN)
            moderators.leave(session, gone.id, by=ana, now=at(0))
            session.commit()
            with pytest.raises(moderators.LastAdmin, match="ana"):
                lose(session, ana)
            session.rollback()
            add(session, "ben", Role.ADMIN)
            lose(session, ana)

    def test_of_two_who_step_back_at_once_one_stays(self, database):
        with database.writing() as session:
            both = [add(session, name, Role.ADMIN).id for name in ("ana", "ben")]
            session.commit()
        begin = threading.Barrier(2)

        def step_back(number: int) -> bool:
            begin.wait()
            with database.writing() as session:
                try:
                    moderators.leave(session, number, by="command line", now=at(1))
                except moderators.LastAdmin:
                    return False
                session.commit()
            return True

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(step_back, both)) == [False, True]


class TestSingleSignOn:
    def test_a_person_is_known_by_the_issuers_number_alone(self, database):
        subject = moderators.subject_at("https://login.example.org", "7")
        with database.writing() as session:
            ana = add(session, "ana")
            with pytest.raises(moderators.NobodyKnown):
                moderators.who_came(session, subject, names=["ana"], role=None, now=at(0))
            moderators.link(session, ana, subject, by=ana, now=at(0))

            found = moderators.who_came(session, subject, names=["x"], role=None, now=at(0))
            assert found is ana
            elsewhere = moderators.subject_at("https://other.example.org", "7")
            with pytest.raises(moderators.NobodyKnown):
                moderators.who_came(session, elsewhere, names=["ana"], role=None, now=at(0))

    def test_somebody_new_gets_a_role_and_a_name_of_its_own(self, database):
        with database.writing() as session:
            add(session, "ana")
            came = [
                moderators.who_came(
                    session, f"issuer {number}", names=names, role=Role.READER, now=at(0)
                )
                for number, names in enumerate((["ana"], ["ana", "x"], [], ["a\nb", " " * 9, "b" * 300]))
            ]

            assert [one.name for one in came] == ["ana 2", "ana 3", "moderator", "b" * 95]
            assert {one.role for one in came} == {Role.READER}
            assert {one.password_hash for one in came} == {None}

    def test_who_left_is_not_let_in_and_not_made_anew(self, database):
        with database.writing() as session:
            ana = add(session, "ana", subject="issuer 7")
            moderators.leave(session, ana.id, by=ana, now=at(0))
            with pytest.raises(moderators.NobodyKnown):
                moderators.who_came(session, "issuer 7", names=["ana"], role=Role.READER, now=at(1))

            assert session.query(Moderator).count() == 1

    def test_an_account_at_the_provider_belongs_to_one_moderator(self, database):
        with database.writing() as session:
            ana, ben = add(session, "ana", subject="issuer 7"), add(session, "ben")
            with pytest.raises(moderators.SubjectTaken, match="ana"):
                moderators.link(session, ben, "issuer 7", by=ben, now=at(0))
            with pytest.raises(moderators.NoOtherWay):
                moderators.unlink(session, ana, by=ana, now=at(0))
            with pytest.raises(moderators.SubjectTaken, match="too long"):
                moderators.subject_at("issuer", "7" * 500)
