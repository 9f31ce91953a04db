"""The pages on which admins look after people."""

import html
import re

import pytest
from sqlalchemy import Engine, event

from moderation import moderators
from moderation.settings import Settings
from moderation.store import Database
from moderation.store.tables import AuditEntry, Role
from tests.browsing import Console
from tests.conftest import SHIPPED_MODELS, add_site, fresh_file, listening
from tests.web.letting_in import add, let_in

MOST_QUERIES = 12


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    return Settings(
        instance=tmp_path_factory.mktemp("service"),
        models=SHIPPED_MODELS,
        oidc_issuer="https://login.example.org",
        oidc_client_id="x",
        oidc_client_secret="y",
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
def sites(database):
    return [
        add_site(database, name, f"0123456789{name[:2].encode().hex()}") for name in ("blog", "forum")
    ]


@pytest.fixture(scope="module")
def chief(address, settings, database, sites):
    """The browser of an admin who sees every site."""
    return let_in(address, settings, database, add(database, "chief", Role.ADMIN))


def shown_password(page: str) -> str:
    """The password that a page shows once."""
    return html.unescape(re.search(r'class="secret"[^>]*>([^<]+)<', page)[1])


def seen(page) -> str:
    """What a page remembers of the person."""
    return html.unescape(re.search(r'name="seen" value="([^"]+)"', page.text)[1])


def change(console: Console, page, number: int, role: str, *site_ids: int):
    """Send the form of a person's role and sites."""
    fields = {"role": role, "reach": "some" if site_ids else "every", "seen": seen(page)}
    if site_ids:
        fields["site"] = str(site_ids[0])
    return console.send(page, f"/console/people/{number}", **fields)


def by_name(database, name: str):
    with database.reading() as session:
        return moderators.by_name(session, name)


def acts_on(database, name: str) -> list[tuple[str, str]]:
    with database.reading() as session:
        rows = session.query(AuditEntry).filter_by(subject=name).order_by(AuditEntry.id)
        return [(one.done_by, one.act) for one in rows]


def test_somebody_new_gets_a_password_that_is_shown_once_and_must_be_replaced(
    chief, address, database, sites
):
    page = chief.read("/console/people")
    added = chief.send(
        page, "/console/people", name="nell", role="reader", reach="some", site=str(sites[0].id)
    )
    password = shown_password(added.text)
    own = by_name(database, "nell")

    assert (own.role, own.every_site, own.must_change_password) == (Role.READER, False, True)
    assert password not in chief.read(f"/console/people/{own.id}").text
    nell = Console(address)
    assert nell.log_in("nell", password).url.endswith("/console/password")
    listed = re.sub(r"<[^>]+>|\s+", " ", chief.read("/console/people").text)
    assert re.search(r"nell +Reader +blog +just now +Off", listed)
    assert acts_on(database, "nell")[0] == ("chief", "moderator.add")


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"name": "chief", "role": "admin", "reach": "every"}, 422),
        ({"name": " ", "role": "admin", "reach": "every"}, 422),
        ({"name": "\x00", "role": "admin", "reach": "every"}, 400),
        ({"name": "new", "role": "owner", "reach": "every"}, 400),
        ({"name": "new", "role": "admin", "reach": "none"}, 400),
        ({"name": "new", "role": "admin", "reach": "some", "site": "x"}, 400),
        ({"role": "admin", "reach": "every"}, 400),
    ],
)
def test_nobody_is_added_by_a_form_that_makes_no_sense(chief, database, fields, status):
    told = chief.send(chief.read("/console/people"), "/console/people", **fields)

    assert told.status == status
    with database.reading() as session, pytest.raises(moderators.UnknownModerator):
        moderators.by_name(session, "new")


def test_hostile_names_stay_words(chief, database):
    name = """"><script>alert(1)</script>' {{7*7}}"""
    own = add(database, name)
    for path in ("/console/people", f"/console/people/{own.id}", "/console/record"):
        page = chief.read(path).text
        assert "<script>alert" not in page
        assert "{{7*7}}" in html.unescape(page)


def test_two_admins_do_not_overwrite_each_other_in_silence(chief, database, sites):
    own = add(database, "oda")
    mine, theirs = (chief.read(f"/console/people/{own.id}") for _ in range(2))
    assert change(chief, mine, own.id, "reader", sites[1].id).status == 200
    late = change(chief, theirs, own.id, "admin")

    assert (late.status, "nothing was changed now" in late.text) == (409, True)
    found = by_name(database, "oda")
    assert (found.role, found.every_site) == (Role.READER, False)
    # The page shows what is so now, and can be sent.
    assert change(chief, late, own.id, "admin").status == 200


