"""Sites are told of decisions by real requests, whatever their servers do and whoever is killed."""

import base64
import hashlib
import hmac
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from sqlalchemy import select, update

from moderation import callbacks, delivery, feedback, intake, outgoing, review, sites
from moderation.delivery import LEASE, PAUSES
from moderation.outgoing import Networks
from moderation.sending import Sender, attempt, sender, try_out
from moderation.store import Database, upgrade
from moderation.store.tables import Delivery, DeliveryState, RejectionReason, Site
from moderation.verdict import Action
from tests.conftest import KEY, START, add_site, at, fresh_database
from tests.making import decider, draft, stored, verdict
from tests.receiving import HERE, hang, not_http, receiving, reset, status

SECOND = timedelta(seconds=1)

# Where the kind of database could make a difference.
on_both = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture(params=["sqlite"])
def database_url(request, tmp_path):
    """The URL of a fresh database."""
    return fresh_database(request, tmp_path)


@pytest.fixture
def ana(database):
    return decider(database)


def told_at(database, site, url):
    """Let the site be told there; return its secret."""
    with database.writing() as session:
        secret = callbacks.register(session, session.get_one(Site, site.id), url)
        session.commit()
    return secret


def decided(database, site, by, identifier="1", *, action=Action.REJECT, now=START):
    """Decide on a new comment; return the decision's number."""
    with database.writing() as session:
        comment = stored(session, site, identifier)
        reason = RejectionReason.SPAM if action is Action.REJECT else None
        made = review.decide(session, comment.id, by, action, reason, seen=0, now=now)
        session.commit()
    return made.id


def send(database, site, now=START, allowed=HERE):
    return attempt(database, site.id, allowed, clock=lambda: now)


def only(database):
    with database.reading() as session:
        return session.scalars(select(Delivery)).one()


def eventually(is_so):
    """Wait until something is so; a test that waits too long fails."""
    deadline = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@on_both
def test_a_site_is_told_what_its_feed_says(database, site, ana):
    with receiving() as receiver:
        told_at(database, site, receiver.url)
        made = decided(database, site, ana, "7", now=at(3))
        assert send(database, site, now=at(4))
        assert not send(database, site, now=at(4))

    with database.reading() as session:
        entry = feedback.FeedEntry.of(feedback.decisions_since(session, site, 0, limit=1)[0])
    heard = receiver.heard[0]
    assert heard.json == {
        "type": "comment.decided",
        "timestamp": "2026-11-22T09:03:00Z",
        "data": {
            "id": "7",
            "edition": 1,
            "decision": {"action": "reject", "reason": "spam", "decided_at": "2026-11-22T09:03:00Z"},
            "position": 1,
        },
    }
    assert heard.json["data"] == {**msgspec.to_builtins(entry), "position": 1}
    assert heard.headers["content-type"] == "application/json"
    assert heard.headers["webhook-id"] == f"decision-{made}"
    assert only(database).state is DeliveryState.DELIVERED


def test_the_signature_is_that_of_standard_webhooks(database, site, ana):
    with receiving() as receiver:
        secret = told_at(database, site, receiver.url)
        decided(database, site, ana)
        send(database, site, now=at(4))

    heard = receiver.heard[0]
    assert secret.startswith("whsec_")
    key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    assert len(key) >= 24
    assert heard.headers["webhook-timestamp"] == str(int(at(4).timestamp()))
    signed = b".".join(
        [heard.headers["webhook-id"].encode(), heard.headers["webhook-timestamp"].encode(), heard.body]
    )
    digest = base64.b64encode(hmac.new(key, signed, "sha256").digest()).decode()
    assert heard.headers["webhook-signature"] == f"v1,{digest}"


@pytest.mark.parametrize(
    ("first", "problem"),
    [
        (status(500), "It answered with status 500."),
        (status(503), "It answered with status 503."),
        (status(408), "It answered with status 408."),
        (status(429), "It answered with status 429."),
        (status(404), "It answered with status 404."),
        (status(302, Location="/elsewhere"), "redirects are not followed"),
        (reset, "The connection failed"),
        (not_http, "The connection failed"),
    ],
)
def test_what_fails_is_sent_again_with_the_same_id_and_body(database, site, ana, first, problem):
    with receiving(first, status(200)) as receiver:
        told_at(database, site, receiver.url)
        decided(database, site, ana)
        send(database, site)
        failed = only(database)
        assert not send(database, site, now=START + PAUSES[0] - SECOND)
        assert send(database, site, now=START + PAUSES[0])

    assert problem in failed.problem
    assert (failed.state, failed.due_at) == (DeliveryState.WAITING, START + PAUSES[0])
    once, again = receiver.heard
    assert once.headers["webhook-id"] == again.headers["webhook-id"]
    assert once.body == again.body
    assert once.headers["webhook-timestamp"] != again.headers["webhook-timestamp"]
    found = only(database)
    assert (found.state, found.attempts, found.problem) == (DeliveryState.DELIVERED, 2, None)


