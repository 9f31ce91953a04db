"""The commands as an operator types them, killed and started again, and what the console shows."""

import gzip
import os
import re
import signal
import subprocess
import time

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from moderation.cli import main
from moderation.settings import Settings
from moderation.store import Database
from moderation.store.tables import Comment, Decision, StoredVerdict
from tests.browsing import Console
from tests.conftest import SHIPPED_MODELS, add_site, listening
from tests.importers import making
from tests.importers.making import dsq_post, dsq_thread, wp_comment
from tests.running import MODERATION

CSV = b"id,text,status\n1,What a day.,approved\n2,Buy!,spam\n3,,spam\n4,Who knows?,pending\n"


@pytest.fixture
def environment(database_url, tmp_path):
    return {
        "MODERATION_INSTANCE": str(tmp_path),
        "MODERATION_DATABASE_URL": database_url,
        "MODERATION_MODELS": str(SHIPPED_MODELS),
    }


@pytest.fixture
def bring(environment, site, tmp_path, monkeypatch):
    """Import content in a format; the site is named blog."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    def invoke(form: str, content: bytes, *options: str) -> Result:
        file = tmp_path / "export"
        file.write_bytes(content)
        return CliRunner().invoke(main, ["import", form, str(file), "--site", "blog", *options])

    return invoke


def rows(result: Result) -> dict[str, int]:
    """The table that a command printed."""
    found = re.findall(r"^  (\S.*?) {2,}([\d,]+) *$", result.stdout, re.MULTILINE)
    return {label: int(number) for label, number in found if number != "0"}


def count(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Comment)) or 0


class TestImport:
    @pytest.mark.parametrize(
        ("form", "content", "expected"),
        [
            (
                "wxr",
                making.many(40, pending_every=10),
                {
                    "approved": 18,
                    "rejected as spam": 8,
                    "rejected or in the trash": 10,
                    "wait for a person": 4,
                },
            ),
            (
                "wxr",
                gzip.compress(making.wxr(wp_comment(), wp_comment(id=2, type="pingback"))),
                {"approved": 1, "skipped: it is a pingback or trackback, which no reader wrote": 1},
            ),
            (
                "disqus",
                making.disqus(dsq_thread(), dsq_post(), dsq_post(6, isDeleted="true", createdAt="?")),
                {
                    "approved": 1,
                    "rejected or in the trash": 1,
                    "mended: a date that cannot be read was left out": 1,
                },
            ),
            (
                "csv",
                CSV,
                {
                    "approved": 1,
                    "rejected as spam": 1,
                    "wait for a person": 1,
                    "skipped: it has no text": 1,
                },
            ),
        ],
    )
    def test_a_dry_run_tells_what_then_comes(self, bring, database, form, content, expected):
        tried = bring(form, content, "--dry-run")
        assert (tried.exit_code, rows(tried), count(database)) == (0, expected, 0)

        came = bring(form, content)
        assert (came.exit_code, rows(came)) == (0, expected), came.stderr
        comments = sum(n for label, n in expected.items() if ":" not in label)
        assert count(database) == comments
        for options in ((), ("--dry-run",)):
            again = rows(bring(form, content, *options))
            skipped = {label: n for label, n in expected.items() if label.startswith("skipped")}
            assert again == {"there already": comments, **skipped}

    def test_bad_rows_are_named_up_to_a_number(self, bring):
        told = bring("csv", b"id,text\n" + b",a\n" * 30 + b"1,a\n")

        assert told.exit_code == 0
        assert "line 2: it has no id\n" in told.stderr
        assert "line 11: it has no id\nand 20 more that were skipped.\n" in told.stderr

    def test_what_a_terminal_would_obey_is_not_printed(self, bring):
        told = bring("wxr", making.wxr(wp_comment(id="\x9b31m", content="")))

        assert "comment \ufffd31m: it has no text" in told.stderr

    @pytest.mark.parametrize(
        ("form", "content", "complaint"),
        [
            ("wxr", making.wxr(), "There is no comment in it."),
            ("disqus", making.disqus(dsq_thread()), "There is no comment in it."),
            ("csv", b"id,text\n", "There is no comment in it."),
            ("disqus", making.wxr(wp_comment()), "moderation import wxr"),
            ("wxr", b"<!DOCTYPE html><p>", "a web page"),
        ],
    )
    def test_a_file_without_comments_is_refused(self, bring, form, content, complaint):
        told = bring(form, content)

        assert (told.exit_code, complaint in told.stderr, told.stdout) == (1, True, "")

    def test_what_stood_before_a_break_stays_and_is_told(self, bring, database):
        told = bring("wxr", making.many(1_200)[:-400])

        assert told.exit_code == 1
        assert re.search(
            r"broken at line 5, column .* What stood before that stays imported\.", told.stderr
        )
        assert count(database) == sum(rows(told).values()) > 1_190

    @pytest.mark.parametrize(
        ("file", "site_name", "complaint"),
        [
            (
                "missing.xml",
                "blog",
                "missing.xml: The file cannot be opened: No such file or directory.",
            ),
            ("/", "blog", "/: The file cannot be opened: Is a directory."),
            ("missing.xml", "nobody", "There is no site named nobody."),
        ],
    )
    def test_what_cannot_be_found_is_named(self, bring, file, site_name, complaint):
        told = CliRunner().invoke(main, ["import", "wxr", file, "--site", site_name])

        assert (told.exit_code, complaint in told.stderr) == (1, True)

    def test_standard_input_is_read(self, bring, database):
        told = CliRunner().invoke(main, ["import", "csv", "-", "--site", "blog"], input=CSV)

        assert (told.exit_code, count(database)) == (0, 3)


def test_an_import_that_was_killed_and_started_again_is_whole(bring, database, environment):
    """The file comes through a pipe, so that the process is certain to be in the middle of it."""
    content = making.many(1_200, pending_every=150)
    add_site(database, "whole", "b" * 12)
    process = subprocess.Popen(
        [MODERATION, "import", "wxr", "-", "--site", "blog"],
        env={**os.environ, **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )
    process.stdin.write(content[: len(content) // 2])
    process.stdin.flush()
    deadline = time.monotonic() + 60
    while count(database) == 0:
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdin.close()

    left = count(database)
    assert 0 < left < 1_200
    # What is there is whole.
    with database.reading() as session:
        for table in (StoredVerdict, Decision):
            orphans = select(func.count(table.comment_id.distinct())).select_from(table)
            waiting = select(func.count()).select_from(Comment).where(Comment.revision == 0)
            expected = left - (session.scalar(waiting) if table is Decision else 0)
            assert session.scalar(orphans) == expected

    assert f"{1_200 - left:,} comments came to blog." in bring("wxr", content).stdout
    # Of an option that is given twice, the second counts.
    assert bring("wxr", content, "--site", "whole").exit_code == 0
    assert everything(database, "blog") == everything(database, "whole")


def test_two_imports_at_once_come_to_the_same_as_one(database, environment, site, tmp_path):
    file = tmp_path / "export.xml"
    file.write_bytes(making.many(600))
    words = [MODERATION, "import", "wxr", file, "--site", "blog"]
    both = [
        subprocess.Popen(words, env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]

    printed = [process.communicate()[0] for process in both]

    assert [process.returncode for process in both] == [0, 0]
    came = [int(re.search(r"([\d,]+) comments came", one)[1].replace(",", "")) for one in printed]
    assert (sum(came), count(database)) == (600, 600)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_console_shows_whence_a_comment_came(bring, database, database_url, ana, tmp_path):
    hostile = '"><script>alert(1)</script>{{7*7}}'
    bring(
        "wxr",
        making.wxr(
            wp_comment(content=hostile, author=hostile, approved="spam"), wp_comment(id=2, approved="0")
        ),
    )
    settings = Settings(instance=tmp_path, database_url=database_url, models=SHIPPED_MODELS)
    with listening(settings) as address:
        console = Console(address)
        console.log_in("ana")
        past = console.read("/console/comments/1").text
        waits = console.read("/console/comments/2").text
        lists = [console.read(f"/console/?outcome={one}").text for one in ("reject", "review")]
        undone = console.decide(1, "approve")

    assert "None: it was decided at the site" in past
    assert "No machine judged it here." in past
    assert "took it from the site’s history" in past
    assert "import (at the site)" in past
    assert "could not judge this text" not in past
    assert "<script>alert" not in past
    assert "It waited for a person at the site" in waits
    assert "None: it was decided" not in waits
    assert ["comments/1" in page for page in lists] == [True, False]
    assert ["comments/2" in page for page in lists] == [False, True]
    assert undone.status == 200


def everything(database: Database, site_name: str) -> list[dict[str, object]]:
    """All that was stored of a site, but for the numbers of rows."""
    tables = (Comment, StoredVerdict, Decision)
    with database.reading() as session:
        found = session.execute(
            select(*(table.__table__ for table in tables))
            .select_from(Comment)
            .join(StoredVerdict, StoredVerdict.comment_id == Comment.id)
            .outerjoin(Decision, Decision.comment_id == Comment.id)
            .where(Comment.site.has(name=site_name))
            .order_by(Comment.id)
        ).all()
    columns = [column.key for table in tables for column in table.__table__.columns]
    return [
        {
            f"{place} {name}": value
            for place, (name, value) in enumerate(zip(columns, row, strict=True))
            if name not in {"id", "comment_id", "site_id"}
        }
        for row in found
    ]