def test_the_last_admin_keeps_the_keys(chief, database, sites):
    own = by_name(database, "chief")
    with database.writing() as session:
        for other in moderators.every(session):
            if other.role is Role.ADMIN and other.name != "chief":
                other.role = Role.MODERATOR
        session.commit()
    page = chief.read(f"/console/people/{own.id}")
    for told in (
        change(chief, page, own.id, "moderator"),
        change(chief, page, own.id, "admin", sites[0].id),
        chief.send(page, f"/console/people/{own.id}/leave"),
    ):
        assert (told.status, "the last admin" in told.text) == (409, True)
    assert "Log out" in chief.read("/console/people").text


def test_who_forgot_the_password_gets_another_and_every_login_ends(chief, address, settings, database):
    own = add(database, "pia")
    pia = let_in(address, settings, database, own)
    page = chief.read(f"/console/people/{own.id}")
    password = shown_password(chief.send(page, f"/console/people/{own.id}/password").text)

    assert pia.read("/console/").url.endswith("/console/login")
    assert Console(address).log_in("pia", password).url.endswith("/console/password")
    assert ("chief", "moderator.password") in acts_on(database, "pia")


def test_what_an_admin_does_for_a_person_is_done_and_noted(chief, address, settings, database):
    own = add(database, "quin")
    with database.writing() as session:
        moderators.by_number(session, own.id).code_secret = "A" * 32
        session.commit()
    quin = let_in(address, settings, database, own)
    page = chief.read(f"/console/people/{own.id}")

    chief.send(page, f"/console/people/{own.id}/codes-off")
    assert by_name(database, "quin").code_secret is None
    chief.send(page, f"/console/people/{own.id}/link", subject="4711")
    assert by_name(database, "quin").subject == "https://login.example.org 4711"
    assert "could not log in" in chief.send(page, f"/console/people/{own.id}/unlink").text
    chief.send(page, f"/console/people/{own.id}/end-logins")
    assert quin.read("/console/").url.endswith("/console/login")
    quin = let_in(address, settings, database, own)
    chief.send(page, f"/console/people/{own.id}/leave")
    assert quin.read("/console/").url.endswith("/console/login")
    assert "Deactivated" in chief.read(f"/console/people/{own.id}").text
    chief.send(page, f"/console/people/{own.id}/return")
    assert by_name(database, "quin").left_at is None
    assert acts_on(database, "quin") == [
        ("command line", "moderator.add"),
        ("quin", "login.open"),
        ("chief", "moderator.codes-off"),
        ("chief", "moderator.link"),
        ("chief", "moderator.end-logins"),
        ("quin", "login.open"),
        ("chief", "moderator.leave"),
        ("chief", "moderator.return"),
    ]


def test_somebody_elses_subject_is_not_given_twice(chief, database):
    first, second = add(database, "rex"), add(database, "sol")
    for own, status in ((first, 200), (second, 409)):
        page = chief.read(f"/console/people/{own.id}")
        assert chief.send(page, f"/console/people/{own.id}/link", subject="17").status == status


def test_nobody_is_told_from_somebody(chief):
    page = chief.read("/console/people")

    assert chief.read("/console/people/99999").status == 404
    for act in ("", "/password", "/codes-off", "/end-logins", "/leave", "/return"):
        fields = {"role": "reader", "reach": "every", "seen": "x", "subject": "x"}
        assert chief.send(page, f"/console/people/99999{act}", **fields).status == 404


def test_pages_ask_the_database_little_however_many_people_there_are(
    chief, address, settings, database, sites
):
    own = add(database, "tom", site_ids=[one.id for one in sites])
    for number in range(5):
        let_in(address, settings, database, add(database, f"tom {number}", site_ids=[sites[0].id]))
    statements: list[str] = []

    def count(connection, cursor, statement, *rest) -> None:
        if not statement.startswith(("PRAGMA", "BEGIN")):
            statements.append(statement)

    event.listen(Engine, "before_cursor_execute", count)
    try:
        for path in ("/people", f"/people/{own.id}", "/account", "/record", "/account/codes"):
            statements.clear()
            assert chief.read(f"/console{path}").status == 200
            assert 0 < len(statements) <= MOST_QUERIES, (path, statements)
    finally:
        event.remove(Engine, "before_cursor_execute", count)
