"""One-time codes are taken once, for a short while; recovery codes are taken once, ever."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pyotp
import pytest

from moderation import moderators
from moderation.store.tables import RecoveryCode
from tests.conftest import START, at
from tests.making import decider

STEP = timedelta(seconds=30)


@pytest.fixture
def secret():
    return moderators.new_secret()


@pytest.fixture
def ana(database):
    return decider(database)


@pytest.fixture
def recovery(database, ana, secret):
    """Recovery codes of ana, who set up codes long ago."""
    with database.writing() as session:
        long_ago = START - timedelta(days=1)
        made = moderators.switch_on(session, ana, secret, code(secret, long_ago), now=long_ago)
        session.commit()
    return made


def code(secret: str, moment) -> str:
    """What an authenticator shows."""
    return pyotp.TOTP(secret).at(moment)


def use(database, typed: str, *, now=START) -> bool:
    """Whether ana is let in with what she typed."""
    with database.writing() as session:
        own = moderators.by_name(session, "ana")
        try:
            moderators.use_code(session, own, typed, now=now)
        except moderators.WrongCode:
            return False
        session.commit()
    return True


@pytest.mark.parametrize(
    ("steps", "is_taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_clocks_may_differ_by_one_step(database, recovery, secret, steps, is_taken):
    assert use(database, code(secret, START + steps * STEP)) is is_taken


def test_a_code_is_used_once_and_none_before_it(database, recovery, secret):
    now, before = code(secret, START), code(secret, START - STEP)

    assert use(database, f"{now[:3]} {now[3:]}")
    assert not use(database, now)
    assert not use(database, before)
    assert use(database, code(secret, START + STEP), now=START + STEP)


def test_of_two_who_come_with_one_code_one_is_let_in(database, recovery, secret):
    begin = threading.Barrier(4)

    def come(_: int) -> bool:
        begin.wait()
        return use(database, code(secret, START))

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(come, range(4))) == 1


@pytest.mark.parametrize("typed", ["", "12345", "abcdef", "１２３４５６", "0" * 100, "٠١٢٣٤٥"])
def test_what_is_no_code_is_refused(database, recovery, typed):
    assert not use(database, typed)


def test_a_recovery_code_is_used_once_however_it_is_typed(database, recovery):
    assert len(set(recovery)) == moderators.RECOVERY_CODES
    assert use(database, recovery[0].lower().replace("-", " "))
    assert not use(database, recovery[0])
    assert use(database, recovery[1])
    with database.reading() as session:
        left = moderators.codes_left(session, moderators.by_name(session, "ana"))
    assert left == moderators.RECOVERY_CODES - 2


def test_recovery_codes_are_not_kept_as_they_are(database, recovery):
    with database.reading() as session:
        kept = " ".join(one.code_hash for one in session.query(RecoveryCode))

    assert not any(part.lower() in kept for one in recovery for part in (one, one.replace("-", "")))


def test_a_colleagues_codes_open_nothing(database, recovery, secret):
    ben = decider(database, "ben")
    with database.writing() as session:
        for typed in (code(secret, START), recovery[0]):
            with pytest.raises(moderators.WrongCode):
                moderators.use_code(session, ben, typed, now=START)


def test_they_are_on_once_a_first_code_was_right(database, ana, secret):
    with database.writing() as session:
        with pytest.raises(moderators.WrongCode, match="clock"):
            moderators.switch_on(session, ana, secret, "000000", now=at(0))
        assert moderators.by_name(session, "ana").code_secret is None
        moderators.switch_on(session, ana, secret, code(secret, START), now=START)
        session.commit()

    assert not use(database, code(secret, START)), "the first code was used by setting up"


def test_they_are_not_set_up_twice(database, ana, recovery):
    other = moderators.new_secret()
    with database.writing() as session, pytest.raises(moderators.CodesAreOn):
        moderators.switch_on(session, ana, other, code(other, START), now=START)


def test_switched_off_nothing_of_them_is_left(database, ana, recovery, secret):
    with database.writing() as session:
        moderators.switch_off(session, ana, by="command line", now=at(1))
        session.commit()

    assert not use(database, code(secret, START))
    assert not use(database, recovery[0])
