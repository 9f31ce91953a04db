"""Whoever tells sites of decisions is killed again and again, and every decision arrives."""

import random
import signal
import subprocess
import sys
import time
from collections import defaultdict

import pytest

from moderation import callbacks, review
from moderation.delivery import LEASE
from moderation.store.tables import Delivery, DeliveryState, Site
from moderation.verdict import Action
from tests.conftest import START, add_site
from tests.making import decider, stored
from tests.receiving import receiving

pytestmark = pytest.mark.long

SITES, DECISIONS, KILLS = 5, 1_000, 12

# Its clock runs ahead: what the one before had claimed is due again at once.
SENDER = """
import sys, time
from datetime import UTC, datetime, timedelta
from moderation.outgoing import Networks
from moderation.sending import Sender
from moderation.store import Database
ahead = timedelta(seconds=float(sys.argv[2]))
Sender(Database(sys.argv[1]), Networks("127.0.0.0/8"), clock=lambda: datetime.now(UTC) + ahead).start()
time.sleep(600)
"""


def test_every_decision_arrives_and_what_comes_twice_is_the_same(database, database_url):
    lots = random.Random(20261130)
    with receiving() as receiver:
        made = decided(database, receiver.url)
        for number in range(KILLS + 1):
            ahead = str(2 * number * LEASE.total_seconds())
            sender = subprocess.Popen([sys.executable, "-c", SENDER, database_url, ahead])
            try:
                if number < KILLS:
                    heard = len(receiver.heard) + lots.randint(1, 2 * DECISIONS // KILLS - 20)
                    eventually(lambda most=heard: len(receiver.heard) >= most or heard_all(receiver))
                else:
                    eventually(lambda: heard_all(receiver))
            finally:
                sender.send_signal(signal.SIGKILL)
                sender.wait()

    bodies = defaultdict(set)
    for heard in receiver.heard:
        bodies[heard.headers["webhook-id"]].add(heard.body)
    assert set(bodies) == {f"decision-{number}" for number in made}
    assert {len(same) for same in bodies.values()} == {1}
    # Each kill leaves one that went out unnoted at each site, at most.
    assert len(receiver.heard) <= len(made) + SITES * (KILLS + 1)
    with database.reading() as session:
        waiting = session.query(Delivery).filter(*Delivery.are(DeliveryState.WAITING)).count()
    assert waiting <= SITES


def heard_all(receiver):
    return len(set(receiver.ids())) == DECISIONS


def eventually(is_so):
    deadline = time.monotonic() + 120
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def decided(database, url):
    """Decide on many comments of several sites; return the decisions' numbers."""
    by = decider(database)
    made = []
    for number in range(SITES):
        site = add_site(database, f"site{number}", f"{number:012x}")
        with database.writing() as session:
            here = session.get_one(Site, site.id)
            callbacks.register(session, here, url)
            for comment in range(DECISIONS // SITES):
                one = stored(session, here, str(comment))
                decision = review.decide(session, one.id, by, Action.APPROVE, seen=0, now=START)
                made.append(decision.id)
            session.commit()
    return made
