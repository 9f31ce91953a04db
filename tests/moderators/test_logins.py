"""Where moderators are logged in, and how logins end."""

import pytest

from moderation import moderators
from tests.conftest import at
from tests.making import decider


@pytest.fixture
def ana(database):
    return decider(database)


def open_login(session, who, minutes: int = 0, **said: str):
    """A login of `who`, and the moment it was opened."""
    token = moderators.log_in(session, who, hours=1, now=at(minutes), **said)
    return token, moderators.logged_in(session, token, now=at(minutes))


def test_a_login_holds_until_it_is_over(database, ana):
    with database.writing() as session:
        token, _ = open_login(session, ana)

        assert moderators.logged_in(session, token, now=at(59)).moderator.name == "ana"
        assert moderators.logged_in(session, token, now=at(60)) is None


def test_logging_out_ends_it_on_the_server(database, ana):
    with database.writing() as session:
        token, login = open_login(session, ana)
        moderators.log_out(session, login, now=at(1))

        assert moderators.logged_in(session, token, now=at(1)) is None


def test_a_made_up_token_opens_nothing(database, ana):
    with database.reading() as session:
        assert moderators.logged_in(session, "made up", now=at(0)) is None


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1::/48"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("unknown", None),
        (None, None),
    ],
)
def test_of_an_address_the_network_is_kept(database, ana, address, kept):
    with database.writing() as session:
        assert open_login(session, ana, address=address)[1].address == kept


def test_a_use_is_kept_every_few_minutes(database, ana):
    with database.writing() as session:
        token, login = open_login(session, ana)
        for minutes, seen in ((0.5, 0), (1, 1), (1.5, 1), (3, 3)):
            moderators.note_seen(session, login, now=at(minutes))
            session.expire_all()
            assert moderators.logged_in(session, token, now=at(20)).seen_at == at(seen)


def test_one_ends_ones_own_logins_and_nobody_elses(database, ana):
    ben = decider(database, "ben")
    with database.writing() as session:
        here, kept = open_login(session, ana)
        there, other = open_login(session, ana, 1)
        elsewhere, of_ben = open_login(session, ben)
        assert list(moderators.logins_of(session, ana, now=at(2))) == [other, kept]

        with pytest.raises(moderators.UnknownLogin):
            moderators.end_one(session, ana, of_ben.id, now=at(2))
        moderators.end_one(session, ana, other.id, now=at(2))
        session.expire_all()
        found = [moderators.logged_in(session, token, now=at(2)) for token in (here, there, elsewhere)]
        assert [bool(one) for one in found] == [True, False, True]

        open_login(session, ana, 3)
        moderators.end_others(session, kept, now=at(4))
        assert [one.id for one in moderators.logins_of(session, ana, now=at(4))] == [kept.id]
        assert moderators.last_logins(session) == {ana.id: at(3), ben.id: at(0)}
