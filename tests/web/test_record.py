"""Who did what: found again, seen by whom it concerns, taken along as a file."""

import csv
import html
import io
import json
import re
from contextlib import nullcontext
from datetime import UTC, datetime

import pytest

from moderation import audit
from moderation.settings import Settings
from moderation.store import Database
from moderation.store.tables import AuditEntry, Role
from tests.conftest import SHIPPED_MODELS, add_site, fresh_database, listening
from tests.web.letting_in import add, let_in

FORMULA = '=HYPERLINK("https://evil.example")'


def moment(day: int, hour: int = 12) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=UTC)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def settings(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("service")
    url = fresh_database(request, folder)
    return Settings(instance=folder, database_url=url, models=SHIPPED_MODELS)


@pytest.fixture(scope="module")
def database(settings):
    opened = Database(settings.where_data_lives())
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def sites(database):
    return [add_site(database, "blog", "0123456789ab"), add_site(database, "forum", "0123456789cd")]


@pytest.fixture(scope="module")
def people(database, sites):
    """An admin, a moderator, and an admin of the first site."""
    chief, mod = add(database, "chief", Role.ADMIN), add(database, "mod")
    local = add(database, "local", Role.ADMIN, site_ids=[sites[0].id])
    with database.writing() as session:
        session.query(AuditEntry).delete()
        for by, act, subject, site, details, when in (
            (mod, "comment.approve", "comment 1", sites[0], "", moment(1)),
            (mod, "comment.reject", "comment 2", sites[1], "As spam.", moment(2)),
            (chief, "comment.reject", "comment 3", sites[1], "As abuse.", moment(2, 23)),
            (chief, "moderator.change", "mod", None, "Before: reader. Now: 100% mod.", moment(3)),
            (audit.COMMAND_LINE, "moderator.add", "Zoë", None, FORMULA, moment(4)),
            (audit.SOMEBODY, "login.fail", "mod", None, "The password was wrong.", moment(5)),
        ):
            site_id = site and site.id
            audit.note(session, by, act, subject, site_id=site_id, details=details, now=when)
        session.commit()
    return chief, mod, local


@pytest.fixture(scope="module")
def address(settings, people):
    with listening(settings) as address:
        yield address


@pytest.fixture(scope="module")
def consoles(address, settings, database, people):
    found = [let_in(address, settings, database, who) for who in people]
    with database.writing() as session:
        session.query(AuditEntry).filter(AuditEntry.act == "login.open").delete()
        session.commit()
    return found


@pytest.fixture(autouse=True)
def no_files(database, people):
    """Each test begins with a record from which nothing was exported."""
    with database.writing() as session:
        session.query(AuditEntry).filter(AuditEntry.act == "record.export").delete()
        session.commit()


def found(page) -> list[str]:
    """The subjects that a page lists."""
    rows = re.findall(
        r'<div class="what">\s*<p><strong>[^<]+</strong> · <(?:a|bdi)[^>]*>([^<]+)<', page.text
    )
    return [html.unescape(row) for row in rows]


@pytest.mark.parametrize(
    ("query", "subjects"),
    [
        ("", ["mod", "Zoë", "mod", "comment 3", "comment 2", "comment 1"]),
        ("?by=mod", ["comment 2", "comment 1"]),
        ("?by=command+line", ["Zoë"]),
        ("?by=somebody", ["mod"]),
        ("?by=nobody", []),
        ("?act=comment.reject", ["comment 3", "comment 2"]),
        ("?act=comment.reject&by=mod&words=spam", ["comment 2"]),
        ("?words=COMMENT", ["comment 3", "comment 2", "comment 1"]),
        ("?words=abuse+comment", ["comment 3"]),
        ("?words=100%25", ["mod"]),
        ("?words=1_0", []),
        ("?since=2026-11-03", ["mod", "Zoë", "mod"]),
        ("?until=2026-11-02", ["comment 3", "comment 2", "comment 1"]),
        ("?since=2026-11-02&until=2026-11-02", ["comment 3", "comment 2"]),
        ("?until=9999-12-31&since=0001-01-01&act=login.fail", ["mod"]),
    ],
)
def test_what_is_looked_for_is_found(consoles, query, subjects):
    assert found(consoles[0].read(f"/console/record{query}")) == subjects


def test_a_site_is_looked_for_by_its_number(consoles, sites):
    page = consoles[0].read(f"/console/record?site={sites[1].id}")

    assert found(page) == ["comment 3", "comment 2"]


@pytest.mark.parametrize(
    "query",
    ["?since=2026-02-31", "?until=soon", "?site=x", "?before=x", "?words=%00", "?words=" + "x" * 201],
)
def test_a_question_that_makes_no_sense_is_told(consoles, query):
    assert consoles[0].read(f"/console/record{query}").status == 422


def test_others_see_what_they_did_and_admins_of_a_site_what_was_done_there(consoles, sites):
    _, mod, local = consoles

    assert found(mod.read("/console/record")) == ["comment 2", "comment 1"]
    assert found(mod.read("/console/record?by=chief")) == []
    assert "chief" not in mod.read("/console/record").text
    assert found(local.read("/console/record")) == ["comment 1"]
    assert found(local.read(f"/console/record?site={sites[1].id}")) == []
    assert "forum" not in local.read("/console/record").text
    assert "chief" not in local.read("/console/record").text


def test_older_entries_follow_page_by_page_with_the_same_filters(consoles, database, people):
    with database.writing() as session:
        for number in range(60):
            audit.note(session, people[1], "comment.undo", f"comment {number}", now=moment(6))
        session.commit()
    first = consoles[0].read("/console/record?act=comment.undo&by=mod")
    older = html.unescape(re.search(r'href="([^"]*before=[^"]*)" rel="next"', first.text)[1])
    second = consoles[0].read(older)

    assert [*found(first), *found(second)] == [f"comment {number}" for number in reversed(range(60))]
    assert 'rel="next"' not in second.text
    with database.writing() as session:
        session.query(AuditEntry).filter(AuditEntry.act == "comment.undo").delete()
        session.commit()


class TestFiles:
    def test_a_table_holds_what_was_looked_for_and_nothing_that_is_computed(self, consoles):
        saved = consoles[0].read("/console/record/export?format=csv&until=2026-11-05")
        rows = list(csv.DictReader(io.StringIO(saved.text, newline="")))

        assert saved.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert re.fullmatch(
            r'attachment; filename="record-\d{4}-\d\d-\d\d\.csv"', saved.headers["Content-Disposition"]
        )
        assert [row["subject"] for row in rows] == [
            "mod",
            "Zoë",
            "mod",
            "comment 3",
            "comment 2",
            "comment 1",
        ]
        assert rows[1]["details"] == f"'{FORMULA}"
        assert rows[4] == {
            "id": rows[4]["id"],
            "done_at": "2026-11-02T12:00:00+00:00",
            "done_by": "mod",
            "act": "comment.reject",
            "site": "forum",
            "subject": "comment 2",
            "details": "As spam.",
        }

    def test_lines_of_json_hold_what_was_noted_as_it_is(self, consoles):
        saved = consoles[0].read("/console/record/export?format=jsonl&words=zo")
        rows = [json.loads(line) for line in saved.text.splitlines()]

        assert [(row["subject"], row["details"], row["site"]) for row in rows] == [
            ("Zoë", FORMULA, None)
        ]

    def test_a_file_holds_no_more_than_the_page(self, consoles):
        _, mod, local = consoles
        for console, subjects in ((mod, ["comment 2", "comment 1"]), (local, ["comment 1"])):
            saved = console.read("/console/record/export?format=jsonl&until=2026-11-05")
            assert [json.loads(line)["subject"] for line in saved.text.splitlines()] == subjects

    def test_saving_is_noted_itself(self, consoles, database):
        consoles[1].read("/console/record/export?format=csv&act=comment.approve")
        with database.reading() as session:
            last = session.query(AuditEntry).order_by(AuditEntry.id.desc()).first()
        assert (last.done_by, last.act, last.subject) == ("mod", "record.export", "record as csv")

    def test_a_long_record_is_written_in_pieces(self, database, people):
        with database.writing() as session:
            for number in range(2_500):
                session.add(
                    AuditEntry(
                        done_at=moment(7),
                        moderator_id=None,
                        done_by="x",
                        act="comment.undo",
                        site_id=None,
                        subject=str(number),
                    )
                )
            pieces = list(
                audit.exported(
                    lambda: nullcontext(session),
                    audit.Wanted(act="comment.undo"),
                    audit.Format.JSON_LINES,
                    site_names={},
                )
            )
            session.rollback()

        subjects = [json.loads(line)["subject"] for piece in pieces for line in piece.splitlines()]
        assert len(pieces) == 3
        assert subjects == [str(number) for number in reversed(range(2_500))]


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1"])
def test_no_cell_begins_like_a_formula(database, people, cell):
    with database.writing() as session:
        audit.note(session, cell, "comment.undo", cell, details=cell, now=moment(8))
        wanted = audit.Wanted(by=cell)
        written = "".join(
            audit.exported(lambda: nullcontext(session), wanted, audit.Format.CSV, site_names={})
        )
        session.rollback()
    (row,) = csv.DictReader(io.StringIO(written, newline=""))

    assert (row["done_by"], row["subject"], row["details"]) == (f"'{cell}",) * 3


def test_an_act_without_words_is_refused(database):
    with database.writing() as session, pytest.raises(LookupError, match=r"audit/acts\.py"):
        audit.note(session, "ana", "comment.paint", "comment 1", now=moment(1))
