"""Single sign-on against a provider that really signs, and one that does everything wrong."""

import socket
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import msgspec
import pyotp
import pytest
from flask import Response

from moderation import moderators
from moderation.settings import Settings
from moderation.store import Database
from moderation.store.tables import AuditEntry, Moderator, Role
from moderation.web.console import provider as asking
from tests.browsing import PASSWORD, Console
from tests.conftest import SHIPPED_MODELS, START, add_moderator, fresh_file, listening
from tests.running import free_port
from tests.web.letting_in import add, let_in
from tests.web.providing import CLIENT, SECRET, providing


@pytest.fixture(scope="module")
def running_provider():
    with providing() as provider:
        yield provider


@pytest.fixture
def provider(running_provider):
    """A provider that behaves until it is told otherwise."""
    running_provider.behave()
    running_provider.asked.clear()
    return running_provider


@pytest.fixture(scope="module")
def settings(tmp_path_factory, running_provider):
    return Settings(
        instance=tmp_path_factory.mktemp("service"),
        models=SHIPPED_MODELS,
        oidc_issuer=running_provider.address,
        oidc_client_id=CLIENT,
        oidc_client_secret=SECRET,
        oidc_name="Example ID",
    )


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
def ana(database, running_provider):
    """A moderator with a password, who is 4711 at the provider."""
    with_password = add_moderator(database, "ana")
    with database.writing() as session:
        own = moderators.by_number(session, with_password.id)
        subject = moderators.subject_at(running_provider.address, "4711")
        moderators.link(session, own, subject, by=own, now=START)
        session.commit()
    return with_password


@pytest.fixture
def console(address):
    return Console(address)


def is_in(console: Console) -> bool:
    return "Log out" in console.read("/console/").text


class TestLoggingIn:
    def test_the_login_page_leads_there_and_back_to_where_one_wanted_to_go(
        self, console, provider, ana, database
    ):
        shown = console.read("/console/decisions")
        assert "Log in with Example ID" in shown.text
        before = {cookie.value for cookie in console.cookies}
        came = console.read("/console/single-sign-on")

        assert came.url.endswith("/console/decisions")
        assert "Log out" in came.text
        assert before.isdisjoint(cookie.value for cookie in console.cookies)
        with database.reading() as session:
            last = session.query(AuditEntry).order_by(AuditEntry.id.desc()).first()
            assert (last.done_by, last.act, last.details) == ("ana", "login.open", "By single sign-on.")

    def test_the_provider_is_asked_with_state_nonce_and_a_challenge(self, address, provider):
        # Not followed: what is asked stands in the address.
        console = Console(address)
        provider.answers["/authorize"] = "Who are you?"
        asked = parse_qs(urlsplit(console.read("/console/single-sign-on").url).query)

        assert asked["client_id"] == [CLIENT]
        assert asked["response_type"] == ["code"]
        assert asked["redirect_uri"] == [f"{address}/console/single-sign-on/back"]
        assert asked["code_challenge_method"] == ["S256"]
        assert "openid" in asked["scope"][0]
        assert min(len(asked[name][0]) for name in ("state", "nonce", "code_challenge")) >= 20

    def test_whoever_set_up_codes_is_asked_for_one_all_the_same(self, console, provider, database):
        secret = moderators.new_secret()
        provider.person = {"sub": "careful"}
        own = add(database, "careful", subject=f"{provider.address} careful")
        with database.writing() as session:
            moderators.switch_on(session, own, secret, pyotp.TOTP(secret).at(START), now=START)
            session.commit()
        asked = console.read("/console/single-sign-on")

        assert asked.url.endswith("/console/login/code")
        assert not is_in(console)
        console.read("/console/single-sign-on")
        page = console.read("/console/login/code")
        now = pyotp.TOTP(secret).at(datetime.now(UTC))
        assert "Log out" in console.send(page, "/console/login/code", code=now).text

    def test_somebody_unknown_is_not_let_in_whatever_the_name(self, console, provider, ana, database):
        provider.person = {"sub": "another", "preferred_username": "ana", "email": "ana@example.org"}
        refused = console.read("/console/single-sign-on")

        assert refused.status == 403
        assert "nobody here belongs to that account" in refused.text
        assert not is_in(console)
        with database.reading() as session:
            assert session.query(Moderator).filter(Moderator.name.startswith("ana")).count() == 1

    def test_who_left_is_not_let_in(self, console, provider, database):
        own = add(database, "gone", subject=f"{provider.address} gone")
        with database.writing() as session:
            moderators.leave(session, own.id, by="command line", now=START)
            session.commit()
        provider.person = {"sub": "gone"}

        assert console.read("/console/single-sign-on").status == 403
        assert not is_in(console)

    def test_where_the_operator_wants_it_somebody_new_becomes_a_reader(
        self, settings, database, provider
    ):
        provider.person = {"sub": "new", "name": "Nina"}
        with listening(msgspec.structs.replace(settings, oidc_role="reader")) as address:
            assert is_in(in_there := Console(address)) is False
            assert "Log out" in in_there.read("/console/single-sign-on").text
        with database.reading() as session:
            found = moderators.by_name(session, "Nina")
            assert (found.role, found.password_hash) == (Role.READER, None)

    def test_without_a_provider_there_is_no_such_page(self, settings, database):
        with listening(msgspec.structs.replace(settings, oidc_issuer="")) as address:
            console = Console(address)
            assert "Log in with" not in console.read("/console/login").text
            for path in ("/console/single-sign-on", "/console/single-sign-on/back?code=x&state=y"):
                assert console.read(path).status == 404

    def test_the_address_to_come_back_to_is_the_operators(self, settings, database, provider):
        """And not what a request says."""
        public = msgspec.structs.replace(settings, public_url="https://moderation.example.org/")
        provider.answers["/authorize"] = "Who are you?"
        with listening(public) as address:
            asked = parse_qs(urlsplit(Console(address).read("/console/single-sign-on").url).query)

        assert asked["redirect_uri"] == ["https://moderation.example.org/console/single-sign-on/back"]


