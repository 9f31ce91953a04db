"""The example blog, driven as a browser drives it, against a moderation service of a few lines."""

import importlib.util
import json
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from moderation.draft import Draft, Submission

BLOG = Path(__file__).parents[2] / "examples" / "blog"
KEY = "c0ffee" * 4
PATIENCE_SECONDS = 10


def load_blog() -> ModuleType:
    """Import the example from its file: it belongs to no package."""
    found = importlib.util.spec_from_file_location("example_blog", BLOG / "app.py")
    assert found
    assert found.loader
    module = importlib.util.module_from_spec(found)
    # Dataclasses look their own module up.
    sys.modules[found.name] = module
    found.loader.exec_module(module)
    return module


blog = load_blog()


@dataclass
class Service:
    """A moderation service that answers what a test tells it to, and remembers what it was sent."""

    url: str = ""
    action: str = "approve"
    # Answer so instead of properly, when set: a status, and any body.
    broken: tuple[int, bytes] | None = None
    received: list[Submission] = field(default_factory=list)
    decisions: list[tuple[str, str]] = field(default_factory=list)
    asked_after: list[int] = field(default_factory=list)
    # Called between keeping a comment and answering it.
    before_answer: Callable[[Submission], None] = lambda _: None

    def submit(self, body: bytes) -> dict[str, Any]:
        draft = msgspec.json.decode(body, type=Submission)
        self.received.append(draft)
        self.before_answer(draft)
        return {"id": draft.id, "action": self.action}

    def feed(self, after: int) -> dict[str, Any]:
        self.asked_after.append(after)
        told = [
            {"id": comment_id, "edition": 1, "decision": {"action": action}}
            for comment_id, action in self.decisions[after : after + 2]
        ]
        return {"decisions": told, "next": after + len(told)}

    def decide(self, action: str) -> None:
        """Decide on the comment that was received last."""
        self.decisions.append((self.received[-1].id, action))


