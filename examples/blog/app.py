"""A small blog that asks a moderation service about every comment. Copy what you need.

What matters stands in three functions: `submit` asks about a comment, `catch_up` hears what
moderators decided and sends again what could not be sent, `follow` does that every second.
"""

import json
import logging
import os
import sqlite3
import sys
import threading
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from flask import Blueprint, Flask, abort, current_app, redirect, render_template, request, url_for
from itsdangerous import BadSignature, TimestampSigner
from werkzeug.wrappers import Response

log = logging.getLogger("blog")
bp = Blueprint("blog", __name__)

HERE = Path(__file__).parent
POSTS: dict[str, dict[str, Any]] = json.loads((HERE / "posts.json").read_text("utf-8"))

# What the service can answer, and what the reader is told. Only "approve" is ever shown to others.
ANSWERS = {
    "approve": "Thank you. Your comment is published.",
    "review": "Thank you. Your comment waits for a moderator.",
    "reject": "Your comment was not accepted.",
}
LONGEST = {"name": 100, "email": 200, "website": 500, "text": 20_000}
# What a program puts into the field that readers cannot see is cut off here.
LONGEST_HONEYPOT = 200
# A reader waits no longer than this; then the comment is held and sent later.
TIMEOUT_SECONDS = 3
LONGEST_PAUSE_SECONDS = 30


class Unanswered(Exception):
    """The service cannot be reached, refused, or said what we do not understand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where the service is, where the blog keeps its comments, and the blog's own address."""

    moderation_url: str
    moderation_key: str
    database: str
    address: str
    pause_seconds: float = 1.0


def create_app(settings: Settings) -> Flask:
    """Build the blog."""
    app = Flask(__name__)
    app.config.update(BLOG=settings, MAX_CONTENT_LENGTH=256 * 1024)
    app.add_template_filter(_day, "day")
    app.register_blueprint(bp)
    with _database(settings) as database:
        database.executescript((HERE / "tables.sql").read_text("utf-8"))
    return app


@bp.get("/")
def front_page() -> str:
    """Show the posts."""
    return render_template("front_page.html", posts=POSTS)


@bp.get("/<slug>")
def post(slug: str) -> str:
    """Show a post with its approved comments, and tell a reader what became of his own."""
    with _database(_settings()) as database:
        comments = database.execute(
            "SELECT * FROM comments WHERE slug = ? AND status = 'approve' ORDER BY submitted_at, id",
            (slug,),
        ).fetchall()
    notice = ANSWERS.get(request.args.get("answer", ""))
    return render_template(
        "post.html",
        slug=slug,
        post=_find(slug),
        comments=comments,
        notice=notice,
        longest=LONGEST,
        shown=_shown().sign(slug).decode(),
    )


@bp.post("/<slug>/comments")
def comment(slug: str) -> Response:
    """Keep a reader's comment, ask the service about it, and go back to the post with the answer."""
    # Another site must not comment in its visitors' names. Every browser says where a form stood;
    # a client that says nothing is no browser and has no visitor to abuse.
    origin = request.headers.get("Origin")
    if origin and urlsplit(origin).netloc != request.host:
        abort(403, "Please write your comment on the blog itself.")
    draft = _draft(slug)
    asked = json.dumps(draft)
    # Kept before it is sent, and word for word: the same id must always come with the same words.
    _keep(slug, draft, asked)
    try:
        answer = submit(_settings(), draft["id"], asked)
    except Unanswered as problem:
        # Nothing is published because something broke: the comment is held, and sent again later.
        log.warning("comment %s is held: %s", draft["id"], problem)
        answer = "review"
    # A redirect, so that reloading the page does not send the comment a second time.
    return redirect(url_for(".post", slug=slug, answer=answer, _anchor="answer"), code=303)


def submit(settings: Settings, comment_id: str, asked: str) -> str:
    """Ask about a comment; keep and return the answer. Raises Unanswered, and leaves it held."""
    action = str(_ask(settings, "comments", asked).get("action"))
    if action not in ANSWERS:
        raise Unanswered(f"{action} is no answer")
    with _database(settings) as database:
        # Only the first answer counts: a moderator's decision may have overtaken this one.
        database.execute(
            "UPDATE comments SET status = ?, unsent = NULL WHERE id = ? AND unsent IS NOT NULL",
            (action, comment_id),
        )
    return action


def catch_up(settings: Settings) -> None:
    """Apply what moderators decided since the last time, then send what is still unsent."""
    with _database(settings) as database:
        (cursor,) = database.execute("SELECT cursor FROM feed").fetchone()
    feed = _ask(settings, f"decisions?after={cursor}")
    decisions = [(entry["decision"]["action"], entry["id"]) for entry in feed["decisions"]]
    with _database(settings) as database:
        # One transaction for the cursor and what it stands for, so that a crash loses nothing. Where
        # several processes follow the feed, only the first to move the cursor applies what it read.
        moved = database.execute("UPDATE feed SET cursor = ? WHERE cursor = ?", (feed["next"], cursor))
        if moved.rowcount:
            database.executemany("UPDATE comments SET status = ?, unsent = NULL WHERE id = ?", decisions)
        unsent = database.execute("SELECT id, unsent FROM comments WHERE unsent IS NOT NULL").fetchall()
    for comment_id, asked in unsent:
        # Perhaps the service has it and only the answer was lost: the same id with the same words
        # is harmless. A comment that cannot be sent does not keep the others waiting.
        try:
            submit(settings, comment_id, asked)
        except Unanswered as problem:
            log.warning("comment %s is still held: %s", comment_id, problem)


