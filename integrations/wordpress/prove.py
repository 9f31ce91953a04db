"""Prove with a real WordPress and its unmodified Akismet plugin that both get on with this service.

Everything is made anew in a temporary folder, listens on this machine only, and is removed at the end.
"""

import argparse
import shutil
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from integrations.wordpress.blog import OWNER, Blog, Missing, Sent, running_blog
from tests.browsing import PASSWORD, Console
from tests.running import MODERATION, answers, command, free_port, running

MODERATOR = "ana"
DOUBTFUL = "zeppelin"
# Since then the plugin hears of decisions by a callback.
HEARS_CALLBACKS = (5, 5)
CALLBACK_SECONDS = 20
# How long a visitor waits at most while the service does not answer.
PATIENCE_SECONDS = 10

SPAM = (
    "Buy cheap viagra online without prescription! Best casino bonus, click here: "
    "<a href='http://pills.example.com/buy'>cheap pills</a> http://casino.example.com/bonus "
    "http://loans.example.com/fast http://pills.example.com/more"
)


class Table:
    """What was proved so far."""

    def __init__(self) -> None:
        self.failures = 0
        self.count = 0

    def check(self, sentence: str, holds: object, seen: object = "") -> None:
        """Show whether `sentence` holds, and what was seen."""
        self.count += 1
        self.failures += not holds
        shown = f"  ({seen})" if seen else ""
        print(f"  {'proved' if holds else 'FAILED'}  {sentence}{shown}", flush=True)


class Service:
    """Our service in processes of its own, which can be stopped and started again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.environment = {
            "MODERATION_INSTANCE": str(folder),
            "MODERATION_MODELS": "models",
            "MODERATION_WORKERS": "1",
        }

    def prepare(self, blog: Blog) -> str:
        """Add the blog with a list of its own, and a moderator; return the blog's key."""
        self.run("db", "upgrade")
        key = self.run("site", "add", "blog", f"{blog.address}/").splitlines()[-1].strip()
        self.run("lists", "import", "watched", "-", "--site", "blog", stdin=DOUBTFUL)
        self.run("moderator", "add", MODERATOR, stdin=f"{PASSWORD}\n")
        return key

    def run(self, *words: str, stdin: str = "") -> str:
        """Run a command of the service's."""
        return command(*words, environment=self.environment, stdin=stdin)

    @contextmanager
    def started(self) -> Iterator[None]:
        """Let it serve until the block ends."""
        with running(
            [MODERATION, "serve", "--port", str(self.port)],
            lambda: answers(f"{self.address}/readyz"),
            log=self._folder / "service.log",
            environment=self.environment,
        ):
            yield

    def decide(self, sent: Sent, decision: str) -> None:
        """Let the moderator press a button in the console."""
        console = Console(self.address)
        console.log_in(MODERATOR)
        answer = console.decide(self._number(sent), decision)
        if answer.status != HTTPStatus.OK:
            raise RuntimeError(f"the console took no decision: {answer.status}")

    def decided(self, sent: Sent) -> list[tuple[str, str | None]]:
        """Each decision on a comment: what, and who at the site reported it."""
        return self._select(
            "SELECT action, reporter FROM decisions WHERE comment_id = ? ORDER BY id", self._number(sent)
        )

    def outcome(self, sent: Sent) -> str:
        """What holds for a comment."""
        return str(self._select("SELECT outcome FROM comments WHERE id = ?", self._number(sent))[0][0])

    def _number(self, sent: Sent) -> int:
        found = self._select("SELECT max(id) FROM comments WHERE text LIKE ?", f"%{sent.text[:60]}%")
        if found[0][0] is None:
            raise RuntimeError(f"the service was never sent: {sent.text}")
        return int(found[0][0])

    def _select(self, statement: str, value: object) -> list[tuple[Any, ...]]:
        with sqlite3.connect(self._folder / "moderation.db") as connection:
            rows = connection.execute(statement, (value,)).fetchall()
        connection.close()
        return rows


