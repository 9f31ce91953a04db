"""Start the service and the blog beside it, with a few dozen comments, for a first look.

Everything is made anew, in instance/demo, and can be reached from this machine only.
"""

import argparse
import fcntl
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import ProxyHandler, Request, build_opener

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
MODERATION = Path(sys.executable).with_name("moderation")
# With their roles: ana looks after rules, models and people as well.
MODERATORS = {"ana": "admin", "ben": "moderator"}
PASSWORD = "demo-password"
# The second site, which is nowhere: its comments come by the API.
MAGAZINE = "https://magazine.example.org"
HOST = "127.0.0.1"
HIGHEST_PORT = 65_535
START_SECONDS = 60
STOP_SECONDS = 10

# Everything asked here runs on this machine, where a proxy would only be in the way.
open_address = build_opener(ProxyHandler({})).open


class Child(NamedTuple):
    """A program that the demo started, and where its output goes."""

    process: subprocess.Popen[bytes]
    log: Path


class Failed(Exception):
    """The demo cannot go on; the message says why."""


def main() -> int:
    """Run the demo until Ctrl-C, and return the exit code."""
    chosen = _arguments()
    # A demo that was started in the background or is told to end stops as it does on Ctrl-C.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    children: dict[str, Child] = {}
    try:
        _run(children, chosen)
    except KeyboardInterrupt:
        print("\nStopping.")
        return 0
    except Failed as problem:
        print(f"\n{problem}", file=sys.stderr)
        return 1
    finally:
        _stop(children)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=_port, default=8000, help="the service's port (default: 8000)")
    parser.add_argument("--blog-port", type=_port, default=5000, help="the blog's port (default: 5000)")
    parser.add_argument(
        "--instance", type=Path, default=ROOT / "instance" / "demo", help="folder that is made anew"
    )
    chosen = parser.parse_args()
    if chosen.port == chosen.blog_port:
        parser.error("the service and the blog need a port each")
    return chosen


def _port(text: str) -> int:
    port = int(text)
    if not 1 <= port <= HIGHEST_PORT:
        raise argparse.ArgumentTypeError(f"{port} is not between 1 and {HIGHEST_PORT}")
    return port


def _run(children: dict[str, Child], chosen: argparse.Namespace) -> None:
    instance: Path = chosen.instance.absolute()
    os.chdir(ROOT)
    _check_free(chosen.port, "--port")
    _check_free(chosen.blog_port, "--blog-port")
    lock = _emptied(instance)
    service, blog = f"http://{HOST}:{chosen.port}", f"http://{HOST}:{chosen.blog_port}"
    key, magazine_key = secrets.token_hex(6), secrets.token_hex(6)
    # Settings of this machine's real service must not lead the demo to its database.
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("MODERATION_", "BLOG_"))
    }
    environment |= {
        "MODERATION_INSTANCE": str(instance),
        "MODERATION_HOST": HOST,
        "MODERATION_PORT": str(chosen.port),
        "BLOG_MODERATION_URL": service,
        "BLOG_MODERATION_KEY": key,
        "BLOG_DATABASE": str(instance / "blog.db"),
        "BLOG_ADDRESS": blog,
        "NO_PROXY": HOST,
        "no_proxy": HOST,
    }

    print("Making a fresh demo.")
    _command(environment, "db", "upgrade")
    _command(environment, "site", "add", "blog", f"{blog}/", "--key", key)
    _command(environment, "site", "add", "magazine", f"{MAGAZINE}/", "--key", magazine_key)
    _command(environment, "site", "set", "magazine", "--languages", "en,de")
    for name, role in MODERATORS.items():
        _command(environment, "moderator", "add", name, "--role", role, given=f"{PASSWORD}\n")

    children["service"] = _start(instance / "service.log", [MODERATION, "serve"], environment)
    ready = json.loads(_wait_for(f"{service}/readyz", children))
    children["blog"] = _start(instance / "blog.log", [sys.executable, HERE / "app.py"], environment)
    _wait_for(f"{blog}/", children)
    answers = _send_comments(blog, children) + _send_to_magazine(service, magazine_key)
    _show_panel(service, blog, answers, ready["problems"], instance)
    try:
        while True:
            _check_alive(children)
            time.sleep(0.2)
    finally:
        os.close(lock)


def _check_free(port: int, option: str) -> None:
    with socket.socket() as tried:
        # As servers do it: a port that was only just given up is free.
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((HOST, port))
        except OSError as error:
            problem = f"Port {port} cannot be used: {error.strerror}."
            raise Failed(f"{problem} Choose another with {option} NUMBER.") from None


