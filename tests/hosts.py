"""Two machines with one PostgreSQL: kill one under load, and see that the other goes on and both agree.

`python -m tests.hosts` starts two services whose only common thing is the database: each has its own
folder of data and of models. Sites send comments to both; one is killed with all its processes, and
comes back. Then people guess passwords on both at once and work through one queue on both, sites are
told of what they decide, and a model that only one machine has is promoted there.
"""

import argparse
import re
import shutil
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from threading import Barrier

from bench.postgresql import postgresql
from moderation import callbacks, delivery, moderators, sites
from moderation.store import Database, upgrade
from moderation.store.tables import DeliveryState
from tests.browsing import PASSWORD, Console
from tests.calling import call
from tests.classifier.making import keep
from tests.clients import Clients, sentence
from tests.conftest import KEY, SHIPPED_MODELS, add_site
from tests.durability import Stored, look
from tests.making import stored
from tests.receiving import Receiver, receiving, status
from tests.running import command
from tests.serving import Service

SECONDS_TO_FOLLOW = 5.0
"""What was promoted on one machine serves on all of them by then."""

_PEOPLE = ("ana", "ben", "cleo", "dora")
_GUESSED = "emil"
_QUIET = "paper"
_SECONDS_TO_ANSWER = 0.5
_NEW_MODEL = "site-1"
# A model serves on a machine once so many answers in a row are by it: each may be another process's.
_IN_A_ROW = 8
# Longer than what was claimed by a machine that died stays claimed.
_SECONDS_TO_DELIVER = 90.0


@dataclass
class Found:
    """What two machines made of it."""

    acknowledged: int = 0
    seconds: float = 0.0
    stored: Stored = field(default_factory=Stored)
    # Of the machine that was not killed: connections that broke, and the slowest acknowledgement.
    broken: int = 0
    slowest: float = 0.0
    # What clients were refused with, on either.
    refused: Counter[int] = field(default_factory=Counter)
    # How wrong passwords were answered.
    guesses: Counter[int] = field(default_factory=Counter)
    # What waited, what somebody was given, and what was given to two.
    waited: int = 0
    given: int = 0
    given_twice: list[str] = field(default_factory=list)
    # Decisions that the site was told of, was not told of, and was told of again.
    told: int = 0
    untold: list[str] = field(default_factory=list)
    told_again: int = 0
    # Seconds until both machines served what one promoted.
    followed: float = 0.0

    @property
    def is_exact(self) -> bool:
        """Whether nothing was lost, and both did as one."""
        return (
            self.stored.is_whole
            and not self.broken
            and not self.refused
            and self.guesses[401] == moderators.FAILURES_A_MINUTE
            and self.given == self.waited
            and not self.given_twice
            and not self.untold
            and self.followed <= SECONDS_TO_FOLLOW
        )


class Machine:
    """A service with folders of its own."""

    def __init__(self, folder: Path, url: str) -> None:
        folder.mkdir()
        self.models = shutil.copytree(SHIPPED_MODELS, folder / "models")
        self.settings = {
            "MODERATION_DATABASE_URL": url,
            "MODERATION_INSTANCE": str(folder),
            "MODERATION_MODELS": str(self.models),
            "MODERATION_SECRET_KEY": "the same on each machine",
            "MODERATION_CALLBACK_NETWORKS": "127.0.0.0/8",
        }
        self.service = Service(folder, url, settings=self.settings)

    @property
    def address(self) -> str:
        return self.service.address

    def models_that_serve(self) -> set[str]:
        """The models that a few comments are judged by, one after the other."""
        scored = [
            call("POST", f"{self.address}/api/v1/score", {"text": "What a day."}, key=KEY)
            for _ in range(_IN_A_ROW)
        ]
        return {one.json["model"] for one in scored}


def prove(
    folder: Path, url: str, *, comments: int, waiting: int, guesses: int, is_killed: bool
) -> Found:
    """Send `comments`, guess so often, and let people decide on as many as wait.

    With `is_killed`, one machine is killed while comments come, and again while sites are told.
    """
    database = Database(url)
    upgrade(database)
    add_site(database, "blog", KEY)
    add_site(database, _QUIET, KEY[::-1])
    machines = [Machine(folder / name, url) for name in ("here", "there")]
    found = Found()
    try:
        for one in machines:
            one.service.start()
        _take_comments(machines, database, comments, found, is_killed=is_killed)
        _guess(machines, guesses, found)
        with receiving(_slow if is_killed else status(204)) as receiver:
            _decide(machines, database, waiting, receiver, found, is_killed=is_killed)
        _promote(machines, found)
    finally:
        for one in machines:
            one.service.stop()
        database.close()
    return found


def _take_comments(
    machines: list[Machine], database: Database, comments: int, found: Found, *, is_killed: bool
) -> None:
    doomed, other = machines
    sending = Clients([one.service.port for one in machines], comments)
    began = time.monotonic()
    with sending.going_on():
        while is_killed and sending.done < comments // 3:
            time.sleep(0.01)
        if is_killed:
            doomed.service.kill()
        while not sending.is_done:
            time.sleep(0.01)
    found.seconds = time.monotonic() - began
    found.acknowledged, found.refused = sending.done, sending.refused
    found.broken = sending.broken[other.service.port]
    found.slowest = sending.slowest[other.service.port]
    if is_killed:
        doomed.service.start()
    found.stored = look(database, sending.acknowledged)