@contextmanager
def listening(service: Service, port: int = 0) -> Iterator[Service]:
    """Let `service` answer on a port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = urlsplit(self.path)
            assert asked.path == "/api/v1/decisions"
            self.answer(lambda: service.feed(int(parse_qs(asked.query)["after"][0])))

        def do_POST(self) -> None:
            assert self.path == "/api/v1/comments"
            assert self.headers["Content-Type"] == "application/json"
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.answer(lambda: service.submit(body))

        def answer(self, say: Callable[[], dict[str, Any]]) -> None:
            if self.headers["Authorization"] != f"Bearer {KEY}":
                status, body = 401, b"{}"
            else:
                proper = json.dumps(say()).encode()
                status, body = service.broken or (200, proper)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        service.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield service
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def service() -> Iterator[Service]:
    with listening(Service()) as running:
        yield running


@pytest.fixture
def settings(service: Service, tmp_path: Path) -> Any:
    return blog.Settings(
        moderation_url=service.url,
        moderation_key=KEY,
        database=str(tmp_path / "blog.db"),
        address="https://blog.example.org",
        pause_seconds=0.01,
    )


@pytest.fixture
def client(settings: Any) -> FlaskClient:
    return blog.create_app(settings).test_client()


@contextmanager
def away(service: Service) -> Iterator[None]:
    """Answer 503 to everything for a while."""
    service.broken = (503, b"<h1>Back soon</h1>")
    yield
    service.broken = None


def post(client: FlaskClient, text: str = "A fine loaf.", **more: Any) -> TestResponse:
    """Post a comment by the form of the post about bread."""
    form = {"name": "ana", "email": "ana@example.org", "website": "", "text": text}
    return client.post("/bread/comments", data=form | more.pop("form", {}), **more)


def notice(client: FlaskClient, answer: TestResponse) -> str:
    """Follow the redirect after posting, and return the page that the reader then sees."""
    assert answer.status_code == 303
    return client.get(answer.location).text


def page(client: FlaskClient) -> str:
    return client.get("/bread").text


# Posting.


def test_the_front_page_leads_to_every_post(client: FlaskClient) -> None:
    shown = client.get("/").text

    for slug in ("militias", "cycling", "bread"):
        assert f'href="/{slug}"' in shown
        assert client.get(f"/{slug}").status_code == 200


def test_an_approved_comment_is_shown_at_once(client: FlaskClient) -> None:
    answer = post(client)

    assert "Your comment is published." in notice(client, answer)
    assert "A fine loaf." in page(client)


@pytest.mark.parametrize(
    ("action", "said"),
    [
        ("review", "Your comment waits for a moderator."),
        ("reject", "Your comment was not accepted."),
    ],
)
def test_a_comment_that_is_not_approved_is_not_shown(
    client: FlaskClient, service: Service, action: str, said: str
) -> None:
    service.action = action

    assert said in notice(client, post(client))
    assert "A fine loaf." not in page(client)


def test_the_answer_is_told_to_its_reader_only(client: FlaskClient, service: Service) -> None:
    service.action = "review"
    post(client)

    assert "moderator" not in page(client)
    assert "status" not in client.get("/bread?answer=<b>anything</b>").text


def test_the_service_hears_who_wrote_what_where_and_when(client: FlaskClient, service: Service) -> None:
    before = datetime.now(UTC)
    post(
        client,
        "First line.\r\nSecond line.",
        form={"website": "https://ana.example.org/"},
        headers={"User-Agent": "browser/1"},
        environ_base={"REMOTE_ADDR": "192.0.2.7"},
    )
    sent = service.received[0]

    assert sent.text == "First line.\nSecond line."
    assert msgspec.structs.asdict(sent.author) == {
        "name": "ana",
        "email": "ana@example.org",
        "url": "https://ana.example.org/",
        "ip": "192.0.2.7",
        "user_agent": "browser/1",
        "id": None,
    }
    assert sent.page.url == "https://blog.example.org/bread"
    assert sent.page.title == "A loaf for people without time"
    assert sent.page.published_at < before <= sent.submitted_at


def test_the_service_hears_what_tells_programs_from_readers(
    client: FlaskClient, service: Service
) -> None:
    shown = re.search('name="shown" value="([^"]+)"', page(client))
    assert shown
    post(client, form={"shown": shown[1], "title": ""})
    post(client, form={"shown": shown[1], "title": "http://example.com\0" + "x" * 5_000})

    reader, program = (draft.form for draft in service.received)
    assert reader.honeypot is None
    assert 0 <= reader.seconds < PATIENCE_SECONDS
    assert program.honeypot.startswith("http://example.comx")


@pytest.mark.parametrize("shown", ["", "bread", "bread.aSVnWQ.forged", "soil"])
def test_a_time_that_the_blog_did_not_write_itself_is_none(
    client: FlaskClient, service: Service, shown: str
) -> None:
    """A program that says an hour ago, or that read the form of another post, says nothing."""
    if shown == "soil":
        other = next(slug for slug in blog.POSTS if slug != "bread")
        shown = re.search('name="shown" value="([^"]+)"', client.get(f"/{other}").text)[1]
    post(client, form={"shown": shown})

    assert service.received[0].form.seconds is None


def test_the_trap_is_out_of_the_way_of_readers(client: FlaskClient) -> None:
    trap = re.search(r'<p class="for-programs"(.*?)</p>', page(client), re.DOTALL)

    assert trap
    assert 'aria-hidden="true"' in trap[1]
    assert 'tabindex="-1"' in trap[1]
    assert 'autocomplete="off"' in trap[1]
    assert ".for-programs { position: absolute" in (BLOG / "static" / "blog.css").read_text("utf-8")


def test_two_comments_have_two_ids(client: FlaskClient, service: Service) -> None:
    post(client)
    post(client)
    first, second = service.received

    assert first.id != second.id


@pytest.mark.parametrize(
    "form",
    [
        {"name": ""},
        {"email": " "},
        {"text": "\r\n"},
        {"text": "x" * 20_001},
        {"website": "x" * 501},
        {"name": "a\0na"},
    ],
)
def test_a_form_that_no_browser_would_send_is_refused(
    client: FlaskClient, service: Service, form: dict[str, str]
) -> None:
    assert post(client, form=form).status_code == 400
    assert not service.received


def test_the_longest_comment_may_have_many_lines(client: FlaskClient, service: Service) -> None:
    """Browsers count a line's end as one character, and send two."""
    text = "x\r\n" * 10_000

    assert post(client, text).status_code == 303
    assert len(service.received[0].text) == 19_999


