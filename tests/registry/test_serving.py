"""One process's serving models, while models come and go."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from moderation import registry
from moderation.classifier.folder import POINTER
from moderation.registry import serving as module
from moderation.registry.serving import Serving
from moderation.store import Database
from moderation.store.tables import Site
from tests.conftest import KEY, START, add_site
from tests.making import promoted

# What the two kinds of database do alike is proved with several machines.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

Make = Callable[..., Path]
Follow = Callable[..., Serving]


class Clock:
    """A clock that stands still until it is told."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def follow(database: Database, models: Path) -> Iterator[Follow]:
    """Let a process follow what serves."""
    following: list[Serving] = []

    def begin(**chosen: Callable[[], float]) -> Serving:
        following.append(Serving(database, models, **chosen))
        return following[-1]

    yield begin
    for one in following:
        one.stop()


def version(serving: Serving) -> str | None:
    current = serving.current()
    return current.version if current else None


def wait_for(expected: str, serving: Serving, clock: Clock) -> None:
    """Ask as requests do, until the model that was loaded beside them is there."""
    for _ in range(500):
        clock.now += 2
        if version(serving) == expected:
            return
        time.sleep(0.01)
    pytest.fail(f"{expected} never came to serve: {serving.problems}")  # pragma: no cover - it came


def test_it_starts_with_the_model_that_serves(
    database: Database, follow: Follow, models: Path, make: Make
) -> None:
    make("base-2026-11")

    serving = follow()

    assert version(serving) == "base-2026-11"
    assert serving.problems == ()


def test_without_a_model_it_has_none_and_says_so(
    database: Database, follow: Follow, models: Path
) -> None:
    serving = follow()

    assert serving.current() is None
    assert "holds no model" in str(serving.problems)


def test_a_promotion_is_noticed_after_a_second(
    database: Database, follow: Follow, models: Path, make: Make
) -> None:
    make("base-2026-11")
    make("site-1")
    clock = Clock()
    serving = follow(clock=clock)

    promoted(database, models, "site-1")

    assert version(serving) == "base-2026-11"
    wait_for("site-1", serving, clock)


def test_the_first_model_to_appear_is_taken(
    database: Database, follow: Follow, models: Path, make: Make
) -> None:
    clock = Clock()
    serving = follow(clock=clock)

    make("base-2026-11")

    wait_for("base-2026-11", serving, clock)
    assert serving.problems == ()


def test_a_newer_shipped_model_is_taken_where_nobody_chose(
    database: Database, follow: Follow, models: Path, make: Make
) -> None:
    make("base-2026-11")
    clock = Clock()
    serving = follow(clock=clock)

    make("base-2027-01")

    wait_for("base-2027-01", serving, clock)


def test_the_last_good_model_is_kept_when_the_next_is_unusable(
    database: Database, follow: Follow, models: Path, make: Make
) -> None:
    make("base-2026-11")
    folder = make("site-1")
    serving = follow()
    promoted(database, models, "site-1")
    whole = (folder / "model.joblib").read_bytes()
    (folder / "model.joblib").write_bytes(b"spoilt")

    serving.refresh()

    assert version(serving) == "base-2026-11"
    assert "site-1" in str(serving.problems)

    (folder / "model.joblib").write_bytes(whole)
    serving.refresh()

    assert version(serving) == "site-1"
    assert serving.problems == ()


def test_an_unusable_model_is_tried_again_when_its_files_change(
    database: Database, follow: Follow, models: Path, make: Make
) -> None:
    """Requests alone bring it back: nobody has to restart anything."""
    folder = make("base-2026-11")
    whole = (folder / "model.joblib").read_bytes()
    (folder / "model.joblib").unlink()
    clock = Clock()
    serving = follow(clock=clock)

    (folder / "model.joblib").write_bytes(whole)

    wait_for("base-2026-11", serving, clock)


@pytest.mark.parametrize("content", ["", '{"model": "gone"}'])
def test_a_spoilt_pointer_keeps_the_model_and_is_reported(
    database: Database, follow: Follow, models: Path, make: Make, content: str
) -> None:
    make("base-2026-11")
    serving = follow()

    (models / POINTER).write_text(content)
    serving.refresh()

    assert version(serving) == "base-2026-11"
    assert serving.problems != ()

    said = serving.problems
    serving.refresh()
    assert serving.problems == said

    (models / POINTER).unlink()
    serving.refresh()
    assert serving.problems == ()