def follow(settings: Settings, stop: threading.Event) -> None:
    """Catch up again and again until told to stop; less often while the service is away."""
    pause = settings.pause_seconds
    while not stop.wait(pause):
        try:
            catch_up(settings)
        except Unanswered as problem:
            log.warning("the service is away: %s", problem)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
        # Whatever else broke, the next round may go well; without this thread no decision is heard.
        except Exception:
            log.exception("could not catch up")
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
        else:
            pause = settings.pause_seconds


def _draft(slug: str) -> dict[str, Any]:
    """Read the form into what the service is asked; refuse what does not fit."""
    post, form = _find(slug), {field: request.form.get(field, "").strip() for field in LONGEST}
    # Browsers end a line with CRLF, which counts twice.
    form["text"] = form["text"].replace("\r\n", "\n")
    fit = all(
        len(form[field]) <= longest and "\0" not in form[field] for field, longest in LONGEST.items()
    )
    if not (fit and form["name"] and form["email"] and form["text"]):
        # Browsers say so beside each field; only programs and fields of mere spaces come this far.
        abort(400, f"Name, email and text are needed; the longest that fit are {LONGEST}.")
    return {
        # Random, so that no id ever means two comments, even after the database was made anew.
        "id": uuid.uuid4().hex,
        "text": form["text"],
        "author": {
            "name": form["name"],
            "email": form["email"],
            "url": form["website"] or None,
            # Behind a proxy this is the proxy's, unless the blog is wrapped in werkzeug's ProxyFix.
            "ip": request.remote_addr,
            "user_agent": request.headers.get("User-Agent", "")[:1_000],
        },
        "page": {
            "url": _settings().address + url_for(".post", slug=slug),
            "title": post["title"],
            "published_at": post["published_at"],
        },
        # What tells programs from readers: a field that only they see, and how long it took.
        "form": {
            "honeypot": request.form.get("title", "").replace("\0", "")[:LONGEST_HONEYPOT] or None,
            "seconds": _seconds(slug),
        },
        "submitted_at": datetime.now(UTC).isoformat(),
    }


def _seconds(slug: str) -> float | None:
    """Say how long ago the form was shown, or None for what no form of this post ever said."""
    try:
        said, moment = _shown().unsign(request.form.get("shown", ""), return_timestamp=True)
    except BadSignature:
        return None
    return max((datetime.now(UTC) - moment).total_seconds(), 0.0) if said == slug.encode() else None


def _shown() -> TimestampSigner:
    """Sign when a form was shown, so that nobody can say that he had taken longer."""
    return TimestampSigner(_settings().moderation_key, salt="shown")


def _keep(slug: str, draft: dict[str, Any], asked: str) -> None:
    """Keep a new comment as held."""
    author = draft["author"]
    row = (draft["id"], slug, author["name"], author["url"], draft["text"], draft["submitted_at"], asked)
    with _database(_settings()) as database:
        database.execute(
            "INSERT INTO comments (id, slug, name, website, text, submitted_at, unsent)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            row,
        )


def _find(slug: str) -> dict[str, Any]:
    return POSTS.get(slug) or abort(404)


def _settings() -> Settings:
    settings: Settings = current_app.config["BLOG"]
    return settings


def _ask(settings: Settings, path: str, body: str | None = None) -> dict[str, Any]:
    """Send the service one request: a POST where there is a body, else a GET."""
    headers = {
        "Authorization": f"Bearer {settings.moderation_key}",
        "Content-Type": "application/json",
    }
    asking = Request(
        f"{settings.moderation_url}/api/v1/{path}", body.encode() if body else None, headers
    )
    try:
        with urlopen(asking, timeout=TIMEOUT_SECONDS) as answer:
            return dict(json.load(answer))
    except (OSError, HTTPException, ValueError, TypeError) as error:
        raise Unanswered(str(error)) from error


def _day(moment: str) -> str:
    """Write a moment as its day: 5 October 2026."""
    when = datetime.fromisoformat(moment)
    return f"{when.day} {when:%B %Y}"


@contextmanager
def _database(settings: Settings) -> Iterator[sqlite3.Connection]:
    """Open the blog's database for one transaction."""
    with closing(sqlite3.connect(settings.database)) as connection, connection:
        connection.row_factory = sqlite3.Row
        yield connection


def main() -> None:
    """Run the blog on this machine, and follow the moderators' decisions beside it."""
    logging.basicConfig(level=logging.INFO)
    settings = Settings(
        moderation_url=os.environ.get("BLOG_MODERATION_URL", "http://127.0.0.1:8000").rstrip("/"),
        moderation_key=os.environ.get("BLOG_MODERATION_KEY") or sys.exit("Set BLOG_MODERATION_KEY."),
        database=os.environ.get("BLOG_DATABASE", "blog.db"),
        address=os.environ.get("BLOG_ADDRESS", "http://127.0.0.1:5000").rstrip("/"),
    )
    app = create_app(settings)
    # Started here, because a thread does not survive the fork of a server with many processes.
    threading.Thread(target=follow, args=(settings, threading.Event()), daemon=True).start()
    where = urlsplit(settings.address)
    app.run(where.hostname, where.port, threaded=True)


if __name__ == "__main__":
    main()