def test_there_is_no_commenting_where_there_is_no_post(client: FlaskClient) -> None:
    form = {"name": "ana", "email": "ana@example.org", "text": "Hello?"}

    assert client.get("/nothing").status_code == 404
    assert client.post("/nothing/comments", data=form).status_code == 404


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://localhost", 303),
        ("https://elsewhere.example", 403),
        ("http://localhost.elsewhere.example", 403),
        ("null", 403),
    ],
)
def test_a_form_on_another_site_cannot_comment(
    client: FlaskClient, service: Service, origin: str, status: int
) -> None:
    assert post(client, headers={"Origin": origin}).status_code == status
    assert len(service.received) == (status == 303)


# Showing.


def test_what_readers_write_is_shown_as_text(client: FlaskClient) -> None:
    post(
        client,
        "<script>alert(1)</script> <b>bold</b>",
        form={"name": "<i>ana</i>", "website": 'https://x.example/"><script>alert(2)</script>'},
    )
    shown = page(client)

    assert "&lt;script&gt;alert(1)&lt;/script&gt; &lt;b&gt;bold&lt;/b&gt;" in shown
    assert "&lt;i&gt;ana&lt;/i&gt;" in shown
    assert "<script" not in shown


def test_an_authors_website_is_no_recommendation(client: FlaskClient) -> None:
    post(client, form={"website": "https://ana.example.org/"})

    assert '<a href="https://ana.example.org/" rel="nofollow ugc">' in page(client)


def test_a_website_that_would_run_as_a_script_is_no_link(client: FlaskClient) -> None:
    post(client, form={"website": "javascript:alert(1)"})

    assert "A fine loaf." in page(client)
    assert "javascript:" not in page(client)


# Hearing what moderators decided.


@pytest.mark.parametrize(
    ("story", "times_shown"),
    [
        # The service's answer first, then what moderators decide.
        # They look at what was held.
        (["review", "approve"], 1),
        (["review", "reject"], 0),
        # They overrule the machine.
        (["approve", "reject"], 0),
        (["reject", "approve"], 1),
        # They undo a decision, and perhaps decide again.
        (["review", "approve", "review"], 0),
        (["review", "reject", "review", "approve"], 1),
    ],
)
def test_the_last_decision_holds(
    client: FlaskClient, service: Service, settings: Any, story: list[str], times_shown: int
) -> None:
    service.action, *decisions = story
    post(client)
    for action in decisions:
        service.decide(action)
        blog.catch_up(settings)

    assert page(client).count("A fine loaf.") == times_shown


def test_each_decision_is_read_once(client: FlaskClient, service: Service, settings: Any) -> None:
    post(client)
    for action in ("review", "approve", "reject"):
        service.decide(action)
    for _ in range(3):
        blog.catch_up(settings)

    assert service.asked_after == [0, 2, 3]


def test_a_decision_on_a_comment_the_blog_does_not_have_is_passed_over(
    client: FlaskClient, service: Service, settings: Any
) -> None:
    service.decisions.append(("deleted-long-ago", "approve"))
    service.action = "review"
    post(client)
    service.decide("approve")
    blog.catch_up(settings)

    assert "A fine loaf." in page(client)


def test_a_decision_that_overtakes_the_answer_holds(
    client: FlaskClient, service: Service, settings: Any
) -> None:
    """A moderator can be quicker than the answer to the comment's own submission."""
    service.action = "approve"

    def reject_meanwhile(_: Submission) -> None:
        service.before_answer = lambda _: None
        service.decide("reject")
        blog.catch_up(settings)

    service.before_answer = reject_meanwhile
    post(client)

    assert "A fine loaf." not in page(client)


def test_of_two_that_follow_the_feed_the_slower_undoes_nothing(
    client: FlaskClient, service: Service, settings: Any
) -> None:
    """It read an approval; before it applied that, the other heard that the comment was rejected."""
    service.action = "review"
    post(client)
    service.decide("approve")
    proper_feed = service.feed

    def overtaken(after: int) -> dict[str, Any]:
        service.feed = proper_feed
        stale = service.feed(after)
        service.decide("reject")
        blog.catch_up(settings)
        return stale

    service.feed = overtaken
    blog.catch_up(settings)

    assert "A fine loaf." not in page(client)


# When the service is away.


@pytest.mark.parametrize(
    "broken",
    [
        (500, b"{}"),
        (503, b"<h1>Back soon</h1>"),
        (401, b"{}"),
        (429, b"{}"),
        # Something else answers in its place.
        (200, b"<h1>Welcome to your new router</h1>"),
        (200, b'"approve"'),
        (200, b"[]"),
        (200, b"{}"),
        (200, b'{"action": "publish"}'),
        (200, b'{"action": ["approve"]}'),
        (200, b"\xff\xfe"),
        (200, b""),
    ],
)
def test_nothing_is_published_because_something_broke(
    client: FlaskClient, service: Service, broken: tuple[int, bytes]
) -> None:
    service.broken = broken

    assert "waits for a moderator" in notice(client, post(client))
    assert "A fine loaf." not in page(client)


