"""Backups, restoring, and moving from one kind of database to the other: nothing lost or changed."""

import sqlite3
import threading

import pytest
from click.testing import CliRunner
from sqlalchemy import select, text

from moderation import store
from moderation.classifier.counting import silence
from moderation.cli import main
from moderation.settings import Settings
from moderation.store import BackupExists, BackupUnusable, CopyDiffers, Database, NotEmpty, upgrade
from moderation.store.tables import Comment
from tests.conftest import KEY, add_site
from tests.making import stored
from tests.store.rows import ROWS, fill, rows


def at_newest(url: str) -> Database:
    made = Database(url)
    upgrade(made)
    return made


@pytest.fixture
def full(database):
    """A database with made-up rows in every table."""
    with database.engine.begin() as connection:
        fill(connection)
    return database


@pytest.fixture
def other(database, tmp_path, request):
    """An empty database of the other kind."""
    is_on_sqlite = database.engine.dialect.name == "sqlite"
    url = (
        request.getfixturevalue("postgresql")(request)
        if is_on_sqlite
        else f"sqlite:///{tmp_path / 'other.db'}"
    )
    made = at_newest(url)
    yield made
    made.close()


def held(database: Database):
    with database.engine.connect() as connection:
        return rows(connection)


def test_every_row_of_every_table_comes_back_as_it_was(full, other, tmp_path):
    file = tmp_path / "backup.sqlite3"

    backed_up = store.back_up(full, file, silence)
    restored = store.restore(file, other, silence)

    assert backed_up == restored
    assert backed_up.rows == ROWS * backed_up.tables
    assert held(other) == held(full)
    assert file.stat().st_mode & 0o077 == 0
    assert sorted(one.name for one in tmp_path.glob("*backup*")) == ["backup.sqlite3"]


def test_a_copy_goes_on_numbering_and_finds_words(full, other):
    store.copy(full, other, silence)

    site = add_site(other, "new", KEY)
    with other.writing() as session:
        added = stored(session, site, "new", text="A griffin.")
        session.commit()

    assert added.id == ROWS + 1
    if other.engine.dialect.name == "sqlite":
        with other.engine.connect() as connection:
            found = connection.execute(
                text("SELECT rowid FROM comments_search WHERE comments_search MATCH 'griffin OR drop'")
            )
            assert sorted(row[0] for row in found) == [1, ROWS + 1]


def test_nothing_is_written_over(full, other, tmp_path):
    file = tmp_path / "backup.sqlite3"
    store.back_up(full, file, silence)
    before, content = held(full), file.read_bytes()

    with pytest.raises(BackupExists, match="is there already"):
        store.back_up(full, file, silence)
    with pytest.raises(NotEmpty, match="is not empty"):
        store.restore(file, full, silence)
    with pytest.raises(NotEmpty, match="is not empty"):
        store.copy(other, full, silence)

    assert held(full) == before
    assert file.read_bytes() == content


