"""An author's data are found in every table when he asks for them, and in none once they are erased."""

import json
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from sqlalchemy import String, func, inspect, select, text

from moderation import addresses, audit, history, intake, policies, review, sites
from moderation.access import Access
from moderation.backtests import running
from moderation.cli import main
from moderation.draft import Author, Form, Page
from moderation.review import acts, claims, holds, notes
from moderation.rules import ListKind, Scope
from moderation.sketch import sketch
from moderation.store import search
from moderation.store.tables import Base, Comment, Decision
from moderation.text import normalise
from moderation.verdict import Action, Contribution, Habit, Signal
from tests.conftest import at
from tests.making import decider, draft, opinion, verdict

EMAIL = "Quetzalmail@Example.org"
# One in each place where an author's data can be.
MARKERS = {
    "name": "Xanthippe Quixnam",
    "email": EMAIL,
    "url": "https://quorlsite.example/",
    "ip": "203.0.113.177",
    "user_agent": "Zyxagent/7.0",
    "id": "vexid-4711",
    "honeypot": "jumphoney",
    "seconds": "7.25817",
    "submitted": "2019-03-07",
    "text": "wobblegrout",
    "earlier text": "frumplezing",
    "reason": "said crankwhistle",
    "note": "blatherskite",
}
# Tables in which nothing of an author can be; whoever adds a table says so here, or fills it below.
NOTHING_OF_AUTHORS = {
    "sites",
    "site_minutes",
    "site_rules",
    "moderators",
    "permissions",
    "recovery_codes",
    "logins",
    "failed_logins",
    "models",
    "model_groups",
}
# So long that comments are near copies of each other.
LONG = " ".join(f"word{letter}" for letter in "abcdefghijklmnopqrst")
PERSON = Author(
    name=MARKERS["name"],
    email=EMAIL,
    url=MARKERS["url"],
    ip=MARKERS["ip"],
    user_agent=MARKERS["user_agent"],
    id=MARKERS["id"],
)


def sent(identifier, words, author=PERSON, **fields):
    return draft(
        identifier,
        f"{LONG} {words}",
        author=author,
        form=Form(honeypot=MARKERS["honeypot"], seconds=float(MARKERS["seconds"])),
        page=Page(url="https://blog.example.org/war", title="On war", published_at=at(-9)),
        submitted_at=at(0).replace(year=2019, month=3, day=7),
        **fields,
    )


def judged(words):
    """A verdict whose reasons quote the text and say where the words stand."""
    said = Signal(
        source="list:rejected-words",
        code="listed_term",
        message=f"The author {words}.",
        action=Action.REVIEW,
        weight=1.5,
        spans=((3, 7),),
        words=(Contribution((3, 7), 0.5),),
        habits=(Habit("link", 0.1),),
    )
    return msgspec.structs.replace(verdict(), reasons=(said,))


@pytest.fixture
def told(database, database_url, monkeypatch, tmp_path, site):
    """Fill every table with an author's data and with another's; run commands on them."""
    mia, nora = (decider(database, name) for name in ("mia-mod", "nora-mod"))
    other = Author(name="Otto", email="otto@example.org", id="otto-1", ip="198.51.100.9")
    with database.writing() as session:
        blog = sites.by_name(session, "blog")
        policies.choose(session, blog, languages=["en"], by=mia, now=at(0))
        callback = session.merge(blog)
        callback.callback_url, callback.callback_secret = "https://blog.example.org/hook", "whsec_aa"
        first, _ = intake.record(
            session,
            blog,
            sent("c1", MARKERS["earlier text"], parent_id="c0"),
            judged(MARKERS["reason"]),
            akismet_callback="https://blog.example.org/akismet",
            now=at(0),
        )
        notes.write(session, first.id, mia, MARKERS["note"], now=at(1))
        # An edit that does not say who sends it is his all the same.
        intake.replace(
            session,
            blog,
            sent("c1", MARKERS["text"], author=Author()),
            judged(MARKERS["reason"]),
            now=at(2),
        )
        decided, _ = intake.record(
            session,
            blog,
            sent("c2", MARKERS["text"]),
            judged(MARKERS["reason"]),
            opinion=opinion(Action.APPROVE),
            now=at(3),
        )
        review.decide(session, decided.id, mia, Action.REJECT, seen=0, now=at(4))
        waits, _ = intake.record(session, blog, sent("c3", "more"), judged(MARKERS["reason"]), now=at(5))
        holds.hold(session, waits.id, mia, nora.id, MARKERS["note"], now=at(6))
        claims.claim(session, waits.id, nora, now=at(6))
        acts.plan(session, nora, {waits.id: 0}, access=Access(nora), now=at(6))
        # Another's near copy, which was decided on too.
        alike, _ = intake.record(
            session,
            blog,
            draft("o1", f"{LONG} indeed", author=other),
            judged("something else"),
            now=at(7),
        )
        notes.write(session, alike.id, mia, "Otto again.", now=at(7))
        review.decide(session, alike.id, mia, Action.APPROVE, seen=0, now=at(8))
        _lists(session, blog, mia)
        session.commit()
    monkeypatch.setenv("MODERATION_DATABASE_URL", database_url)
    monkeypatch.setenv("MODERATION_INSTANCE", str(tmp_path))
    return lambda *words, say="": CliRunner().invoke(main, ["authors", *words], input=say)