class TestMisbehaviour:
    @pytest.mark.parametrize(
        "claims",
        [
            {"nonce": "another"},
            {"nonce": None},
            {"aud": "another"},
            {"aud": ["another"]},
            {"aud": "another", "azp": CLIENT},
            {"aud": [CLIENT, "another"], "azp": "another"},
            {"aud": None},
            {"iss": "https://another.example.org"},
            {"iss": None},
            {"exp": 1_700_000_000},
            {"exp": None},
            {"iat": 4_000_000_000},
            {"sub": None},
            {"sub": 4711},
            {"sub": ""},
            {"at_hash": "another"},
        ],
        ids=str,
    )
    def test_a_token_that_does_not_hold_lets_nobody_in(self, console, provider, ana, claims):
        provider.claims = claims
        refused = console.read("/console/single-sign-on")

        assert refused.status == 403
        assert "Example ID did not prove who you are." in refused.text
        assert 'name="password"' in refused.text
        assert not is_in(console)

    @pytest.mark.parametrize("how", ["another key", "none", "the client's secret", "the public key"])
    def test_a_token_that_the_provider_did_not_sign_lets_nobody_in(self, console, provider, ana, how):
        if how == "another key":
            provider.signs_with = provider.other_key
        elif how == "none":
            provider.signing = "none"
        else:
            provider.signing = "HS256"
            public = provider.key.as_pem(private=False)
            provider.shared_key = SECRET.encode() if how == "the client's secret" else public

        assert console.read("/console/single-sign-on").status == 403
        assert not is_in(console)

    @pytest.mark.parametrize(
        ("at", "answer"),
        [
            ("/token", "no JSON"),
            ("/token", "[]"),
            ("/token", "{}"),
            ("/token", '{"access_token": "x", "token_type": "Bearer"}'),
            ("/token", '{"access_token": "x", "id_token": "x.y.z"}'),
            ("/token", '{"access_token": "x", "id_token": 7}'),
            ("/token", '{"error": "invalid_grant"}'),
            ("/keys", "no JSON"),
            ("/keys", "[]"),
            ("/keys", '{"keys": []}'),
            ("/keys", '{"keys": 7}'),
        ],
    )
    def test_an_answer_that_makes_no_sense_lets_nobody_in(self, console, provider, ana, at, answer):
        provider.answers[at] = answer

        assert console.read("/console/single-sign-on").status in {403, 502}
        assert not is_in(console)

    @pytest.mark.parametrize(
        "metadata",
        [
            {"issuer": "https://another.example.org"},
            {"token_endpoint": None},
            {"authorization_endpoint": "javascript:alert(1)"},
            {"jwks_uri": "file:///etc/passwd"},
        ],
        ids=str,
    )
    def test_a_provider_that_describes_itself_wrongly_is_not_led_to(
        self, console, provider, ana, metadata
    ):
        provider.metadata = metadata
        refused = console.read("/console/single-sign-on")

        assert refused.status == 502
        assert "Your password lets you in all the same." in refused.text

    @pytest.mark.parametrize("status", [404, 500, 503])
    @pytest.mark.parametrize("at", ["/.well-known/openid-configuration", "/token", "/keys"])
    def test_a_provider_in_trouble_leaves_the_password(self, console, provider, ana, at, status):
        provider.answers[at] = Response("Out of order.", status)
        refused = console.read("/console/single-sign-on")

        assert refused.status in {403, 502}
        assert 'name="password"' in refused.text
        assert not is_in(console)

    def test_a_provider_that_is_down_leaves_the_password(self, settings, database, ana):
        down = msgspec.structs.replace(settings, oidc_issuer=f"http://127.0.0.1:{free_port()}")
        with listening(down) as address:
            console = Console(address)
            refused = console.read("/console/single-sign-on")
            assert refused.status == 502
            assert "Example ID cannot be asked at the moment." in refused.text
            assert "Log out" in console.log_in("ana").text

    def test_a_provider_that_never_answers_is_not_waited_for(self, settings, database, monkeypatch):
        monkeypatch.setattr(asking, "_TIMEOUT", (0.2, 0.2))
        with socket.create_server(("127.0.0.1", 0)) as silent:
            issuer = f"http://127.0.0.1:{silent.getsockname()[1]}"
            with listening(msgspec.structs.replace(settings, oidc_issuer=issuer)) as address:
                assert Console(address).read("/console/single-sign-on").status == 502

    def test_codes_and_secrets_follow_no_redirect(self, console, provider, ana):
        """What we tell the provider is for it alone."""
        with providing() as other:
            for at in ("/token", "/keys", "/.well-known/openid-configuration"):
                provider.behave()
                there = Response("", 307, {"Location": other.address + at})
                provider.answers[at] = there
                assert console.read("/console/single-sign-on").status in {403, 502}
            assert other.asked == []
        assert not is_in(console)


