"""Who gets in where: every address of the console, tried by everybody.

A new address needs a line in DOORS, and what it names a line in `things`. What forms name in their
fields is tested beside their pages.
"""

import itertools
import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from moderation import access, backtests, callbacks, delivery, moderators, policies, review, sites
from moderation.policies import Change
from moderation.review import acts
from moderation.settings import Settings
from moderation.store import Database
from moderation.store.tables import Base, Login, Moderator, Role, Site
from moderation.verdict import Action
from moderation.web import create_app
from tests.conftest import SHIPPED_MODELS, add_site, at, fresh_file
from tests.making import stored
from tests.running import free_port
from tests.web.letting_in import add, sealed

EVERYBODY, READER, MODERATOR, ADMIN, ADMIN_OF_ALL = range(5)

DOORS = {
    "GET /console/login": EVERYBODY,
    "POST /console/login": EVERYBODY,
    "GET /console/login/code": EVERYBODY,
    "POST /console/login/code": EVERYBODY,
    "GET /console/single-sign-on": EVERYBODY,
    "GET /console/single-sign-on/back": EVERYBODY,
    "POST /console/logout": READER,
    "GET /console/": READER,
    "GET /console/next": READER,
    "GET /console/comments/<comment_id>": READER,
    "POST /console/comments/<comment_id>/decision": MODERATOR,
    "GET /console/decisions": READER,
    "POST /console/decisions/<decision_id>/undo": MODERATOR,
    "GET /console/search": READER,
    "GET /console/comments/<comment_id>/hand": READER,
    "POST /console/comments/<comment_id>/hold": MODERATOR,
    "POST /console/comments/<comment_id>/release": MODERATOR,
    "POST /console/comments/<comment_id>/notes": MODERATOR,
    "GET /console/comments/<comment_id>/spot": MODERATOR,
    "POST /console/comments/<comment_id>/spot/list": MODERATOR,
    "POST /console/comments/<comment_id>/spot/author": MODERATOR,
    # Many at once.
    "GET /console/waves/<wave_id>": READER,
    "POST /console/waves/<wave_id>/decision": MODERATOR,
    "GET /console/acts/<act_id>": READER,
    "POST /console/acts/<act_id>/decision": MODERATOR,
    "POST /console/acts/<act_id>/step": MODERATOR,
    "POST /console/acts/<act_id>/stop": MODERATOR,
    "POST /console/acts/<act_id>/undo": MODERATOR,
    # After those, because whoever chooses anew gives up what he had chosen before.
    "POST /console/bulk": MODERATOR,
    # Rules and models.
    "GET /console/rules": READER,
    "GET /console/sites/<site_id>/rules": READER,
    "GET /console/sites/<site_id>/rules/<name>": READER,
    "POST /console/sites/<site_id>/rules/<name>": ADMIN,
    "GET /console/sites/<site_id>/lists": READER,
    "GET /console/sites/<site_id>/lists/edit": READER,
    "POST /console/sites/<site_id>/lists/edit": ADMIN,
    "GET /console/sites/<site_id>/choices": READER,
    "POST /console/sites/<site_id>/choices": ADMIN,
    "GET /console/sites/<site_id>/changes": READER,
    "POST /console/sites/<site_id>/changes/<revision>/take-back": ADMIN,
    "GET /console/backtests/<backtest_id>": READER,
    "POST /console/backtests/<backtest_id>/save": ADMIN,
    "GET /console/models": READER,
    "GET /console/models/<model_name>": READER,
    "GET /console/models/<model_name>/promote": ADMIN_OF_ALL,
    "POST /console/models/<model_name>/promote": ADMIN_OF_ALL,
    "POST /console/models/<model_name>/trial": ADMIN_OF_ALL,
    "POST /console/trial/end": ADMIN_OF_ALL,
    "GET /console/rollback": ADMIN_OF_ALL,
    "POST /console/rollback": ADMIN_OF_ALL,
    "GET /console/overview": READER,
    "GET /console/overview.csv": READER,
    "GET /console/drift": READER,
    "GET /console/deliveries": READER,
    "POST /console/deliveries/<delivery_id>/replay": MODERATOR,
    "GET /console/record": READER,
    "GET /console/record/export": READER,
    # One's own account.
    "POST /console/appearance": EVERYBODY,
    "POST /console/comments/<comment_id>/blurs": READER,
    "GET /console/account": READER,
    "GET /console/account/codes": READER,
    "POST /console/account/codes": READER,
    "POST /console/account/codes/off": READER,
    "GET /console/account/link": READER,
    "GET /console/account/link/found": READER,
    "POST /console/account/link": READER,
    "POST /console/account/unlink": READER,
    "POST /console/account/logins/<login_id>/end": READER,
    "POST /console/account/logins/end-others": READER,
    "POST /console/account/preferences": READER,
    "GET /console/password": READER,
    "POST /console/password": READER,
    # People.
    "GET /console/people": ADMIN_OF_ALL,
    "POST /console/people": ADMIN_OF_ALL,
    "GET /console/people/<person_id>": ADMIN_OF_ALL,
    "POST /console/people/<person_id>": ADMIN_OF_ALL,
    "POST /console/people/<person_id>/password": ADMIN_OF_ALL,
    "POST /console/people/<person_id>/codes-off": ADMIN_OF_ALL,
    "POST /console/people/<person_id>/end-logins": ADMIN_OF_ALL,
    "POST /console/people/<person_id>/link": ADMIN_OF_ALL,
    "POST /console/people/<person_id>/unlink": ADMIN_OF_ALL,
    "POST /console/people/<person_id>/leave": ADMIN_OF_ALL,
    "POST /console/people/<person_id>/return": ADMIN_OF_ALL,
}