def _emptied(instance: Path) -> int:
    """Remove what the demo before left; return the lock that keeps two demos from sharing it."""
    instance.mkdir(parents=True, exist_ok=True)
    lock = os.open(instance, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Failed(f"Another demo is running in {instance}. Stop that one first.") from None
    for old in instance.iterdir():
        if old.is_dir():
            shutil.rmtree(old)
        else:
            old.unlink()
    return lock


def _command(environment: dict[str, str], *arguments: str, given: str = "") -> None:
    done = subprocess.run(
        [MODERATION, *arguments],
        env=environment,
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Failed(f"moderation {' '.join(arguments[:2])} failed:\n{done.stdout}{done.stderr}")


def _start(log: Path, command: list[str | Path], environment: dict[str, str]) -> Child:
    with log.open("wb") as output:
        # In a session of its own, so that Ctrl-C reaches the demo only, which then ends each once.
        process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Child(process, log)


def _check_alive(children: dict[str, Child]) -> None:
    for name, child in children.items():
        if child.process.poll() is not None:
            last = "\n".join(child.log.read_text("utf-8", "replace").splitlines()[-15:])
            raise Failed(
                f"The {name} ended by itself, with {child.process.returncode}. Its last words:\n{last}"
            )


def _wait_for(address: str, children: dict[str, Child]) -> bytes:
    """Ask until `address` answers 200, and return what it says."""
    deadline = time.monotonic() + START_SECONDS
    problem: object = "no answer"
    while time.monotonic() < deadline:
        _check_alive(children)
        try:
            with open_address(address, timeout=5) as answer:
                return bytes(answer.read())
        except HTTPError as refusal:
            with refusal:
                problem = f"{refusal.code} {refusal.read(1_000).decode('utf-8', 'replace')}"
        except OSError as error:
            problem = error
        time.sleep(0.1)
    raise Failed(f"{address} was not ready within {START_SECONDS} seconds: {problem}.")


def _send_comments(blog: str, children: dict[str, Child]) -> Counter[str]:
    """Send the sample comments by the blog's own form, as readers would; count the answers."""
    comments = json.loads((HERE / "comments.json").read_text("utf-8"))
    answers: Counter[str] = Counter()
    show: Callable[[str], object] = sys.stdout.write if sys.stdout.isatty() else lambda _: None
    for number, comment in enumerate(comments, start=1):
        _check_alive(children)
        author = comment["author"]
        form = {
            "name": author["name"],
            "email": author["email"],
            "website": author.get("url", ""),
            "text": comment["text"],
        }
        page = blog + urlsplit(comment["page"]["url"]).path
        try:
            with open_address(f"{page}/comments", urlencode(form).encode(), timeout=30) as shown:
                answers[parse_qs(urlsplit(shown.url).query)["answer"][0]] += 1
        except OSError as error:
            raise Failed(f"The blog did not take the comment of {author['name']}: {error}") from error
        show(f"\rSending comments: {number} of {len(comments)}")
        sys.stdout.flush()
    show("\n")
    return answers


def _send_to_magazine(service: str, key: str) -> Counter[str]:
    """Send what readers of a second site write, by the API; count the answers.

    A wave of copies is among it, several languages, and an edit: an id that comes a second time.
    """
    answers: Counter[str] = Counter()
    sent: set[str] = set()
    for draft in json.loads((HERE / "magazine.json").read_text("utf-8")):
        is_edit = draft["id"] in sent
        request = Request(
            f"{service}/api/v1/comments/{draft['id']}" if is_edit else f"{service}/api/v1/comments",
            json.dumps(draft).encode(),
            {"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
            method="PUT" if is_edit else "POST",
        )
        try:
            with open_address(request, timeout=30) as answer:
                answers[json.load(answer)["action"]] += 1
        except OSError as error:
            raise Failed(f"The service did not take the comment {draft['id']}: {error}") from error
        sent.add(draft["id"])
    return answers


def _show_panel(
    service: str, blog: str, answers: Counter[str], problems: list[str], instance: Path
) -> None:
    held = "".join(f"\n  Every comment waits for a person: {problem}" for problem in problems)
    print(
        f"""
  The blog       {blog}/
  The console    {service}/console/
  Moderators     {" and ".join(MODERATORS)}, password {PASSWORD}

  {answers.total()} comments were sent: {answers["approve"]} are shown,
  {answers["review"]} wait for a moderator, {answers["reject"]} were rejected.{held}
  What you decide in the console shows on the blog a second later.
  Logs are in {instance}. Ctrl-C stops both.
""",
        flush=True,
    )


def _stop(children: dict[str, Child]) -> None:
    # Somebody who presses Ctrl-C twice must not leave half of the demo running.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    for child in children.values():
        child.process.terminate()
    for child in children.values():
        with suppress(subprocess.TimeoutExpired):
            child.process.wait(STOP_SECONDS)
        # Whatever of it did not end: itself, or workers that it left behind when it died.
        with suppress(ProcessLookupError):
            os.killpg(child.process.pid, signal.SIGKILL)
        child.process.wait()


if __name__ == "__main__":
    sys.exit(main())