def test_a_receiver_that_hangs_is_tried_again(database, site, ana, monkeypatch):
    monkeypatch.setitem(outgoing.post.__kwdefaults__, "seconds", 0.2)
    with receiving(hang, status(200)) as receiver:
        told_at(database, site, receiver.url)
        decided(database, site, ana)
        send(database, site)
        assert "no complete answer in time" in only(database).problem
        send(database, site, now=START + PAUSES[0])

    assert only(database).state is DeliveryState.DELIVERED


@pytest.mark.parametrize(
    ("answer", "attempts"), [(400, 3), (401, 3), (404, 3), (301, 3), (410, 1), (500, 9), (429, 9)]
)
def test_who_refuses_is_asked_less_often_than_who_is_in_trouble(database, site, ana, answer, attempts):
    with receiving(status(answer)) as receiver:
        told_at(database, site, receiver.url)
        decided(database, site, ana)
        now = START
        while send(database, site, now=now):
            now += timedelta(days=2)

    assert len(receiver.heard) == attempts
    assert only(database).state is DeliveryState.GIVEN_UP


@pytest.mark.parametrize(
    ("asked", "pause"),
    [
        ("3600", timedelta(hours=1)),
        ("Sun, 22 Nov 2026 11:00:00 GMT", timedelta(hours=2)),
        ("1", PAUSES[0]),
        ("-5", PAUSES[0]),
        ("99999999999999999999", PAUSES[0]),
        ("604800", PAUSES[-1]),
        ("soon", PAUSES[0]),
        ("", PAUSES[0]),
        ("Sun, 99 Nov 2026 11:00:00 GMT", PAUSES[0]),
        ("١٢", PAUSES[0]),
    ],
)
def test_a_receiver_s_wish_to_be_left_alone_is_heeded(database, site, ana, asked, pause):
    with receiving(status(429, Retry_After=asked.encode().decode("latin-1"))) as receiver:
        told_at(database, site, receiver.url)
        decided(database, site, ana)
        send(database, site)

    assert only(database).due_at == START + pause


def test_a_callback_that_leads_inside_is_not_followed_and_says_why(database, site, ana):
    with receiving() as receiver:
        told_at(database, site, receiver.url)
        decided(database, site, ana)
        send(database, site, allowed=Networks())

    assert receiver.heard == []
    assert "MODERATION_CALLBACK_NETWORKS" in only(database).problem


def test_a_callback_that_was_switched_off_is_not_told_what_waits(database, site, ana):
    with receiving() as receiver:
        told_at(database, site, receiver.url)
        decided(database, site, ana)
        with database.writing() as session:
            callbacks.remove(session, session.get_one(Site, site.id))
            session.commit()
        send(database, site)

    assert (receiver.heard, only(database).state) == ([], DeliveryState.GIVEN_UP)


def test_a_new_secret_signs_from_now_on(database, site, ana):
    with receiving() as receiver:
        old = told_at(database, site, receiver.url)
        with database.writing() as session:
            new = callbacks.rotate(session, session.get_one(Site, site.id))
            session.commit()
        decided(database, site, ana)
        send(database, site)

    assert old != new
    heard = receiver.heard[0]
    head = f"{heard.headers['webhook-id']}.{heard.headers['webhook-timestamp']}.".encode()
    key = base64.b64decode(new.removeprefix("whsec_"))
    digest = base64.b64encode(hmac.digest(key, head + heard.body, hashlib.sha256)).decode()
    assert heard.headers["webhook-signature"] == f"v1,{digest}"


def test_a_site_that_moves_its_callback_keeps_its_secret(database, site):
    first = told_at(database, site, "https://blog.example.org/heard")

    assert told_at(database, site, "https://blog.example.org/moved") == first


def test_a_sender_that_breaks_gives_nothing_up_and_goes_on(database, site, ana):
    with receiving() as receiver:
        told_at(database, site, receiver.url)
        decided(database, site, ana)
        with database.writing() as session:
            session.execute(update(Site).values(callback_secret="whsec_x"))
            session.commit()
        send(database, site)
        found = only(database)
        told_at(database, site, receiver.url)

    assert (found.state, found.problem) == (
        DeliveryState.WAITING,
        "Something went wrong on our side. It was logged.",
    )