def test_a_comment_that_was_held_is_sent_again_under_the_same_id(
    client: FlaskClient, service: Service, settings: Any
) -> None:
    with away(service):
        post(client)
    blog.catch_up(settings)
    first, again = service.received

    assert again == first
    assert "A fine loaf." in page(client)


def test_an_answered_comment_is_not_sent_again(
    client: FlaskClient, service: Service, settings: Any
) -> None:
    post(client)
    blog.catch_up(settings)

    assert len(service.received) == 1


def test_a_comment_survives_that_nobody_listens_at_all(
    client: FlaskClient, settings: Any, tmp_path: Path
) -> None:
    nowhere = blog.Settings(
        moderation_url="http://127.0.0.1:9",
        moderation_key=KEY,
        database=str(tmp_path / "blog.db"),
        address="https://blog.example.org",
    )

    assert "waits for a moderator" in notice(client, post(blog.create_app(nowhere).test_client()))
    with pytest.raises(blog.Unanswered):
        blog.catch_up(nowhere)
    blog.catch_up(settings)
    assert "A fine loaf." in page(client)


def test_one_comment_that_is_refused_does_not_keep_the_others_waiting(
    client: FlaskClient, service: Service, settings: Any
) -> None:
    with away(service):
        post(client, "The first.")
        post(client, "The second.")
    refused = service.received[0].id
    submit = service.submit

    def refuse_the_first(body: bytes) -> dict[str, Any]:
        answer = submit(body)
        return {} if answer["id"] == refused else answer

    service.submit = refuse_the_first
    blog.catch_up(settings)

    assert "The first." not in page(client)
    assert "The second." in page(client)


def test_following_outlives_every_trouble(client: FlaskClient, service: Service, settings: Any) -> None:
    """The thread is never seen to end: not when the service is away, nor when it talks nonsense."""
    service.action = "review"
    post(client)
    service.broken = (200, b'{"decisions": [{}], "next": 1}')
    stop = threading.Event()
    follower = threading.Thread(target=blog.follow, args=(settings, stop))
    follower.start()
    try:
        until(lambda: len(service.asked_after) > 1)
        with away(service):
            asked = len(service.asked_after)
            until(lambda: len(service.asked_after) > asked + 1)
        service.decide("approve")
        until(lambda: "A fine loaf." in page(client))
        service.decide("review")
        until(lambda: "A fine loaf." not in page(client))
    finally:
        stop.set()
        follower.join()


def until(happened: Callable[[], bool]) -> None:
    """Wait for something to happen, and fail when it does not."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not happened():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.005)


# The samples.


def test_every_sample_comment_is_one_that_the_service_takes() -> None:
    samples = msgspec.json.decode((BLOG / "comments.json").read_bytes(), type=list[Draft])

    assert 40 <= len(samples) <= 50
    for sample in samples:
        slug = urlsplit(sample.page.url).path.removeprefix("/")
        assert sample.page.title == blog.POSTS[slug]["title"]
        assert sample.author.name
        assert sample.author.email.endswith("@example.org")


def test_the_second_site_has_a_wave_an_edit_and_several_languages() -> None:
    samples = msgspec.json.decode((BLOG / "magazine.json").read_bytes(), type=list[Submission])
    ids = [sample.id for sample in samples]

    assert len(ids) == len(set(ids)) + 1
    assert sum("the derby tips of Mr Vale" in sample.text for sample in samples) >= 5
    assert sum(not sample.text.isascii() for sample in samples) >= 3
    assert {(sample.author.email or "").partition("@")[2] for sample in samples} == {"example.org"}


def test_the_blog_takes_every_sample_comment(client: FlaskClient, service: Service) -> None:
    samples = msgspec.json.decode((BLOG / "comments.json").read_bytes(), type=list[Draft])
    for sample in samples:
        form = {
            "name": sample.author.name,
            "email": sample.author.email,
            "website": sample.author.url or "",
            "text": sample.text,
        }
        client.post(f"{urlsplit(sample.page.url).path}/comments", data=form)

    assert [draft.text for draft in service.received] == [sample.text for sample in samples]