def _lists(session, blog, mia):
    for name, kind, scope, action, entry in (
        ("approved-authors", ListKind.TERMS, Scope.AUTHOR, Action.APPROVE, MARKERS["id"]),
        ("approved-addresses", ListKind.TERMS, Scope.EMAIL, Action.APPROVE, EMAIL.lower()),
        ("rejected-networks", ListKind.NETWORKS, Scope.IP, Action.REJECT, MARKERS["ip"]),
    ):
        lines = f"# Asked for by {EMAIL}.\n{entry}\n192.0.2.1\n"
        policies.put_list(
            session, blog, name, kind=kind, action=action, lines=lines, scopes=[scope], by=mia, now=at(9)
        )
    subject = policies.of_list("approved-addresses")
    change = policies.Change(subject=subject, after=policies.kept(session, blog, subject))
    trial = running.start(session, blog, running.Trial(change=change, most=100), mia, now=at(9))
    trial.problem = f"Line 2, '{EMAIL}': refused."


def everything(database):
    """Every value of every table, as text, by table and column; and the words of SQLite's index."""
    found = {}
    with database.reading() as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(select(table)).mappings():
                for column, value in row.items():
                    said = json.dumps(value, ensure_ascii=False, default=str)
                    found.setdefault(f"{table.name}.{column}", []).append(said.casefold())
        if database.engine.dialect.name == "sqlite":
            session.execute(
                text(f"CREATE VIRTUAL TABLE temp.terms USING fts5vocab(main, {search.INDEX}, row)")
            )
            found["the index"] = list(session.scalars(text("SELECT term FROM temp.terms")))
    return found


def traces(database, markers):
    """Where which markers are."""
    return {
        (place, marker)
        for place, values in everything(database).items()
        for marker in markers
        if any(str(marker).casefold() in value for value in values)
    }


def derived():
    """What is computed of his data, and would tell whoever knows them that he was here."""
    said = [sent("c1", MARKERS["earlier text"], parent_id="c0"), sent("c2", MARKERS["text"])]
    hashes = {addresses.content_hash(one) for one in said}
    keys = {history.author_key(PERSON), history.author_key(Author(email=EMAIL))}
    return hashes | keys | {str(history.author_range(PERSON)).removesuffix("/24")}


def rows_of(database, identifier):
    """All that is stored with a comment of the site."""
    found = []
    with database.reading() as session:
        number = session.scalar(select(Comment.id).where(Comment.external_id == identifier))
        for table in Base.metadata.sorted_tables:
            column = table.c.get("comment_id" if table.name != "comments" else "id")
            if column is not None:
                found += session.execute(select(table).where(column == number)).mappings().all()
    return [dict(row) for row in found]


def test_every_table_is_filled_before_or_known_to_hold_nothing_of_authors(database, told):
    with database.reading() as session:
        counts = {
            table.name: session.scalar(select(func.count()).select_from(table))
            for table in Base.metadata.sorted_tables
        }
        first = session.scalars(select(Comment).order_by(Comment.id)).first()
        empty = {
            column.key
            for column in inspect(Comment).columns
            if isinstance(column.type, String) and getattr(first, column.key) is None
        }
    assert {name for name, count in counts.items() if not count} <= NOTHING_OF_AUTHORS
    # Whoever adds a column that sites fill gives it a marker here.
    assert empty == set()
    found = {marker for _, marker in traces(database, MARKERS.values())}
    assert found == set(MARKERS.values())
    assert {marker for _, marker in traces(database, derived())} >= {history.author_key(PERSON)}