def test_an_unchanged_model_is_not_loaded_again(
    database: Database, follow: Follow, models: Path, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new folder beside the serving one is no reason to load."""
    make("base-2026-11")
    serving = follow()
    loaded = serving.current()
    make("site-1")

    def never(*_: object) -> None:
        pytest.fail("it was loaded again")  # pragma: no cover - it was not

    monkeypatch.setattr(module, "hold", never)
    serving.refresh()

    assert serving.current() is loaded


def test_nothing_that_goes_wrong_while_loading_reaches_a_request(
    database: Database, follow: Follow, models: Path, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    make("base-2026-11")

    def broken(*_: object) -> None:
        raise MemoryError("not enough of it")

    monkeypatch.setattr(module, "hold", broken)
    serving = follow()

    assert serving.current() is None
    assert "not enough of it" in str(serving.problems)


def test_a_process_without_threads_to_spare_goes_on_with_what_it_has(
    database: Database, follow: Follow, models: Path, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    make("base-2026-11")
    make("site-1")
    clock = Clock()
    serving = follow(clock=clock)
    promoted(database, models, "site-1")

    def none_left(_thread: object) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as exhausted:
        exhausted.setattr(module.threading.Thread, "start", none_left)
        clock.now += 2
        assert version(serving) == "base-2026-11"

    wait_for("site-1", serving, clock)


def test_it_follows_while_nobody_asks(
    database: Database, follow: Follow, models: Path, make: Make
) -> None:
    """The next comment may come hours later, and must be judged by the model that serves then."""
    make("base-2026-11")
    make("site-1")
    serving = follow()
    serving.start()
    try:
        promoted(database, models, "site-1")
        for _ in range(500):
            found = serving.of_group(None)
            if found and found.version == "site-1":
                break
            time.sleep(0.02)
    finally:
        serving.stop()

    assert found
    assert found.version == "site-1"
    assert not [one for one in threading.enumerate() if one.name == "model-watch"]


def test_a_database_that_is_away_takes_no_model_away(
    database: Database, follow: Follow, models: Path, make: Make
) -> None:
    make("base-2026-11")
    serving = follow()
    with database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE model_groups RENAME TO gone"))
    serving.refresh()

    assert version(serving) == "base-2026-11"
    assert "database cannot be asked" in str(serving.problems)

    with database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE gone RENAME TO model_groups"))
    serving.refresh()
    assert serving.problems == ()


def test_without_a_database_at_the_start_a_person_decides_until_it_is_there(
    database: Database, follow: Follow, models: Path, make: Make
) -> None:
    make("base-2026-11")
    with database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE model_groups RENAME TO gone"))
    serving = follow()

    assert serving.current() is None

    with database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE gone RENAME TO model_groups"))
    serving.refresh()
    assert version(serving) == "base-2026-11"


class TestGroups:
    @pytest.fixture
    def sites(self, database: Database) -> dict[str, Site]:
        """Three sites, two of them in groups of their own."""
        keys = {"blog": KEY, "paper": "0123456789cc", "forum": "0123456789cd"}
        found = {name: add_site(database, name, key) for name, key in keys.items()}
        with database.writing() as session:
            for name, group in (("paper", "news"), ("forum", "talk")):
                registry.put(session, session.merge(found[name]), group, by="ana", now=START)
            session.commit()
        with database.reading() as session:
            return {name: session.get_one(Site, site.id) for name, site in found.items()}

    def test_groups_have_their_own_and_share_what_is_the_same(
        self, database: Database, follow: Follow, models: Path, make: Make, sites: dict[str, Site]
    ) -> None:
        for name in ("base-2026-11", "site-1"):
            make(name)
        serving = follow()

        def versions() -> list[str | None]:
            found = [serving.current(site) for site in sites.values()]
            return [one.version if one else None for one in found]

        assert versions() == ["base-2026-11"] * 3
        promoted(database, models, "site-1", group="news")
        serving.refresh()
        assert versions() == ["base-2026-11", "site-1", "base-2026-11"]

        promoted(database, models, "site-1", group="talk")
        serving.refresh()
        assert versions() == ["base-2026-11", "site-1", "site-1"]
        assert serving.current(sites["paper"]) is serving.current(sites["forum"])

        promoted(database, models, "site-1")
        serving.refresh()
        assert versions() == ["site-1"] * 3

    def test_one_groups_trouble_is_not_the_others(
        self, database: Database, follow: Follow, models: Path, make: Make, sites: dict[str, Site]
    ) -> None:
        for name in ("base-2026-11", "site-1", "site-2"):
            make(name)
        promoted(database, models, "site-1", group="news")
        promoted(database, models, "site-2", group="talk")
        (models / "site-1" / "model.joblib").write_bytes(b"spoilt")
        serving = follow()

        assert serving.current(sites["paper"]) is None
        assert [serving.current(sites[name]) is not None for name in ("blog", "forum")] == [True, True]
        assert "site-1" in str(serving.problems)

    def test_a_site_without_a_group_of_its_own_goes_back_to_the_default(
        self, database: Database, follow: Follow, models: Path, make: Make, sites: dict[str, Site]
    ) -> None:
        for name in ("base-2026-11", "site-1"):
            make(name)
        promoted(database, models, "site-1", group="news")
        serving = follow()
        with database.writing() as session:
            paper = session.get_one(Site, sites["paper"].id)
            registry.put(session, paper, registry.DEFAULT, by="ana", now=START)
            session.commit()
        serving.refresh()

        assert paper.model_group_id is None
        found = serving.current(paper)
        assert found
        assert found.version == "base-2026-11"
