"""How long comments are kept: chosen on a page, and said where one stood that went."""

from datetime import UTC, datetime, timedelta

import pytest

from moderation import moderators, policies, pruning, sites
from moderation.draft import Author
from moderation.store.tables import Comment, Role
from moderation.verdict import Action
from tests.browsing import Console, words
from tests.calling import call
from tests.conftest import KEY, add_moderator, add_site, on_each_database
from tests.making import stored

NOW = datetime.now(UTC)
GONE = "Removed after 90 days, as chosen for this site"
CHOICES = "/console/sites/1/choices"
KEPT = {"keep_addresses": "30", "keep_rejected": "90", "keep_approved": "", "shortens_addresses": "true"}
FORM = {"seen": "1", "languages": "en", "audit_percent": "1", "second_percent": "2"}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def service(request, tmp_path_factory):
    """A service on which an admin has chosen how long comments are kept."""
    with on_each_database(request, tmp_path_factory) as (database, address):
        add_site(database, "blog", KEY)
        ana = add_moderator(database, "ana", Role.ADMIN)
        console = Console(address)
        console.log_in("ana")
        saved = console.send(console.read(CHOICES), CHOICES, do="save", **FORM, **KEPT)
        assert saved.status == 200
        yield database, address, console, ana


@pytest.fixture(scope="module")
def gone(service):
    """The number of a comment whose time was over."""
    database = service[0]
    with database.writing() as session:
        blog = sites.by_name(session, "blog")
        sent = {"author": Author(name="Lea", ip="203.0.113.177"), "text": "Wobblegrout."}
        one = stored(session, blog, "gone", action=Action.REJECT, now=NOW - timedelta(days=91), **sent)
        one.waits_for = None
        assert one.author_ip == "203.0.113.0/24"
        session.commit()
    list(pruning.prune_site(database, blog, tell=lambda *_: None, now=NOW))
    list(pruning.prune_stale(database, tell=lambda *_: None, now=NOW))
    return one.id


def test_what_is_chosen_stands_there_and_on_record(service):
    database, _, console, _ = service
    with database.reading() as session:
        chosen = policies.choices(sites.by_name(session, "blog"))
    assert (chosen.keep_addresses, chosen.keep_rejected, chosen.keep_approved) == (30, 90, None)
    assert chosen.shortens_addresses

    page = console.read(CHOICES)
    assert 'name="keep_rejected" inputmode="numeric" value="90"' in page.text
    assert 'name="shortens_addresses" value="true" checked' in page.text
    record = words(console.read("/console/sites/1/changes"))
    assert "Text and author of rejected comments" in record
    assert "90 days" in record


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ("soon", "'soon' is no number of days."),
        ("0", "keep_rejected must be a number of days from 1 to 36,500, not 0."),
        ("-1", "keep_rejected must be a number of days from 1 to 36,500, not -1."),
        ("9999999999", "keep_rejected must be a number of days from 1 to 36,500"),
    ],
)
def test_what_is_no_number_of_days_is_said_and_nothing_is_changed(service, wrong, sentence):
    database, _, console, _ = service
    given = KEPT | {"keep_rejected": wrong}
    answer = console.send(console.read(CHOICES), CHOICES, do="save", **FORM | {"seen": "2"}, **given)

    assert answer.status >= 400
    assert sentence in words(answer)
    assert f'value="{wrong}"' in answer.text
    with database.reading() as session:
        assert policies.choices(sites.by_name(session, "blog")).keep_rejected == 90


def test_pages_say_why_it_is_gone_in_both_languages(service, gone):
    database, _, console, ana = service
    page = words(console.read(f"/console/comments/{gone}"))
    assert f"{GONE}. What became of it stays on record" in page
    assert "Wobblegrout" not in page
    assert "Erased at" not in page
    assert GONE in words(console.read("/console/search?outcome=reject"))
    late = console.read("/console/")
    answer = console.send(late, f"/console/comments/{gone}/decision", seen="0", decision="approve")
    assert answer.status == 409
    assert "The time for which this comment was kept is over" in words(answer)

    with database.writing() as session:
        moderators.prefer(session, ana.id, blurs=False, language="de")
        session.commit()
    said = words(console.read(f"/console/comments/{gone}"))
    with database.writing() as session:
        moderators.prefer(session, ana.id, blurs=False, language=None)
        session.commit()
    assert "Nach 90 Tagen entfernt, wie für diese Website gewählt" in said


def test_the_site_that_sends_it_again_hears_what_became_of_it(service, gone):
    address = service[1]
    again = call("POST", f"{address}/api/v1/comments", {"id": "gone", "text": "Wobblegrout."}, key=KEY)

    assert (again.status, again.json["action"]) == (200, "reject")
    assert again.json["erased_at"] is not None
    with service[0].reading() as session:
        assert session.get_one(Comment, gone).text == ""


def test_rules_look_at_the_whole_address_of_what_is_sent(service):
    database, address, *_ = service
    with database.writing() as session:
        policies.put_list(
            session,
            sites.by_name(session, "blog"),
            "rejected-networks",
            kind="networks",
            action=Action.REJECT,
            lines="203.0.113.66",
            by="ana",
            now=NOW,
        )
        session.commit()
    answers = {
        ip: call(
            "POST",
            f"{address}/api/v1/comments",
            {"id": f"from {ip}", "text": "What a day.", "author": {"ip": ip}},
            key=KEY,
        ).json
        for ip in ("203.0.113.66", "203.0.113.67")
    }

    codes = {ip: {reason["code"] for reason in one["reasons"]} for ip, one in answers.items()}
    assert "listed_network" in codes["203.0.113.66"]
    assert "listed_network" not in codes["203.0.113.67"]
    with database.reading() as session:
        assert {
            one.author_ip for one in session.query(Comment).where(Comment.author_ip.is_not(None))
        } == {"203.0.113.0/24"}