RANKS = {
    "reader": READER,
    "moderator": MODERATOR,
    "admin of the site": ADMIN,
    "admin": ADMIN_OF_ALL,
    "moderator of another site": MODERATOR,
    "admin of another site": ADMIN,
}

# What belongs to no site; everything else that an address names does.
OF_NO_SITE = {"person_id", "login_id", "model_name"}
# What only whoever began it goes on with, and nobody else finds before something was decided.
ON_AN_ACT = re.compile(r"(GET|POST) /console/acts/<act_id>(/decision|/step|/stop)?\Z")

SHIPPED = "base-2026-11-24"

# The words that stand at the site, and that people of another site must not find anywhere.
SITE, TEXT, AUTHOR, PAGE = "orchard", "gooseberry", "rhubarb", "currant"

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')

# What people may type into an address as they like.
TYPED = {"text", "words", "by", "act", "language", "sort"}
# In these tests nobody is there.
AT_THE_PROVIDER = {"GET /console/single-sign-on", "GET /console/account/link"}

# What lists may be asked; each list passes over what it does not know.
QUESTIONS = [
    "",
    "site={site}",
    "site_id={site}",
    "words=comment",
    "q=the",
    "outcome=approve",
    "outcome=reject",
    "state=waiting",
    "by=of+the+site",
    "act=comment.reject",
    "after={comment}",
    "before=999999",
]


class World(NamedTuple):
    """A service with a site, what was done there, and everybody who may come."""

    app: Flask
    settings: Settings
    database: Database
    visitors: dict[str, Moderator | None]
    things: dict[str, int | str]
    site_id: int


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> Iterator[World]:
    models = tmp_path_factory.mktemp("models")
    (models / SHIPPED).symlink_to(SHIPPED_MODELS / SHIPPED)
    (models / "serving.json").write_text(f'{{"model": "{SHIPPED}", "previous": ["{SHIPPED}"]}}')
    settings = Settings(
        instance=tmp_path_factory.mktemp("service"),
        models=models,
        # Nobody is there: whoever gets in is told so.
        oidc_issuer=f"http://127.0.0.1:{free_port()}",
        oidc_client_id="x",
        oidc_client_secret="y",
    )
    database = Database(fresh_file(settings.instance))
    here = add_site(database, SITE, "0123456789ab")
    there = add_site(database, "forum", "0123456789cd")
    visitors = {
        "stranger": None,
        "reader": add(database, "reader", Role.READER),
        "moderator": add(database, "moderator"),
        "admin of the site": add(database, "of the site", Role.ADMIN, site_ids=[here.id]),
        "admin": add(database, "admin", Role.ADMIN),
        "moderator of another site": add(database, "elsewhere", site_ids=[there.id]),
        "admin of another site": add(database, "chief", Role.ADMIN, site_ids=[there.id]),
    }
    app = create_app(settings)
    yield World(
        app, settings, database, visitors, things(database, here, visitors["admin of the site"]), here.id
    )
    app.extensions["moderation"].database.close()
    database.close()