@pytest.mark.parametrize("named", [("--email", EMAIL), ("--id", MARKERS["id"])])
def test_nothing_of_an_author_is_left_anywhere_and_another_keeps_all(database, told, named):
    before = rows_of(database, "o1")
    with database.reading() as session:
        positions = session.scalars(select(Decision.position)).all()

    done = told("erase", *named, "--yes")

    assert done.exit_code == 0, done.output
    assert "3 comments erased" in done.stdout
    assert traces(database, [*MARKERS.values(), *derived()]) == set()
    assert rows_of(database, "o1") == before
    with database.reading() as session:
        assert session.scalars(select(Decision.position)).all() == positions == [1, 2]
        kept = policies.lists(session, sites.by_name(session, "blog"))
        assert {one.entries for one in kept} == {"192.0.2.1\n"}
        erased = session.scalars(select(Comment).where(Comment.erased_at.is_not(None))).all()
        assert {(one.external_id, one.edition) for one in erased} == {
            ("c1", 1),
            ("c1", 2),
            ("c2", 1),
            ("c3", 1),
        }
        assert {one.waits_for for one in erased} == {None}
        assert {one.page_url for one in erased} == {"https://blog.example.org/war"}
        (entry,) = audit.entries(session, audit.Wanted(act="author.erase"), limit=9)
        assert (entry.done_by, entry.subject, entry.details) == (
            "command line",
            "an author",
            "3 comments.",
        )


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_not_even_the_files_of_sqlite_hold_a_word_of_it(database, told):
    assert told("erase", "--email", EMAIL, "--yes").exit_code == 0
    database.close()

    folder = Path(database.url.database).parent
    held = b"".join(file.read_bytes() for file in folder.glob("moderation.db*"))
    left = [one for one in MARKERS.values() if one.encode() in held or one.lower().encode() in held]
    assert left == []
    assert b"otto@example.org" in held


def test_the_export_holds_all_that_is_stored_and_names_nobody_else(told, tmp_path):
    told_file = tmp_path / "author.json"
    done = told("export", "--email", f" {EMAIL.upper()} ", "--to", str(told_file))

    assert done.exit_code == 0, done.output
    assert "3 comments and 6 entries of lists" in done.stderr
    assert told_file.stat().st_mode & 0o777 == 0o600
    written = told_file.read_text()
    found = json.loads(written)
    assert [one["id"] for one in found["comments"]] == ["c1", "c2", "c3"]
    for marker in (*MARKERS.values(), history.author_key(PERSON)):
        assert str(marker).casefold() in written.casefold(), marker
    for other in ("mia-mod", "nora-mod", "otto", "whsec", "hook"):
        assert other not in written.casefold()
    first, second, third = (one["editions"][0] for one in found["comments"])
    assert first["notes"][0]["by"] == "a moderator"
    assert (second["decisions"][0]["action"], second["decisions"][0]["by"]) == ("reject", "a moderator")
    assert second["decisions"][0]["deliveries"][0]["state"] == "waiting"
    assert third["put_aside"]
    numbers = sketch(normalise(first["text"]))
    assert sorted(first["sketch"]) == sorted(numbers)


def test_nothing_is_erased_before_somebody_has_said_yes(database, told):
    asked = told("erase", "--email", EMAIL, say="n\n")

    assert asked.exit_code == 1
    assert "blog: 3 comments." in asked.stdout
    assert "2 comments of them would leave the queue" in asked.stdout
    assert "the list rejected-networks loses “203.0.113.177”" in asked.stdout
    assert f"--id {MARKERS['id']} --site blog" in asked.stdout
    assert {marker for _, marker in traces(database, MARKERS.values())} == set(MARKERS.values())


def test_a_second_time_nothing_is_found(told):
    assert told("erase", "--email", EMAIL, "--yes").exit_code == 0

    for command in (("erase", "--yes"), ("export",)):
        again = told(*command, "--email", EMAIL)
        assert (again.exit_code, again.stdout) == (1, "")
        assert "quetzalmail@example.org: nothing is stored." in again.stderr


def test_what_cannot_be_meant_is_refused(database, told):
    for words, code, complaint in (
        ((), 2, "Say who it is"),
        (("--email", "a@example.org", "--id", "1"), 2, "Say who it is"),
        (("--email", " "), 2, "Say who it is"),
        (("--id", "nobody"), 1, "The author with the id nobody: nothing is stored."),
        (("--email", EMAIL, "--site", "none"), 1, "no site named none"),
        # A part of the address is another's, and a sign for anything is none.
        (("--email", "mail@example.org"), 1, "nothing is stored"),
        (("--email", "%"), 1, "nothing is stored"),
    ):
        for command in (("erase", "--yes"), ("export",)):
            refused = told(*command, *words)
            assert (refused.exit_code, complaint in refused.stderr) == (code, True), refused.output
    assert {marker for _, marker in traces(database, MARKERS.values())} == set(MARKERS.values())
