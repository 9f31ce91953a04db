"""The page on which moderators see what sites were told, and a service that tells them."""

import re
import threading

import pytest

from moderation import callbacks, delivery, review
from moderation.settings import Settings
from moderation.store import Database
from moderation.store.tables import DeliveryState
from moderation.verdict import Action
from moderation.web import create_serving_app
from tests.browsing import Console
from tests.calling import call
from tests.conftest import KEY, SHIPPED_MODELS, add_moderator, add_site, at, fresh_file, listening
from tests.making import stored
from tests.receiving import HERE, receiving
from tests.test_sending import eventually


@pytest.fixture
def settings(tmp_path):
    return Settings(instance=tmp_path, models=SHIPPED_MODELS, callback_networks=HERE)


@pytest.fixture
def database(settings):
    opened = Database(fresh_file(settings.instance))
    yield opened
    opened.close()


@pytest.fixture
def site(database):
    """A site that wants to be told."""
    added = add_site(database, "blog", KEY)
    with database.writing() as session:
        callbacks.register(session, added, "https://blog.example.org/heard")
        session.commit()
    return added


@pytest.fixture
def ana(database, site):
    return add_moderator(database, "ana")


@pytest.fixture
def given_up(database, site, ana):
    """The number of a delivery that was given up."""
    with database.writing() as session:
        comment = stored(session, site, text="Rubbish, all of it.")
        review.decide(session, comment.id, ana, Action.REJECT, seen=0, now=at(0))
        claimed = delivery.claim(session, site.id, now=at(0))
        problem = "It answered with status 404 <script>alert(1)</script>."
        delivery.failed(session, claimed, problem, most_attempts=1, now=at(0))
        session.commit()
    return claimed.id


@pytest.fixture
def console(settings, ana):
    with listening(settings) as address:
        opened = Console(address)
        opened.log_in("ana")
        yield opened


def test_the_page_says_what_became_of_each_delivery(console, given_up):
    page = console.read("/console/deliveries")

    assert "Rubbish, all of it." in page.text
    assert "Given up" in page.text
    assert "Rejected · callback · 1 attempt" in page.text
    assert "It answered with status 404 &lt;script&gt;" in page.text
    assert "<script>alert" not in page.text


@pytest.mark.parametrize(
    ("state", "shown"), [("given-up", True), ("waiting", False), ("delivered", False)]
)
def test_deliveries_are_shown_by_state(console, given_up, state, shown):
    page = console.read(f"/console/deliveries?state={state}")

    assert ("Rubbish, all of it." in page.text) is shown


def test_a_state_that_there_is_not_is_refused(console):
    assert console.read("/console/deliveries?state=lost").status == 422


def test_decisions_lead_to_deliveries(console):
    assert 'href="/console/deliveries"' in console.read("/console/decisions").text


def test_what_was_given_up_is_sent_anew_at_the_press_of_a_button(console, database, given_up):
    page = console.read("/console/deliveries")
    after = console.send(page, f"/console/deliveries/{given_up}/replay")

    assert "sent again within seconds" in after.text
    assert "Replay" not in re.sub(r"<script.*?</script>", "", after.text)
    with database.reading() as session:
        assert delivery.count(session, DeliveryState.WAITING) == 1


def test_a_delivery_that_there_is_not_cannot_be_sent_anew(console, given_up):
    page = console.read("/console/deliveries")

    assert console.send(page, "/console/deliveries/999/replay").status == 404


def test_a_foreign_page_cannot_send_anew(console, database, given_up):
    refused = console.send_raw(f"/console/deliveries/{given_up}/replay")

    assert refused.status == 400
    with database.reading() as session:
        assert delivery.count(session, DeliveryState.GIVEN_UP) == 1


def test_strangers_are_led_to_the_login(settings, given_up):
    with listening(settings) as address:
        stranger = Console(address)
        assert "/console/login" in stranger.read("/console/deliveries").url


def senders():
    return [thread for thread in threading.enumerate() if thread.name == "sender"]


def test_an_application_that_is_only_built_sends_nothing(settings):
    """Commands and tests build one too."""
    with listening(settings):
        assert senders() == []


@pytest.mark.parametrize(
    ("environment", "count"),
    [
        ({}, 1),
        # While developing, the process that watches the files must not send beside the one that serves.
        ({"FLASK_DEBUG": "1", "FLASK_RUN_FROM_CLI": "true"}, 0),
        ({"FLASK_DEBUG": "1", "FLASK_RUN_FROM_CLI": "true", "WERKZEUG_RUN_MAIN": "true"}, 1),
        ({"FLASK_DEBUG": "1"}, 1),
    ],
)
def test_one_that_serves_sends_and_only_once_beside_a_reloader(
    settings, database, monkeypatch, environment, count
):
    for name, value in {"MODERATION_INSTANCE": str(settings.instance), **environment}.items():
        monkeypatch.setenv(name, value)

    held = create_serving_app().extensions["moderation"]

    assert len(senders()) == count
    held.sender.stop()
    held.serving.stop()
    held.database.close()
    assert senders() == []


def test_who_decides_in_the_console_tells_the_site(settings, database, site, ana, monkeypatch):
    """From the comment to the decision to the site, with the sender that a serving process starts."""
    monkeypatch.setenv("MODERATION_INSTANCE", str(settings.instance))
    monkeypatch.setenv("MODERATION_MODELS", str(settings.models))
    monkeypatch.setenv("MODERATION_CALLBACK_NETWORKS", "127.0.0.0/8")
    with receiving() as receiver, listening(settings) as address:
        with database.writing() as session:
            callbacks.register(session, site, receiver.url)
            session.commit()
        call("POST", f"{address}/api/v1/comments", {"id": "7", "text": "Bonus! Bonus!"}, key=KEY)
        serving = create_serving_app()
        console = Console(address)
        console.log_in("ana")
        console.decide(1, "approve")
        eventually(lambda: receiver.heard)
        serving.extensions["moderation"].sender.stop()
        serving.extensions["moderation"].serving.stop()
        serving.extensions["moderation"].database.close()
        feed = call("GET", f"{address}/api/v1/decisions", key=KEY).json

    told = receiver.heard[0].json["data"]
    assert told.pop("position") == feed["next"]
    assert [told] == feed["decisions"]