def things(database: Database, site: Site, by: Moderator) -> dict[str, int | str]:
    """What addresses name, all of it of the site."""
    with database.writing() as session:
        site = sites.by_name(session, site.name)
        callbacks.register(session, site, "https://orchard.example.org/heard")
        found = [stored(session, site, name, text=f"A {TEXT} is no fruit.") for name in ("one", "two")]
        for one in found:
            one.author_name, one.page_title, one.page_url = AUTHOR, PAGE, f"https://{PAGE}.example.org/"
        found[1].wave_id = found[1].id
        session.flush()
        act = acts.plan(session, by, {found[1].id: 0}, access=access.of(session, by), now=at(0))
        policies.set_rule(session, site, "flood", mode="off", options={}, by=by, now=at(0))
        trial = backtests.Trial(change=Change(subject="rule:flood", after=None), most=1)
        backtest = backtests.start(session, site, trial, by, now=at(0))
        decision = review.decide(session, found[0].id, by, Action.REJECT, seen=0, now=at(0))
        told = delivery.recent(session, limit=1)[0]
        # An undo takes back what was not told yet.
        delivery.delivered(session, told, now=at(1))
        person = moderators.add(session, "somebody", None, now=at(0))
        session.commit()
        return {
            "comment_id": found[1].id,
            "decision_id": decision.id,
            "delivery_id": told.id,
            "site_id": site.id,
            "person_id": person.id,
            "login_id": 999_999,
            "wave_id": found[1].id,
            "act_id": act.id,
            "backtest_id": backtest.id,
            "revision": site.policy_revision,
            "name": "flood",
            "model_name": SHIPPED,
        }


