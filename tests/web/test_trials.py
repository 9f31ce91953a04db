"""A model on trial over real HTTP: what sites and moderators see of it, and the commands about it."""

import re
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from sqlalchemy import select, update

from moderation import review, sites
from moderation.cli import main
from moderation.settings import Settings
from moderation.store import Database, upgrade
from moderation.store.tables import Comment, Role, ShadowVerdict, StoredVerdict, WaitsFor
from moderation.verdict import Action
from tests.browsing import PASSWORD, Console, words
from tests.calling import call
from tests.chromium import Missing, Watched, chromium, log_in
from tests.classifier.making import keep
from tests.conftest import KEY, add_moderator, add_site, left_out, listening
from tests.making import decider, in_the_queue, opinion, stored
from tests.web.test_accessibility import AXE, WHAT_AXE_ASKS

BASE, TRIED = "base-2026-11", "site-1"
BAD, GOOD = "What a bad day.", "What a good day."
SENTENCE = "A model on trial would publish this; the serving one asks."
ACCEPTED = 201


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The base asks about what is bad, and the candidate publishes it; a third is broken."""
    monkeypatch.chdir(tmp_path)
    keep(tmp_path / "models", BASE)
    keep(tmp_path / "models", TRIED, bad=0.0)
    (keep(tmp_path / "models", "site-broken") / "model.joblib").write_bytes(b"no model")
    return tmp_path


@pytest.fixture
def database(folder):
    opened = Database("sqlite:///instance/moderation.db")
    upgrade(opened)
    add_site(opened, "blog", KEY)
    yield opened
    opened.close()


@pytest.fixture
def address(database):
    with listening(Settings()) as found:
        yield found


@pytest.fixture
def browse(database, address):
    """A browser in which somebody of this role is logged in."""

    def browse(role):
        add_moderator(database, role, role)
        console = Console(address)
        console.log_in(role)
        return console

    return browse


@pytest.fixture
def root(browse):
    return browse(Role.ADMIN)


def run(*asked):
    return CliRunner().invoke(main, ["models", "shadow", *asked])


def send(address, name, text, method="POST"):
    path = "" if method == "POST" else f"/{name}"
    sent = {"id": name, "text": text} if method == "POST" else {"text": text}
    return call(method, f"{address}/api/v1/comments{path}", sent, key=KEY)


def begin(root, name=TRIED, **fields):
    page = root.read(f"/console/models/{name}")
    return root.send(page, f"/console/models/{name}/trial", **fields)


def kept(database):
    with database.reading() as session:
        rows = session.execute(
            select(Comment.external_id, Comment.edition, ShadowVerdict.action, ShadowVerdict.model)
            .join(ShadowVerdict, ShadowVerdict.comment_id == Comment.id)
            .order_by(Comment.id)
        )
        return [tuple(row) for row in rows]


def test_it_judges_what_is_stored_and_changes_no_answer(database, address, root):
    begin(root)
    for name, text, expected in (("bad", BAD, "review"), ("good", GOOD, "approve")):
        # What is only scored is not stored, and so nobody else is asked.
        alone = call("POST", f"{address}/api/v1/score", {"text": text}, key=KEY)
        answer = send(address, name, text)
        assert (answer.status, answer.json["action"]) == (ACCEPTED, expected)
        for field in ("probability", "reasons", "model"):
            assert answer.json[field] == alone.json[field]
    send(address, "bad", BAD)
    edited = send(address, "bad", "What a bad week.", "PUT")

    assert (edited.status, edited.json["action"]) == (200, "review")
    assert kept(database) == [
        ("bad", 1, Action.APPROVE, TRIED),
        ("good", 1, Action.APPROVE, TRIED),
        # A rule asks about edits, whatever a model says.
        ("bad", 2, Action.REVIEW, TRIED),
    ]


def test_what_both_dispute_is_first_in_the_queue_and_says_why(database, address, root, browse):
    send(address, "older", BAD)
    begin(root)
    send(address, "disputed", f"{BAD} Really.")
    send(address, "agreed", GOOD)
    ana = browse(Role.MODERATOR)

    queue = words(ana.read("/console/"))
    assert queue.count(SENTENCE) == 1
    assert "a model on trial disagrees with the serving one." in queue
    with database.reading() as session:
        first, older = in_the_queue(session)
    assert (first.external_id, older.external_id) == ("disputed", "older")
    assert ana.read("/console/next").url.endswith(f"/console/comments/{first.id}")
    assert SENTENCE in words(ana.read(f"/console/comments/{first.id}"))
    assert SENTENCE not in words(ana.read(f"/console/comments/{older.id}"))


def test_whoever_checks_a_decision_is_not_swayed(database, browse):
    ana = browse(Role.MODERATOR)
    with database.writing() as session:
        blog = sites.by_name(session, "blog")
        one = stored(session, blog, action=Action.REJECT, opinion=opinion(Action.APPROVE))
        number = one.id
        session.commit()
    told = "A model on trial would publish this; the serving one rejected it."
    assert told in words(ana.read(f"/console/comments/{number}"))

    for waits_for in (WaitsFor.AUDIT, WaitsFor.SECOND_OPINION):
        with database.writing() as session:
            session.get_one(Comment, number).waits_for = waits_for
            session.commit()
        assert "A model on trial" not in words(ana.read(f"/console/comments/{number}"))
        assert "A model on trial" not in words(ana.read("/console/"))


def test_the_page_tells_how_it_does(database, address, root):
    assert "On trial:" not in words(root.read("/console/models"))
    begun = words(begin(root))
    assert f"{TRIED} is on trial now, in every process within seconds." in begun
    assert "Both judged 0 comments." in begun
    now = datetime.now(UTC)
    with database.writing() as session:
        blog = sites.by_name(session, "blog")
        for number in range(32):
            publishes = opinion(Action.APPROVE)
            stored(session, blog, str(number), text=f"{number} days.", opinion=publishes, now=now)
        session.execute(update(StoredVerdict).values(model=BASE))
        session.commit()
        waiting = [one.id for one in in_the_queue(session)]
    assert send(address, "good", GOOD).json["action"] == "approve"
    ana = decider(database)
    with database.writing() as session:
        for place, number in enumerate(waiting):
            said = Action.APPROVE if place else Action.REJECT
            review.decide(session, number, ana, said, seen=0, now=now)
        session.commit()

    page = root.read("/console/models")
    shown = words(page)
    assert "Both judged 33 comments." in shown
    assert "asks a person 32 0 0" in shown
    assert re.search(r"They disagree on: 97 %, most likely between \d\d %", shown.replace("%", " %"))
    assert "32 such comments." in shown
    # Once for all disagreements, once for those of this kind.
    assert shown.replace("%", " %").count("97 %, most likely between 84 % and 99") == 2
    assert len(re.findall(r'href="/console/comments/\d+"', page.text)) >= 20
    told = run()
    assert told.exit_code == 0, told.output
    assert f"{TRIED} is on trial beside {BASE} since" in told.stdout
    assert "Comments that both judged: 33." in told.stdout
    assert re.search(r"asks a person +would publish +32 +32 +31", told.stdout)
    assert "How often the one on trial was right: 97% of 32 comments" in told.stdout
    assert f"/console/comments/{max(waiting)} " in told.stdout


def test_it_is_begun_and_ended_by_buttons_and_by_commands(database, root):
    page = root.read(f"/console/models/{BASE}")
    refused = root.send(page, f"/console/models/{BASE}/trial")
    assert refused.status == 409
    assert f"{BASE} serves already: put another model on trial." in words(refused)
    refused = begin(root, "site-broken")
    assert refused.status == 409
    assert "is not the file that its card describes" in words(refused)
    assert begin(root, "nobody").status == begin(root, group="nobody").status == 404

    told = run(TRIED)
    assert f"{TRIED} is on trial. How it does: moderation models shadow" in told.stdout
    page = root.read("/console/models")
    assert f"On trial: {TRIED}" in words(page)
    listed = CliRunner().invoke(main, ["models", "list"]).stdout
    assert f"{TRIED}\t2026-11-01 12:00\ton trial: default" in listed
    assert f"{TRIED} is no longer on trial." in words(root.send(page, "/console/trial/end"))
    assert "No model is on trial." in words(root.send(page, "/console/trial/end"))


def test_a_broken_file_is_told_on_the_page_and_stops_no_answer(database, address, root, folder):
    begin(root)
    (folder / "models" / TRIED / "model.joblib").write_bytes(b"no model")
    # A process that starts now cannot load it.
    with listening(Settings()) as other:
        assert send(other, "1", BAD).status == ACCEPTED
        console = Console(other)
        console.log_in(Role.ADMIN)
        assert "It judges nothing in this process:" in words(console.read("/console/models"))
        assert call("GET", f"{other}/readyz").status == 200
    assert kept(database) == []


@pytest.mark.parametrize(
    ("asked", "code", "complaint"),
    [
        ((BASE,), 1, "serves the group default already"),
        (("site-broken",), 1, "is not the file that its card describes"),
        (("nobody",), 1, "promote"),
        ((TRIED, "--group", "nobody"), 1, "no group named nobody"),
        (("--group", "nobody"), 1, "no group named nobody"),
        ((TRIED, "--stop"), 2, "--stop takes no NAME"),
    ],
)
def test_a_command_that_cannot_be_meant_is_refused(database, asked, code, complaint):
    told = run(*asked)

    assert (told.exit_code, complaint in told.stderr) == (code, True), told.stderr
    for harmless in ((), ("--stop",)):
        assert run(*harmless).stdout == (
            "No model is on trial. To put one: moderation models shadow NAME\n"
        )


@pytest.mark.long
def test_its_pages_are_for_everybody(database, address):
    add_moderator(database, "ana", Role.ADMIN)
    assert run(TRIED).exit_code == 0
    now = datetime.now(UTC)
    with database.writing() as session:
        blog = sites.by_name(session, "blog")
        for number in range(60):
            said, would = tuple(Action)[number % 3], tuple(Action)[number % 4 % 3]
            told = f"{number} days."
            stored(session, blog, told, action=said, text=told, opinion=opinion(would), now=now)
        session.execute(update(StoredVerdict).values(model=BASE))
        session.commit()
    try:
        with chromium() as browser:
            context = browser.new_context()
            watched = Watched(context.new_page(), address)
            log_in(watched.page, address, "ana", PASSWORD)
            for width in (1280, 320):
                watched.page.set_viewport_size({"width": width, "height": 900})
                for path in ("models", "", f"models/{TRIED}"):
                    watched.page.goto(f"{address}/console/{path}")
                    watched.page.evaluate("looking.unfold()")
                    watched.page.evaluate(AXE.read_text())
                    assert watched.page.evaluate("asked => looking.axe(asked)", WHAT_AXE_ASKS) == []
                    assert watched.page.evaluate("looking.stickingOut()") == []
                    assert watched.foreign() == watched.told() == []
    except Missing as missing:
        left_out(str(missing))