class Stranger(BaseHTTPRequestHandler):
    """Something else that answers at the address: it lets every comment pass, without an id."""

    def do_POST(self) -> None:
        """Answer false, as an Akismet of 2010 would."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.end_headers()
        self.wfile.write(b"false")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Sleeper(Stranger):
    """Takes requests, and answers too late."""

    def do_POST(self) -> None:
        """Sleep."""
        time.sleep(3 * PATIENCE_SECONDS)


def main() -> int:
    """Run the proof, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wordpress", type=Path, help="an unpacked WordPress with its Akismet plugin")
    parser.add_argument("--keep", action="store_true", help="leave the folder with the logs behind")
    chosen = parser.parse_args()
    table = Table()
    folder = Path(tempfile.mkdtemp(prefix="wordpress-", dir="/tmp"))
    try:
        with running_blog(folder, chosen.wordpress) as blog:
            _prove(table, blog, folder)
    except Missing as missing:
        print(missing, file=sys.stderr)
        return 1
    finally:
        if chosen.keep:
            print(f"Kept {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    print(f"{table.count - table.failures} of {table.count} proved.")
    return 1 if table.failures else 0


def _prove(table: Table, blog: Blog, folder: Path) -> None:
    blog.install()
    version = blog.plugin_version()
    shown = (".".join(map(str, numbers)) for numbers in (blog.wordpress_version(), version))
    print("WordPress {}, Akismet plugin {}".format(*shown))
    instance = folder / "service"
    instance.mkdir()
    service = Service(instance)
    key = service.prepare(blog)
    with service.started():
        _install(table, blog, service, key)
        ham, spam = _clear_cases(table, blog)
        _schedule(table, blog, service)
        _reports(table, blog, service, ham, spam)
    if version >= HEARS_CALLBACKS:
        # Until now the service was not allowed to call an address that is not public.
        service.environment["MODERATION_CALLBACK_NETWORKS"] = "127.0.0.0/8"
        with service.started():
            _callbacks(table, blog, service)
    _outages(table, blog, service)
    complaints = blog.complaints()
    table.check("PHP has nothing against the plugin", not complaints, complaints[:3] or "no notice")


def _install(table: Table, blog: Blog, service: Service, key: str) -> None:
    blog.add_mu_plugin()
    page = blog.read("/wp-admin/index.php")
    table.check("wp-admin says that the address is missing", "MODERATION_SERVER" in page)
    table.check("wp-admin says that Akismet is not active", "Akismet plugin is not active" in page)
    blog.activate_akismet()
    blog.configure("ftp://127.0.0.1/")
    page = blog.read("/wp-admin/index.php")
    table.check("wp-admin says that an address is not one of the web", "MODERATION_SERVER" in page)
    blog.configure(service.address)
    page = blog.read("/wp-admin/index.php")
    table.check("then wp-admin says nothing more", "moderation service" not in page)
    wrong = "0" * 12
    table.check("Akismet's settings refuse a wrong key", blog.paste_key(wrong) != wrong)
    taken = blog.paste_key(key)
    table.check("Akismet's settings take the key", taken == key, taken)


def _clear_cases(table: Table, blog: Blog) -> tuple[Sent, Sent]:
    ham = blog.comment("Thank you for writing this up. The part about winter bread was new to me.")
    _see(table, blog, "a good comment is published", ham, "1")
    spam = blog.comment(SPAM, name="Cheap Pills")
    _see(table, blog, "spam is filed as spam", spam, "spam")
    return ham, spam


def _schedule(table: Table, blog: Blog, service: Service) -> None:
    """How every plugin follows decisions: it asks again."""
    sent = {
        name: blog.comment(f"My {DOUBTFUL} story, the {name} one, has little to do with bread.")
        for name in ("undecided", "good", "bad", "flagged")
    }
    for name, one in sent.items():
        _see(table, blog, f"a doubtful comment waits ({name})", one, "0")
    blog.let_time_pass()
    _see(table, blog, "it waits on when the plugin asks again before anybody decided", sent["good"], "0")
    service.decide(sent["good"], "approve")
    service.decide(sent["bad"], "reject:spam")
    service.decide(sent["flagged"], "reject:spam")
    blog.check_queue()
    _see(table, blog, "a rejection comes by the button Check for Spam", sent["flagged"], "spam")
    _see(table, blog, "that button publishes nothing", sent["good"], "0")
    blog.let_time_pass()
    _see(table, blog, "an approval comes by the schedule, past one that waits", sent["good"], "1")
    _see(table, blog, "a rejection comes by the schedule", sent["bad"], "spam")
    _see(table, blog, "what nobody decided on still waits", sent["undecided"], "0")
    told = blog.query("SELECT count(*) FROM wp_commentmeta WHERE meta_key = 'moderation_akismet_told'")
    table.check("WordPress wrote once about each, at most", int(told) <= len(sent), told)


def _callbacks(table: Table, blog: Blog, service: Service) -> None:
    """How a plugin of today follows decisions sooner: it is called back."""
    good = blog.comment(f"A {DOUBTFUL} landed in our garden once, and nobody baked that day.")
    bad = blog.comment(f"A {DOUBTFUL} landed in your soup, I see, and spoilt your manners.")
    for one in (good, bad):
        _see(table, blog, "a doubtful comment waits", one, "0")
    service.decide(good, "approve")
    service.decide(bad, "reject:spam")
    for sentence, one, state in (("an approval", good, "1"), ("a rejection", bad, "spam")):
        _await(blog, one, state)
        _see(table, blog, f"{sentence} comes by the callback", one, state)


def _reports(table: Table, blog: Blog, service: Service, ham: Sent, spam: Sent) -> None:
    blog.press("spamcomment", ham)
    decided = service.decided(ham)
    table.check(
        "a click on Spam is a decision by its name", decided[-1:] == [("reject", OWNER)], decided
    )
    blog.press("unspamcomment", spam)
    decided = service.decided(spam)
    table.check(
        "a click on Not Spam is a decision by its name", decided[-1:] == [("approve", OWNER)], decided
    )


def _outages(table: Table, blog: Blog, service: Service) -> None:
    held = [blog.comment("I bake with rye, and my crust comes out softer than yours.")]
    _see(table, blog, "while the service is stopped a good comment waits", held[-1], "0")
    held.append(blog.comment(SPAM + " again", name="Cheap Pills"))
    _see(table, blog, "while the service is stopped spam is not published", held[-1], "0")
    page = blog.read("/wp-admin/index.php")
    table.check("wp-admin says that the service cannot be used", "could not be used" in page)
    with _standing_in(Sleeper) as address:
        blog.configure(address)
        held.append(blog.comment("Do you salt the dough before or after the first hour?"))
        _see(table, blog, "while the service hangs a comment waits", held[-1], "0")
        seconds = held[-1].seconds
        table.check("its visitor is not kept waiting", seconds < PATIENCE_SECONDS, f"{seconds:.1f} s")
    with _standing_in(Stranger) as address:
        blog.configure(address)
        held.append(blog.comment("Which flour do you use for the second loaf in the picture?"))
        _see(table, blog, "a server that is none of ours publishes nothing", held[-1], "0")
    blog.configure(None)
    held.append(blog.comment("Here in the north we put caraway into it, as my aunt did."))
    _see(table, blog, "without an address a comment waits", held[-1], "0")
    blog.configure(service.address)
    with service.started():
        blog.let_time_pass()
        for one in held:
            wanted = "spam" if one.text.startswith(SPAM) else "1"
            _see(table, blog, "after that the plugin asks again, and gets its answer", one, wanted)


def _see(table: Table, blog: Blog, sentence: str, sent: Sent, wanted: str) -> None:
    """Check what WordPress noted, and what a stranger can read."""
    state, is_shown = blog.state(sent), blog.shows(sent)
    table.check(
        sentence,
        state == wanted and is_shown == (wanted == "1"),
        f"comment_approved {state}, {'shown' if is_shown else 'not shown'}",
    )


def _await(blog: Blog, sent: Sent, state: str) -> None:
    deadline = time.monotonic() + CALLBACK_SECONDS
    while blog.state(sent) != state and time.monotonic() < deadline:
        time.sleep(0.2)


@contextmanager
def _standing_in(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """Let something else answer where the service should, and give its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    server.block_on_close = False
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


if __name__ == "__main__":
    sys.exit(main())