@pytest.mark.parametrize("damage", ["missing", "text", "cut", "flipped", "another"])
def test_what_is_no_whole_backup_restores_nothing(damage, tmp_path):
    file, made = tmp_path / "backup.sqlite3", at_newest(f"sqlite:///{tmp_path / 'full.db'}")
    with made.engine.begin() as connection:
        fill(connection)
    store.back_up(made, file, silence)
    made.close()
    content = file.read_bytes()
    if damage == "missing":
        file.unlink()
    elif damage == "text":
        file.write_text("not a database, but long enough to be taken for one " * 100)
    elif damage == "cut":
        file.write_bytes(content[: len(content) // 2])
    elif damage == "flipped":
        page = content[:4096] + bytes(4096) + content[8192:]
        file.write_bytes(page)
    else:
        file.unlink()
        with sqlite3.connect(file) as connection:
            connection.execute("CREATE TABLE other (id INTEGER)")
        connection.close()
    target = at_newest(f"sqlite:///{tmp_path / 'target.db'}")
    before = held(target)

    with pytest.raises(BackupUnusable):
        store.restore(file, target, silence)

    assert held(target) == before
    target.close()
    assert [one.name for one in tmp_path.iterdir() if one.is_dir()] == []


def test_a_row_that_arrives_otherwise_is_noticed_and_nothing_is_kept(full, other, monkeypatch):
    """As when a column of the other database keeps less than it was given."""
    before = held(other)
    with other.engine.begin() as connection:
        connection.execute(text(_CLIPPING[connection.dialect.name][0]))
        for statement in _CLIPPING[connection.dialect.name][1:]:
            connection.execute(text(statement))

    with pytest.raises(CopyDiffers, match="comments"):
        store.copy(full, other, silence)

    assert held(other) == before


_CLIPPING = {
    "sqlite": (
        """CREATE TRIGGER clip AFTER INSERT ON comments
        BEGIN UPDATE comments SET page_title = 'clipped' WHERE id = new.id; END""",
    ),
    "postgresql": (
        """CREATE FUNCTION clip() RETURNS trigger LANGUAGE plpgsql
        AS 'BEGIN NEW.page_title = ''clipped''; RETURN NEW; END'""",
        "CREATE TRIGGER clip BEFORE INSERT ON comments FOR EACH ROW EXECUTE FUNCTION clip()",
    ),
}


def test_a_backup_holds_all_that_was_acknowledged_before_it_began(database, site, tmp_path):
    """While others write. What it holds is one moment: no verdict without its comment."""
    acknowledged: list[str] = []
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            name = str(len(acknowledged))
            with database.writing() as session:
                stored(session, site, name)
                session.commit()
            acknowledged.append(name)

    writer = threading.Thread(target=write)
    writer.start()
    found = []
    try:
        for number in range(3):
            while len(acknowledged) < 20 * (number + 1):
                pass
            before = list(acknowledged)
            store.back_up(database, tmp_path / f"{number}.sqlite3", silence)
            found.append((before, tmp_path / f"{number}.sqlite3"))
    finally:
        stop.set()
        writer.join()

    for before, file in found:
        kept = Database(f"sqlite:///{file}")
        with kept.reading() as session:
            names = set(session.scalars(select(Comment.external_id)))
            alone = select(Comment.id).where(~Comment.verdict.has())
            assert session.scalars(alone).all() == []
        kept.close()
        assert set(before) <= names


def test_an_operator_backs_up_restores_and_moves(tmp_path, monkeypatch, request):
    monkeypatch.chdir(tmp_path)
    database = at_newest(Settings().where_data_lives())
    add_site(database, "blog", KEY)
    database.close()
    url = request.getfixturevalue("postgresql")(request)

    def run(*words: str, **settings: str):
        return CliRunner(env=settings).invoke(main, words)

    backed_up = run("db", "backup", "kept.sqlite3")
    again = run("db", "backup", "kept.sqlite3")
    restored = run("db", "restore", "kept.sqlite3", MODERATION_INSTANCE="elsewhere")
    full = run("db", "restore", "kept.sqlite3")
    unsure = CliRunner().invoke(main, ["db", "move", url], input="n\n")
    moved = run("db", "move", url, "--yes")
    listed = run("site", "list", MODERATION_DATABASE_URL=url)

    assert (backed_up.exit_code, restored.exit_code, moved.exit_code) == (0, 0, 0), backed_up.output
    assert "kept.sqlite3 holds 2 rows in" in backed_up.stdout
    assert "elsewhere" in restored.stdout
    assert "Set MODERATION_DATABASE_URL to it" in moved.stdout
    assert "password" not in moved.stdout
    assert (again.exit_code, full.exit_code, unsure.exit_code) == (1, 1, 1)
    assert "is not empty (it has sites): nothing was changed" in full.stderr
    assert "blog" in listed.stdout
