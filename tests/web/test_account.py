"""Logging in in two steps, and what moderators set for themselves."""

import html
import re
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from moderation import moderators
from moderation.settings import Settings
from moderation.store import Database
from moderation.store.tables import AuditEntry, FailedLogin, Login, Role
from tests.browsing import PASSWORD, Console
from tests.conftest import SHIPPED_MODELS, START, add_moderator, fresh_file, listening
from tests.web.letting_in import add, let_in, opened

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Mobile/15E148 Safari/604.1"


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    return Settings(instance=tmp_path_factory.mktemp("service"), models=SHIPPED_MODELS)


@pytest.fixture(scope="module")
def database(settings):
    opened = Database(fresh_file(settings.instance))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def address(settings, database):
    with listening(settings) as address:
        yield address


@pytest.fixture(scope="module")
def enter(address, settings, database):
    """Let somebody in, in a browser of its own."""
    return lambda who, **said: let_in(address, settings, database, who, **said)


@pytest.fixture(scope="module")
def careful(database):
    """A moderator with a password and one-time codes: the secret, and the recovery codes."""
    secret, long_ago = moderators.new_secret(), START - timedelta(days=9)
    own = add_moderator(database, "careful")
    with database.writing() as session:
        first = pyotp.TOTP(secret).at(long_ago)
        made = moderators.switch_on(session, own, secret, first, now=long_ago)
        session.commit()
    return secret, made


@pytest.fixture(autouse=True)
def forgiven(database):
    """Each test begins with no tries."""
    with database.writing() as session:
        session.query(FailedLogin).delete()
        session.commit()


def code(secret: str, *, steps: int = 0) -> str:
    """What an authenticator shows, or will show."""
    return pyotp.TOTP(secret).at(datetime.now(UTC) + steps * timedelta(seconds=30))


def give(console: Console, typed: str):
    """Type a code in the second step."""
    return console.send(console.read("/console/login/code"), "/console/login/code", code=typed)


def last_act(database) -> tuple[str, str, str, str]:
    with database.reading() as session:
        last = session.query(AuditEntry).order_by(AuditEntry.id.desc()).first()
        return last.done_by, last.act, last.subject, last.details


TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class TestTwoSteps:
    def test_between_the_steps_nobody_is_logged_in(self, address, database, careful):
        console = Console(address)
        before = self._logins(database)
        asked = console.log_in("careful")

        assert asked.url.endswith("/console/login/code")
        assert "Log out" not in asked.text
        for path in ("/console/", "/console/account", "/console/record", "/console/account/codes"):
            assert console.read(path).url.endswith("/console/login")
        assert self._logins(database) == before

    @staticmethod
    def _logins(database) -> int:
        with database.reading() as session:
            own = moderators.by_name(session, "careful")
            return session.query(Login).filter_by(moderator_id=own.id).count()

    def test_a_code_lets_in_once_and_leads_where_one_wanted_to_go(self, address, careful):
        secret, _ = careful
        typed = code(secret)
        console = Console(address)
        console.read("/console/decisions")
        console.log_in("careful")
        before = {cookie.value for cookie in console.cookies}
        assert give(console, typed).url.endswith("/console/decisions")
        assert before.isdisjoint(cookie.value for cookie in console.cookies)

        again = Console(address)
        again.log_in("careful")
        refused = give(again, typed)
        assert (refused.status, "used already" in refused.text) == (401, True)
        assert "Log out" not in again.read("/console/").text

    def test_a_recovery_code_lets_in_once(self, address, database, careful):
        _, recovery = careful
        console = Console(address)
        console.log_in("careful")
        assert "Log out" in give(console, recovery[0].lower()).text

        again = Console(address)
        again.log_in("careful")
        assert give(again, recovery[0]).status == 401
        assert last_act(database) == ("somebody", "login.fail", "careful", "The code was wrong.")

    def test_guessing_codes_is_slowed_down_though_the_password_is_right(self, address, careful):
        console = Console(address)
        console.log_in("careful")
        refused = [give(console, "000000").status for _ in range(6)]

        assert refused == [401] * 5 + [429]
        assert Console(address).log_in("careful").status == 429

    def test_the_second_step_without_the_first_leads_to_the_login(self, address, careful):
        console = Console(address)
        assert console.read("/console/login/code").url.endswith("/console/login")
        page = console.read("/console/login")
        sent = console.send(page, "/console/login/code", code=code(careful[0]))
        assert sent.url.endswith("/console/login")

    def test_the_first_step_is_void_once_the_person_left_or_has_another_password(
        self, address, database, careful
    ):
        _, recovery = careful
        console = Console(address)
        console.log_in("careful")
        page = console.read("/console/login/code")
        with database.writing() as session:
            own = moderators.by_name(session, "careful")
            moderators.leave(session, own.id, by="command line", now=datetime.now(UTC))
            session.commit()
        refused = console.send(page, "/console/login/code", code=recovery[1])
        assert refused.url.endswith("/console/login")
        with database.writing() as session:
            own = moderators.come_back(session, own.id, by="command line", now=datetime.now(UTC))
            kept, own.password_hash = own.password_hash, "another"
            session.commit()
        assert console.read("/console/login/code").url.endswith("/console/login")
        with database.writing() as session:
            moderators.by_name(session, "careful").password_hash = kept
            session.commit()