KILLED = """
import sys
from datetime import UTC, datetime, timedelta
from moderation.outgoing import Networks
from moderation.sending import attempt
from moderation.store import Database, upgrade
url, site, now = sys.argv[1], int(sys.argv[2]), datetime.fromisoformat(sys.argv[3])
attempt(Database(url), site, Networks("127.0.0.0/8"), clock=lambda: now)
"""


@on_both
def test_a_decision_arrives_though_the_sender_is_killed_between_sending_and_noting_it(
    database, database_url, site, ana
):
    with receiving(hang, status(200)) as receiver:
        told_at(database, site, receiver.url)
        made = decided(database, site, ana)
        sender = subprocess.Popen(
            [sys.executable, "-c", KILLED, database_url, str(site.id), START.isoformat()]
        )
        try:
            eventually(lambda: receiver.heard)
        finally:
            sender.send_signal(signal.SIGKILL)
            sender.wait()
        assert not send(database, site, now=START + LEASE - SECOND)
        assert send(database, site, now=START + LEASE)

    assert receiver.ids() == [f"decision-{made}"] * 2
    assert only(database).state is DeliveryState.DELIVERED


class TestAkismet:
    """The blog's plugin is told in its own way, as Akismet's server does it."""

    @pytest.fixture
    def blog(self, database):
        """A site at the address where the tests' receivers listen, whose key was kept."""
        with database.writing() as session:
            added, key = sites.add(session, "wordpress", "http://127.0.0.1/", key=KEY, now=START)
            sites.keep_akismet_key(session, added, key.upper())
            session.commit()
        return added

    def decide(self, database, blog, by, url, *, action=Action.REJECT):
        with database.writing() as session:
            comment = stored(session, blog, "akismet-c0ffee")
            comment.akismet_callback = url
            session.flush()
            review.decide(session, comment.id, by, action, seen=0, now=START)
            session.commit()

    @pytest.mark.parametrize(("action", "result"), [(Action.REJECT, "true"), (Action.APPROVE, "false")])
    def test_it_is_told_what_is_spam(self, database, blog, ana, action, result):
        body = b'{"comments": {"c0ffee": {"status": "success"}}}'
        with receiving(status(200, body)) as receiver:
            self.decide(database, blog, ana, receiver.url, action=action)
            send(database, blog)

        heard = receiver.heard[0]
        assert heard.headers["x-akismet-webhook"] == "1"
        assert heard.json == {
            "key": KEY.upper(),
            "endpoint": "comment-check",
            "comments": [{"guid": "c0ffee", "result": result}],
        }
        assert only(database).state is DeliveryState.DELIVERED

    @pytest.mark.parametrize(
        "answer",
        [
            status(200),
            status(200, b"no json"),
            status(200, b"[]"),
            status(200, b"[" * 20_000),
            status(200, b'{"comments": {}}'),
            status(200, b'{"comments": {"c0ffee": {"status": "error", "message": "Not found."}}}'),
            status(200, b'{"comments": {"other": {"status": "success"}}}'),
            status(401, b'{"code": "rest_forbidden"}'),
        ],
    )
    def test_only_its_word_for_the_comment_counts(self, database, blog, ana, answer):
        with receiving(answer) as receiver:
            self.decide(database, blog, ana, receiver.url)
            send(database, blog)

        assert only(database).state is DeliveryState.WAITING

    def test_a_plugin_elsewhere_than_the_site_is_not_told(self, database, blog, ana):
        """Whoever knows the key can name any address with a comment, and would be shown the key."""
        with receiving() as receiver:
            self.decide(database, blog, ana, receiver.url.replace("127.0.0.1", "localhost"))
            send(database, blog, allowed=Networks("127.0.0.0/8,::1/128"))

        assert receiver.heard == []
        assert "is at localhost, and the site itself is not" in only(database).problem

    def test_a_plugin_whose_key_was_not_kept_is_not_told(self, database, blog, ana):
        with database.writing() as session:
            session.get_one(Site, blog.id).akismet_key = None
            session.commit()
        with receiving() as receiver:
            self.decide(database, blog, ana, receiver.url)
            send(database, blog)

        assert receiver.heard == []
        assert "key" in only(database).problem

    def test_what_was_decided_on_an_edition_that_is_not_the_last_is_not_told(self, database, blog, ana):
        with receiving() as receiver:
            self.decide(database, blog, ana, receiver.url, action=Action.APPROVE)
            with database.writing() as session:
                edit = draft("akismet-c0ffee", text="Something else.")
                intake.replace(session, blog, edit, verdict(), now=at(1))
                session.commit()
            send(database, blog)

        assert receiver.heard == []
        assert only(database).state is DeliveryState.GIVEN_UP


