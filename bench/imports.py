"""Import a large WordPress export, made up here, in a process of its own: how long, how much memory.

Run it as: python -m bench.imports --comments 100000
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

_WORDS = 20_000
_FEWEST, _MOST = 5, 120
_COMMENTS_ON_A_POST = 50
# Half of it is so old that nobody looks for near copies of it any more.
_DAYS = 730
_STATUSES = ("1",) * 85 + ("spam",) * 10 + ("trash",) * 4 + ("0",)
_MEGABYTE = 1024

_HEAD = """<?xml version="1.0" encoding="UTF-8" ?>
<rss version="2.0" xmlns:wp="http://wordpress.org/export/1.2/"><channel><title>Blog</title>
"""
_ITEM = """<item><title>Post {number}</title><link>https://blog.example.org/{number}/</link>
<wp:post_date_gmt>{date}</wp:post_date_gmt>
"""
_COMMENT = """<wp:comment><wp:comment_id>{number}</wp:comment_id>
<wp:comment_author><![CDATA[{author}]]></wp:comment_author>
<wp:comment_author_email>{author}@example.org</wp:comment_author_email>
<wp:comment_author_url></wp:comment_author_url>
<wp:comment_author_IP>192.0.2.{host}</wp:comment_author_IP>
<wp:comment_date_gmt>{date}</wp:comment_date_gmt>
<wp:comment_content><![CDATA[{text}]]></wp:comment_content>
<wp:comment_approved>{approved}</wp:comment_approved><wp:comment_type>comment</wp:comment_type>
<wp:comment_parent>0</wp:comment_parent><wp:comment_user_id>0</wp:comment_user_id></wp:comment>
"""


def export(comments: int) -> Iterator[str]:
    """Yield the text of an export, the same each time."""
    lots = random.Random(7)
    words = [
        "".join(lots.choices("abcdefghijklmnopqrstuvwxyz", k=lots.randint(2, 9))) for _ in range(_WORDS)
    ]
    start = datetime.now(UTC) - timedelta(days=_DAYS)
    yield _HEAD
    for number in range(comments):
        date = f"{start + timedelta(days=_DAYS * number / comments):%Y-%m-%d %H:%M:%S}"
        if number % _COMMENTS_ON_A_POST == 0:
            yield "</item>\n" * bool(number) + _ITEM.format(number=number, date=date)
        yield _COMMENT.format(
            number=number + 1,
            author=lots.choice(words),
            host=lots.randint(1, 254),
            date=date,
            text=" ".join(lots.choices(words, k=lots.randint(_FEWEST, _MOST))),
            approved=lots.choice(_STATUSES),
        )
    yield "</item></channel></rss>\n"


def main() -> None:
    """Make the export, import it twice, and print what it took."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--comments", type=int, default=100_000)
    asked.add_argument("--database", help="The URL of an empty database. [default: a new SQLite file]")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "export.xml"
        with file.open("w", encoding="utf-8") as output:
            output.writelines(export(given.comments))
        environment = {
            **os.environ,
            "MODERATION_DATABASE_URL": given.database or f"sqlite:///{folder}/moderation.db",
        }
        click.echo(f"{given.comments:,} comments, {file.stat().st_size / 1e6:,.0f} MB")
        _run(environment, "db", "upgrade")
        _run(environment, "site", "add", "blog", "https://blog.example.org/")
        for title in ("first import", "the same file again"):
            seconds, peak = _run(environment, "import", "wxr", str(file), "--site", "blog")
            click.echo(f"{title}: {seconds:,.1f} s, at most {peak:,} MB of memory")


def _run(environment: Mapping[str, str], *words: str) -> tuple[float, int]:
    """Run a command; return the seconds that it took, and the most memory that it held, in MB."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", "from moderation.cli import main; main()", *words],
        env=environment,
        stdout=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"moderation {' '.join(words)} failed")
    return time.perf_counter() - started, used.ru_maxrss // _MEGABYTE


if __name__ == "__main__":
    main()