class TestSettingUpCodes:
    def test_the_picture_and_the_text_hold_the_secret_and_a_first_code_confirms(
        self, enter, settings, database
    ):
        console = enter(add(database, "dora", Role.READER))
        page = console.read("/console/account/codes")
        secret = html.unescape(re.search(r'class="secret"[^>]*>([^<]+)<', page.text)[1]).replace(" ", "")

        assert opened(settings, console)["code_secret"] == secret
        picture = ET.fromstring(
            re.search(r"<svg width=.*?</svg>", page.text[page.text.index('class="qr"') :], re.DOTALL)[0]
        )
        assert {name for one in picture.iter() for name in one.attrib} <= {
            "width",
            "height",
            "class",
            "transform",
            "fill",
            "stroke",
            "d",
        }
        wrong = console.send(page, "/console/account/codes", code="000000")
        assert wrong.status == 422
        assert secret[:4] in wrong.text, "the same secret is shown again"
        first = code(secret)
        done = console.send(wrong, "/console/account/codes", code=first)
        shown = re.findall(r"<li>([A-Z2-9]{4}(?:-[A-Z2-9]{4}){5})</li>", done.text)
        assert len(set(shown)) == 10
        assert "code_secret" not in opened(settings, console)
        assert shown[0] not in console.read("/console/account").text
        assert "10 recovery codes are left." in console.read("/console/account").text
        assert console.read("/console/account/codes").url.endswith("/console/account")

        off = console.send(console.read("/console/account"), "/console/account/codes/off", code=first)
        assert off.status == 422, "the code that set them up is used"
        off = console.send(off, "/console/account/codes/off", code=shown[0])
        assert "One-time codes are off." in off.text
        assert last_act(database)[:3] == ("dora", "codes.off", "dora")

    def test_switching_off_needs_the_password_and_a_code(self, enter, database, careful):
        _, recovery = careful
        with database.reading() as session:
            own = moderators.by_name(session, "careful")
        console = enter(own)
        page = console.read("/console/account")
        for fields in ({"password": "wrong", "code": recovery[2]}, {"password": PASSWORD, "code": "x"}):
            assert console.send(page, "/console/account/codes/off", **fields).status == 422
        with database.reading() as session:
            assert moderators.by_name(session, "careful").code_secret is not None

    def test_where_codes_are_demanded_nothing_goes_before_they_are_set_up(self, tmp_path):
        settings = Settings(instance=tmp_path, models=SHIPPED_MODELS, demand_codes=True)
        database = Database(fresh_file(tmp_path))
        add_moderator(database, "ana")
        single = add(database, "single")
        with listening(settings) as address:
            console = Console(address)
            page = console.log_in("ana")
            assert page.url.endswith("/console/account/codes")
            assert "Set up yours first." in page.text
            assert console.read("/console/search").url.endswith("/console/account/codes")
            refused = console.send_raw("/console/bulk", csrf_token=TOKEN.search(page.text)[1])
            assert refused.url.endswith("/console/account/codes")
            secret = opened(settings, console)["code_secret"]
            code = pyotp.TOTP(secret).now()
            assert "recovery" in console.send(page, "/console/account/codes", code=code).text
            assert console.read("/console/search").url.endswith("/console/search")
            by_provider = let_in(address, settings, database, single)
            assert by_provider.read("/console/search").url.endswith("/console/search")
        database.close()