class TestSender:
    @pytest.fixture
    def running(self, database):
        running = Sender(database, HERE)
        running.start()
        yield running
        running.stop()

    def test_what_is_decided_while_it_runs_is_told(self, database, site, ana, running):
        with receiving() as receiver:
            told_at(database, site, receiver.url)
            made = [decided(database, site, ana, str(number)) for number in range(5)]
            eventually(lambda: len(receiver.heard) == 5)
            running.stop()

        assert receiver.ids() == [f"decision-{number}" for number in made]
        with database.reading() as session:
            assert delivery.count(session, DeliveryState.DELIVERED, site=site) == 5

    def test_a_receiver_that_hangs_delays_nobody_else(self, database, site, ana):
        other = add_site(database, "other", "cdef00000000")
        with receiving(hang) as dead, receiving() as alive:
            told_at(database, site, dead.url)
            told_at(database, other, alive.url)
            for number in range(3):
                decided(database, site, ana, str(number))
            made = [decided(database, other, ana, str(number)) for number in range(10)]
            running = Sender(database, HERE)
            running.start()
            eventually(lambda: len(alive.heard) == 10)
            # The first is still hanging, and no other is sent to it meanwhile.
            assert len(dead.heard) <= 1
            dead.is_over.set()
            running.stop()

        assert alive.ids() == [f"decision-{number}" for number in made]

    def test_sites_take_turns_when_there_are_more_than_can_be_told_at_once(
        self, database, site, ana, monkeypatch
    ):
        """Otherwise those with the most failures, which wait longest, would take all turns."""
        monkeypatch.setattr(sender, "_MOST_AT_WORK", 1)
        other = add_site(database, "other", "cdef00000000")
        with receiving(status(500)) as broken, receiving(status(200)) as healthy:
            told_at(database, site, broken.url)
            told_at(database, other, healthy.url)
            for number in range(20):
                decided(database, site, ana, str(number), now=at(0))
            for number in range(3):
                decided(database, other, ana, str(number), now=at(1))
            running = Sender(database, HERE)
            running.start()
            eventually(lambda: len(healthy.heard) == 3)
            heard_by_then = len(broken.heard)
            running.stop()

        # One more may be heard while we look; without turns it would be all 20.
        assert heard_by_then <= 6

    @on_both
    def test_several_may_run_on_one_database(self, database, database_url, site, ana):
        with receiving() as receiver:
            told_at(database, site, receiver.url)
            made = [decided(database, site, ana, str(number)) for number in range(20)]
            others = [Database(database_url), Database(database_url)]
            senders = [Sender(one, HERE) for one in others]
            for one in senders:
                one.start()
            eventually(lambda: len(receiver.heard) >= 20)
            for one in senders:
                one.stop()
            for one in others:
                one.close()

        assert sorted(receiver.ids()) == sorted(f"decision-{number}" for number in made)

    def test_it_waits_for_a_database_that_is_not_there_yet(self, tmp_path, monkeypatch):
        monkeypatch.setattr(sender, "_PAUSE_AFTER_TROUBLE", 0.01)
        late = Database(f"sqlite:///{tmp_path / 'late.db'}")
        looks = []
        running = Sender(late, HERE, clock=lambda: looks.append(1) or datetime.now(UTC))
        running.start()
        # It looks, meets no tables, and looks again.
        eventually(lambda: len(looks) > 1)
        upgrade(late)
        with receiving() as receiver:
            site = add_site(late, "blog", KEY)
            told_at(late, site, receiver.url)
            decided(late, site, decider(late))
            eventually(lambda: receiver.heard)
            running.stop()
        late.close()

    def test_it_runs_once_and_can_run_again(self, database, running):
        with pytest.raises(RuntimeError):
            running.start()
        running.stop()
        running.stop()
        running.start()


class TestTryingOut:
    def test_an_example_is_signed_like_any_other(self, database, site):
        with receiving() as receiver:
            told_at(database, site, receiver.url)
            with database.reading() as session:
                problem = try_out(session.get_one(Site, site.id), HERE, now=at(1))

        heard = receiver.heard[0]
        assert problem is None
        assert (heard.json["type"], heard.json["data"]) == ("test", {})
        assert heard.headers["webhook-signature"].startswith("v1,")

    def test_what_is_wrong_is_said(self, database, site):
        with receiving(status(418)) as receiver:
            told_at(database, site, receiver.url)
            with database.reading() as session:
                problem = try_out(session.get_one(Site, site.id), HERE, now=at(1))

        assert problem == "It answered with status 418."