def doors(app: Flask) -> Iterator[str]:
    """Every address of the console, with its method."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("console."):
            for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
                path = re.sub(r"<(?:[^>]*:)?(\w+)>", r"<\1>", rule.rule)
                yield f"{method} {path}"


def fresh(world: World, who: Moderator | None) -> FlaskClient:
    """A browser in which nothing was done yet but to log in."""
    browser = world.app.test_client()
    if who is not None:
        with world.database.writing() as session:
            token = moderators.log_in(session, who, hours=1, now=at(1_000_000))
            session.commit()
        browser.set_cookie("moderation", sealed(world.settings, token=token))
    return browser


def come(world: World, browser: FlaskClient, door: str, query: str = "", *, headers=None, **fields):
    """Come to a door, and return the answer."""
    method, _, path = door.partition(" ")
    path = re.sub(r"<(\w+)>", lambda name: str(world.things[name[1]]), path)
    # What the form of an act needs; the other forms need more, and say so to whoever is let in.
    sent = {"decision": "approve", **fields}
    return browser.open(f"{path}?{query}", method=method, data=sent, headers=headers)


def became(answer) -> str:
    """What became of somebody who came."""
    if answer.status_code == 303 and answer.location.endswith("/console/login"):
        return "led to the login"
    if answer.status_code in {302, 303} or answer.status_code == 200:
        return "let in"
    # Whoever gets as far as being told about the form, or about a conflict, is in.
    return {403: "refused", 404: "finds nothing", 500: "broken"}.get(answer.status_code, "let in")


def expected(who: str, door: str) -> str:
    """What should become of somebody who comes to a door."""
    needed, names = DOORS[door], set(re.findall(r"<(\w+)>", door))
    if needed == EVERYBODY:
        return "let in"
    if who == "stranger" or door == "POST /console/logout":
        return "led to the login"
    if who.endswith("of another site") and names - OF_NO_SITE:
        return "finds nothing"
    if RANKS[who] < needed:
        return "refused"
    return "finds nothing" if ON_AN_ACT.match(door) and who != "admin of the site" else "let in"


def test_every_address_is_in_the_table(world):
    assert sorted(doors(world.app)) == sorted(DOORS)


@pytest.fixture
def without_tokens(world):
    """Forms need no token, so that the door alone decides."""
    world.app.config["WTF_CSRF_ENABLED"] = False
    yield
    world.app.config["WTF_CSRF_ENABLED"] = True


def test_everybody_gets_in_where_the_table_says_and_nowhere_else(world, without_tokens):
    wrong = []
    for door, needed in DOORS.items():
        for name, who in world.visitors.items():
            answer = come(world, fresh(world, who), door)
            found, wanted = became(answer), expected(name, door)
            # A page that everybody may open may lead to the login, or refuse what it is asked.
            is_open = needed == EVERYBODY and found != "broken"
            if found != wanted and not is_open:
                wrong.append(f"{door}: the {name} is {found}, and not {wanted}")
            if answer.headers["Cache-Control"] != "no-store":
                wrong.append(f"{door}: the answer to the {name} may be kept")
            if found == "let in" and not is_open and "Cookie" not in answer.headers.get("Vary", ""):
                wrong.append(f"{door}: the answer to the {name} does not say that it is theirs alone")
    assert wrong == [], "\n".join(wrong)


def test_people_of_another_site_find_nothing_of_this_one_in_any_list(world):
    lists = [door for door in DOORS if door.startswith("GET") and "<" not in door]
    visitors = ("moderator of another site", "admin of another site")
    browsers = {name: fresh(world, world.visitors[name]) for name in visitors}
    told = []
    for door in lists:
        for question in QUESTIONS:
            query = question.format(site=world.site_id, comment=world.things["comment_id"])
            for name, browser in browsers.items():
                page = come(world, browser, door, query).get_data(as_text=True)
                found = [word for word in (SITE, TEXT, AUTHOR, PAGE) if word in page]
                if found:
                    told.append(f"{door}?{query} tells the {name} of {found}")
    assert told == []


def test_the_lists_would_tell_of_it(world):
    """What the test before looks for stands in the lists for those who may see it."""
    by = fresh(world, world.visitors["admin of the site"])
    for door, word in (
        ("GET /console/", TEXT),
        ("GET /console/decisions", TEXT),
        ("GET /console/deliveries", TEXT),
        ("GET /console/record", SITE),
        ("GET /console/record/export", SITE),
    ):
        assert word in come(world, by, door).get_data(as_text=True), door


def test_nothing_is_done_without_the_forms_token(world):
    by = fresh(world, world.visitors["admin"])
    for door in DOORS:
        if door.startswith("POST"):
            answer = come(world, by, door)
            assert (answer.status_code, "CSRF" in answer.get_data(as_text=True)) == (400, True), door


def test_looking_changes_nothing(world):
    """But for who has a comment open, when a login was last used, and that the record was saved."""
    by = fresh(world, world.visitors["admin"])
    before = everything_stored(world.database)
    for door in DOORS:
        if door.startswith("GET"):
            come(world, by, door)
            come(world, by, door.replace("GET", "HEAD"))

    assert everything_stored(world.database) == before


def everything_stored(database: Database) -> dict[str, list[object]]:
    """Every row, but for what looking may leave."""
    with database.reading() as session:
        stored = {
            table.name: session.execute(select(*table.c).order_by(*table.primary_key)).all()
            for table in Base.metadata.sorted_tables
        }
    stored.pop("claims")
    at = list(Login.__table__.c.keys()).index("seen_at")
    stored["logins"] = [(*row[:at], *row[at + 1 :]) for row in stored["logins"]]
    stored["audit_entries"] = [row for row in stored["audit_entries"] if "record.export" not in row]
    return stored


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
        {"Origin": "https://evil.example"},
        {"Origin": "https://localhost.evil.example"},
        {"Origin": "null"},
        {"Origin": "http://["},
        {"Origin": ""},
    ],
    ids=str,
)
def test_no_form_of_another_site_is_taken(world, without_tokens, headers):
    by = fresh(world, world.visitors["admin"])
    before = everything_stored(world.database)
    for door in DOORS:
        if door.startswith("POST"):
            answer = come(world, by, door, headers=headers)
            assert (answer.status_code, "another site" in answer.get_data(as_text=True)) == (
                403,
                True,
            ), door

    assert everything_stored(world.database) == before


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://localhost:8443"},
    ],
    ids=str,
)
def test_ones_own_forms_are(world, without_tokens, headers):
    by = fresh(world, world.visitors["admin"])

    assert come(world, by, "POST /console/account/preferences", headers=headers).status_code == 303


@pytest.mark.parametrize("kind", ["wrong", "a colleague's"])
def test_a_token_that_is_not_the_sessions_own_does_nothing(world, kind):
    by, other = (fresh(world, world.visitors[name]) for name in ("admin", "moderator"))
    page = by.get("/console/account").get_data(as_text=True)
    theirs = other.get("/console/account").get_data(as_text=True)
    token = "x.y.z" if kind == "wrong" else TOKEN.search(theirs)[1]
    before = everything_stored(world.database)
    for door in DOORS:
        if door.startswith("POST"):
            answer = come(world, by, door, csrf_token=token)
            assert (answer.status_code, "CSRF" in answer.get_data(as_text=True)) == (400, True), door
    assert everything_stored(world.database) == before

    own = come(world, by, "POST /console/account/preferences", csrf_token=TOKEN.search(page)[1])
    assert own.status_code == 303


def test_logging_out_leaves_nothing_in_the_browser(world, without_tokens):
    answer = come(world, fresh(world, world.visitors["reader"]), "POST /console/logout")

    assert answer.headers["Clear-Site-Data"] == '"cache"'
    assert "Expires=Thu, 01 Jan 1970" in answer.headers["Set-Cookie"]


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PUT", "DELETE"])
def test_methods_that_no_page_has_do_nothing(world, method):
    by = fresh(world, world.visitors["admin"])

    assert by.open("/console/", method=method).status_code == 405


def test_no_question_reaches_the_database_as_sql(world):
    by = fresh(world, world.visitors["admin"])
    asked = "' OR 1=1 --\"; DROP TABLE comments; --%_\\') UNION SELECT 1"
    broken = [
        f"{door}?{name}"
        for door, name in itertools.product(DOORS, sorted(TYPED))
        if door.startswith("GET /console/") and "<" not in door and door not in AT_THE_PROVIDER
        if come(world, by, door, urlencode({name: asked})).status_code >= 500
    ]
    assert broken == []


def test_behind_https_browsers_take_cookies_from_this_host_alone(tmp_path):
    settings = Settings(instance=tmp_path, models=SHIPPED_MODELS, secure_cookies=True)
    database = Database(fresh_file(tmp_path))
    ana = add(database, "ana")
    with database.writing() as session:
        token = moderators.log_in(session, ana, hours=1, now=at(1_000_000))
        session.commit()
    database.close()
    app = create_app(settings)
    browser = app.test_client()
    browser.set_cookie("__Host-moderation", sealed(settings, token=token), secure=True)
    page = browser.get("/console/account", base_url="https://localhost")
    chosen = {"csrf_token": TOKEN.search(page.get_data(as_text=True))[1], "appearance": "dark"}
    answer = browser.post("/console/appearance", base_url="https://localhost", data=chosen)
    # The name that plain http may set opens nothing.
    browser.delete_cookie("__Host-moderation")
    browser.set_cookie("moderation", sealed(settings, token=token))
    led = browser.get("/console/account", base_url="https://localhost")
    app.extensions["moderation"].database.close()

    assert led.location.endswith("/console/login")
    for name, told in (("__Host-moderation", page), ("__Host-appearance", answer)):
        (kept,) = (one for one in told.headers.getlist("Set-Cookie") if one.startswith(f"{name}="))
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(kept.split("; "))
        assert "Domain" not in kept


def test_a_cookie_that_somebody_else_signed_opens_nothing(world):
    with world.database.writing() as session:
        token = moderators.log_in(session, world.visitors["admin"], hours=1, now=at(1_000_000))
        session.commit()
    browser = world.app.test_client()
    other = Settings(secret_key="not the key of this service")
    for cookie in (sealed(other, token=token), token, "", "x.y.z"):
        browser.set_cookie("moderation", cookie)
        assert browser.get("/console/people").location.endswith("/console/login")