class TestLogins:
    def test_the_account_shows_where_one_is_logged_in_and_ends_one_or_all_others(self, enter, database):
        own = add(database, "eve")
        here, phone, third = enter(own), enter(own, browser=PHONE, address="192.0.2.77"), enter(own)
        page = here.read("/console/account")

        assert "Safari on iPhone" in page.text
        assert "192.0.2.0/24" in page.text
        assert "192.0.2.77" not in page.text
        with database.reading() as session:
            number = session.query(Login).filter_by(moderator_id=own.id, browser=PHONE).one().id
        ended = here.send(page, f"/console/account/logins/{number}/end")
        assert "That browser is logged out." in ended.text
        assert phone.read("/console/").url.endswith("/console/login")
        assert "ended already" in here.send(page, f"/console/account/logins/{number}/end").text
        assert "Log out" in third.read("/console/").text
        here.send(page, "/console/account/logins/end-others")
        assert third.read("/console/").url.endswith("/console/login")
        assert "Log out" in here.read("/console/").text

    def test_nobody_ends_a_colleagues_login(self, enter, database):
        mine, theirs = enter(add(database, "fay")), add(database, "gus")
        other = enter(theirs)
        with database.reading() as session:
            number = session.query(Login).filter_by(moderator_id=theirs.id).one().id
        mine.send(mine.read("/console/account"), f"/console/account/logins/{number}/end")

        assert "Log out" in other.read("/console/").text

    def test_it_is_kept_when_a_login_was_last_used(self, enter, database):
        own = add(database, "hal")
        console = enter(own)
        long_ago = datetime.now(UTC) - timedelta(minutes=20)
        with database.writing() as session:
            session.query(Login).filter_by(moderator_id=own.id).update({"seen_at": long_ago})
            session.commit()
        console.read("/console/")
        with database.reading() as session:
            first = session.query(Login).filter_by(moderator_id=own.id).one().seen_at
        console.read("/console/")
        with database.reading() as session:
            second = session.query(Login).filter_by(moderator_id=own.id).one().seen_at

        assert first > long_ago
        assert second == first

    def test_a_login_that_nobody_uses_ends(self, enter, database):
        own = add(database, "kim")
        used, idle = enter(own), enter(own)
        now = datetime.now(UTC)
        with database.writing() as session:
            first, second = session.query(Login).filter_by(moderator_id=own.id).order_by(Login.id)
            first.seen_at = now - timedelta(minutes=29)
            second.seen_at = now - timedelta(minutes=31)
            session.commit()

        assert idle.read("/console/").url.endswith("/console/login")
        # There is no other browser in which it could be ended.
        assert "/end" not in used.read("/console/account").text

    def test_another_role_counts_from_the_next_page_on(self, enter, database, capfd):
        own = add(database, "lee", Role.ADMIN)
        add(database, "mia", Role.ADMIN)
        console = enter(own)
        page = console.read("/console/people")
        assert page.status == 200
        with database.writing() as session:
            moderators.change(
                session, own.id, role=Role.READER, site_ids=None, by="ana", now=datetime.now(UTC)
            )
            session.commit()

        assert console.read("/console/people").status == 403
        capfd.readouterr()
        assert console.send(page, "/console/people", name="new").status == 403
        logged = capfd.readouterr().err
        assert '"status": 403, "milliseconds"' in logged
        assert f'"moderator_id": {own.id}' in logged

    def test_a_page_is_shown_though_the_database_is_busy(self, enter, database):
        own = add(database, "ivy")
        console = enter(own)
        a_while_ago = datetime.now(UTC) - timedelta(minutes=20)
        with database.writing() as session:
            session.query(Login).filter_by(moderator_id=own.id).update({"seen_at": a_while_ago})
            session.commit()
        with database.writing() as session:
            # SQLite has one writer at a time, and this is it.
            session.query(Login).count()
            assert console.read("/console/").status == 200
        with database.reading() as session:
            assert session.query(Login).filter_by(moderator_id=own.id).one().seen_at == a_while_ago


class TestPreferences:
    def test_the_language_and_the_blur_are_kept(self, enter, database):
        console = enter(add(database, "joe", Role.READER))
        page = console.read("/console/account")
        assert '<html lang="en"' in page.text
        saved = console.send(page, "/console/account/preferences", language="de", blurs="true")
        assert '<html lang="de"' in saved.text
        with database.reading() as session:
            own = moderators.by_name(session, "joe")
            assert (own.blurs, own.language) == (True, "de")
        console.send(saved, "/console/account/preferences", language="")
        with database.reading() as session:
            own = moderators.by_name(session, "joe")
            assert (own.blurs, own.language) == (False, None)

    @pytest.mark.parametrize("fields", [{"language": "xx"}, {"blurs": "perhaps"}])
    def test_what_no_page_offers_is_refused(self, enter, database, fields):
        console = enter(add(database, f"kim {fields}"))
        page = console.read("/console/account")

        assert console.send(page, "/console/account/preferences", **fields).status == 400