def _guess(machines: list[Machine], guesses: int, found: Found) -> None:
    """Guess one person's password on both machines at the same moment."""
    begin = Barrier(guesses)

    def guess(number: int) -> int:
        browser = Console(machines[number % len(machines)].address)
        page = browser.read("/console/login")
        begin.wait()
        return browser.send(page, "/console/login", name=_GUESSED, password=f"wrong {number}").status

    with ThreadPoolExecutor(guesses) as pool:
        found.guesses = Counter(pool.map(guess, range(guesses)))


def _decide(
    machines: list[Machine],
    database: Database,
    waiting: int,
    receiver: Receiver,
    found: Found,
    *,
    is_killed: bool,
) -> None:
    """Let people on both machines work through one queue, and a site be told by both."""
    with database.writing() as session:
        # Of what was sent to the other site, some waits as well.
        site = sites.by_name(session, _QUIET)
        # What is drawn for a second opinion is given to two on purpose.
        site.second_share = 0.0
        callbacks.register(session, site, receiver.url)
        for name in _PEOPLE:
            moderators.add(session, name, PASSWORD, site_ids=[site.id], now=site.created_at)
        names = [f"waits-{number}" for number in range(waiting)]
        for number, name in enumerate(names):
            stored(session, site, name, text=sentence(number), now=site.created_at)
        session.commit()
    browsers = _logged_in(machines)
    with ThreadPoolExecutor(len(browsers)) as pool:
        given = [name for names in pool.map(_work_through, browsers) for name in names]
    found.waited = waiting
    found.given = len(given)
    found.given_twice = sorted(name for name, times in Counter(given).items() if times > 1)
    if is_killed:
        machines[0].service.kill()
    deadline = time.monotonic() + _SECONDS_TO_DELIVER
    while _undelivered(database) and time.monotonic() < deadline:
        time.sleep(0.1)
    if is_killed:
        machines[0].service.start()
    told = set(receiver.ids())
    found.told = len(told)
    found.told_again = len(receiver.heard) - len(told)
    found.untold = sorted(set(names) - {one.json["data"]["id"] for one in receiver.heard})


def _logged_in(machines: list[Machine]) -> list[Console]:
    """Two people on each machine."""
    browsers = [Console(machines[number % 2].address) for number in range(len(_PEOPLE))]
    for name, browser in zip(_PEOPLE, browsers, strict=True):
        browser.log_in(name)
    return browsers


def _slow(handler: BaseHTTPRequestHandler) -> None:
    """Answer so slowly that much is still to be told when all is decided."""
    time.sleep(_SECONDS_TO_ANSWER)
    status(204)(handler)


def _work_through(browser: Console) -> list[str]:
    """Decide on what one is given until nothing waits; return what that was."""
    given = []
    page = browser.read("/console/next")
    while opened := re.search(r"/console/comments/(\d+)", page.url):
        given.append(opened[1])
        seen = re.search(r'name="seen" value="(\d+)"', page.text)
        if seen is None:
            page = browser.read("/console/next")
            continue
        page = browser.send(
            page, f"/console/comments/{opened[1]}/decision", seen=seen[1], decision="approve"
        )
        if page.status != 200:
            page = browser.read("/console/next")
    return given


def _undelivered(database: Database) -> int:
    with database.reading() as session:
        return delivery.count(session, DeliveryState.WAITING)


def _promote(machines: list[Machine], found: Found) -> None:
    """Promote a model where it was made, and see how soon no machine asks the one before."""
    here = machines[0]
    keep(here.models, _NEW_MODEL, bad=5.0)
    command("models", "promote", _NEW_MODEL, environment=here.settings)
    began = time.monotonic()
    for one in machines:
        while one.models_that_serve() != {_NEW_MODEL}:
            if time.monotonic() - began > 10 * SECONDS_TO_FOLLOW:
                break
    found.followed = time.monotonic() - began


def main() -> int:
    """Run the proof, say what was found, and return 1 where anything was not exact."""
    parser = argparse.ArgumentParser(prog="python -m tests.hosts", description=__doc__)
    parser.add_argument("--comments", type=int, default=20_000, help="[default: %(default)s]")
    parser.add_argument("--waiting", type=int, default=400, help="[default: %(default)s]")
    parser.add_argument("--guesses", type=int, default=60, help="[default: %(default)s]")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hosts-") as place, postgresql() as create:
        found = prove(
            Path(place),
            create("hosts"),
            comments=asked.comments,
            waiting=asked.waiting,
            guesses=asked.guesses,
            is_killed=True,
        )
    sys.stdout.write(
        f"{found.acknowledged:,} comments acknowledged in {found.seconds:,.0f} s by two machines, "
        f"of which one was killed after a third of them.\n{found.stored}\n"
        f"The other machine meanwhile: {found.broken:,} broken connections, slowest answer "
        f"{found.slowest:.2f} s. Refused by either: {dict(found.refused) or 'none'}.\n"
        f"Of {found.guesses.total():,} wrong passwords at once on both, {found.guesses[401]:,} were "
        f"looked at and {found.guesses[429]:,} refused unseen; "
        f"{moderators.FAILURES_A_MINUTE} are allowed.\n"
        f"Of {found.waited:,} comments that waited, {found.given:,} were given to people on both, "
        f"{len(found.given_twice):,} of them to two.\n"
        f"Decisions told to the site: {found.told:,}, again {found.told_again:,}, "
        f"not {len(found.untold):,}; a machine was killed while it told.\n"
        f"What one machine promoted served on both after {found.followed:.1f} s.\n"
    )
    return not found.is_exact


if __name__ == "__main__":
    sys.exit(main())