class TestComingBack:
    @pytest.mark.parametrize(
        "query",
        [
            "",
            "?code=x",
            "?code=x&state=made+up",
            "?error=access_denied&error_description=%3Cscript%3E",
            "?state=&code=",
        ],
    )
    def test_who_did_not_set_out_is_not_let_in(self, console, provider, ana, query):
        refused = console.read(f"/console/single-sign-on/back{query}")

        assert refused.status == 403
        assert "<script>" not in refused.text
        assert provider.asked == []
        assert not is_in(console)

    def test_the_way_back_is_gone_once(self, console, provider, ana):
        """And only in the browser that set out."""
        provider.answers["/authorize"] = "Who are you?"
        there = parse_qs(urlsplit(console.read("/console/single-sign-on").url).query)
        provider.codes["once"] = {name: values[0] for name, values in there.items()}
        back = f"/console/single-sign-on/back?code=once&state={there['state'][0]}"
        stranger = Console(console.address)

        assert stranger.read(back).status == 403
        assert "Log out" in console.read(back).text
        again = console.read(back)
        assert again.status == 403

    @pytest.mark.parametrize(
        "query",
        ["?next=https://evil.example/", "?wanted=//evil.example", "?redirect_uri=//evil.example"],
    )
    def test_nothing_in_an_address_leads_elsewhere(self, console, provider, ana, address, query):
        assert console.read(f"/console/single-sign-on{query}").url == f"{address}/console/"

    def test_earlier_attempts_do_not_fill_the_cookie(self, console, provider):
        provider.answers["/authorize"] = "Who are you?"
        sizes = set()
        for _ in range(4):
            console.read("/console/single-sign-on")
            sizes.add(sum(len(cookie.value) for cookie in console.cookies) // 200)

        assert len(sizes) <= 2
        assert max(sizes) < 10


class TestLinking:
    def test_one_links_what_one_has_seen_and_confirmed_with_the_password(
        self, address, settings, database, provider
    ):
        own = add_moderator(database, "lea")
        console = let_in(address, settings, database, own)
        provider.person = {"sub": "lea's", "email": "lea@example.org"}
        asked = console.read("/console/account/link")

        assert asked.url.endswith("/console/account/link/found")
        assert "lea@example.org" in asked.text
        with database.reading() as session:
            assert moderators.by_name(session, "lea").subject is None
        wrong = console.send(asked, "/console/account/link", password="wrong")
        assert wrong.status == 422
        done = console.send(asked, "/console/account/link", password=PASSWORD)
        assert "Linked." in done.text
        stranger = Console(address)
        assert "Log out" in stranger.read("/console/single-sign-on").text
        console.send(done, "/console/account/unlink")
        with database.reading() as session:
            assert moderators.by_name(session, "lea").subject is None

    def test_a_colleagues_account_cannot_be_linked(self, address, settings, database, provider, ana):
        console = let_in(address, settings, database, add(database, "moe"))
        asked = console.read("/console/account/link")
        refused = console.send(asked, "/console/account/link")

        assert (refused.status, "belongs to ana already" in refused.text) == (422, True)

    def test_without_having_been_there_nothing_is_linked(self, address, settings, database):
        console = let_in(address, settings, database, add(database, "nic"))
        assert console.read("/console/account/link/found").url.endswith("/console/account")
        page = console.read("/console/account")
        console.send(page, "/console/account/link")
        with database.reading() as session:
            assert moderators.by_name(session, "nic").subject is None

    def test_who_has_no_password_is_not_unlinked(self, address, settings, database, provider):
        own = add(database, "only", subject=f"{provider.address} only")
        console = let_in(address, settings, database, own)
        told = console.send(console.read("/console/account"), "/console/account/unlink")

        assert "could not log in any more" in told.text


def test_secrets_of_single_sign_on_are_not_logged(console, provider, ana, capfd):
    provider.claims = {"aud": "another"}
    console.read("/console/single-sign-on")
    provider.behave()
    console.read("/console/single-sign-on")
    logged = "".join(capfd.readouterr())

    assert "single_sign_on_refused" in logged
    for secret in (SECRET, "code=", "state=", "4711", "eyJ"):
        assert secret not in logged.replace("GET /console/single-sign-on/back?", "")
