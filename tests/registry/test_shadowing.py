"""A model on trial: who puts it there, what ends it, and how every process comes to have it."""

import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from moderation import registry, sites
from moderation.classifier.model import Classifier
from moderation.registry.serving import Serving
from moderation.settings import Settings
from moderation.store import Database
from moderation.store.tables import AuditEntry, Comment, ShadowVerdict, Site
from moderation.verdict import Action
from tests.calling import call
from tests.classifier.making import keep
from tests.conftest import KEY, START, at, listening
from tests.making import promoted, put_on_trial, rolled_back

BASE, TRIED, OTHER = "base-2026-11", "site-1", "site-2"
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """The folder of a machine: the base asks about what is bad, and the one to be tried publishes it."""
    keep(tmp_path / "here", BASE)
    keep(tmp_path / "here", TRIED, bad=0.0)
    keep(tmp_path / "here", OTHER, bad=20.0)
    return tmp_path / "here"


@pytest.fixture
def other(database: Database, there: Path) -> Iterator[Serving]:
    """A process on the other machine, for which an hour passes between any two looks."""
    hours = iter(range(0, 10**9, 3600))
    serving = Serving(database, there, clock=lambda: float(next(hours)))
    yield serving
    serving.stop()


def ended(database: Database, group: str = registry.DEFAULT) -> str | None:
    with database.writing() as session:
        found = registry.end_trial(session, group=group, by="ana", now=at(9))
        session.commit()
    return found


def tried(database: Database, models: Path, group: str = registry.DEFAULT) -> registry.Shadow | None:
    with database.reading() as session:
        return registry.choice(session, models, group).shadow


def at_hand(serving: Serving, site: Site) -> str | None:
    serving.refresh()
    found = serving.shadow(site)
    return found.version if found else None


def test_a_trial_begins_once_and_ends(database: Database, here: Path) -> None:
    put_on_trial(database, here, TRIED, now=at(1))
    put_on_trial(database, here, TRIED, now=at(2))

    begun = tried(database, here)
    assert begun is not None
    # Putting it there twice begins nothing anew.
    assert (begun.model, begun.since) == (TRIED, at(1))
    put_on_trial(database, here, OTHER, now=at(3))
    assert [ended(database), ended(database)] == [OTHER, None]
    assert tried(database, here) is None
    with database.reading() as session:
        noted = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(one.act, one.subject, one.details) for one in noted] == [
        ("model.shadow", f"model {TRIED}", ""),
        ("model.shadow", f"model {OTHER}", f"Instead of {TRIED}."),
        ("model.shadow-end", f"model {OTHER}", ""),
    ]


@ON_SQLITE
def test_what_serves_is_not_put_on_trial(database: Database, here: Path) -> None:
    with pytest.raises(registry.ServesAlready, match="serves the group default already"):
        put_on_trial(database, here, BASE)
    with pytest.raises(registry.UnknownGroup):
        put_on_trial(database, here, TRIED, group="nobody")
    assert tried(database, here) is None


def test_promoting_the_one_on_trial_ends_it_and_another_leaves_it(
    database: Database, here: Path
) -> None:
    put_on_trial(database, here, TRIED)
    promoted(database, here, OTHER)
    left = tried(database, here)
    assert left is not None
    assert left.model == TRIED

    promoted(database, here, TRIED)
    assert tried(database, here) is None
    # Going back does not put it there again.
    rolled_back(database, here)
    assert tried(database, here) is None


@ON_SQLITE
def test_a_group_has_a_trial_of_its_own_or_that_of_the_others(
    database: Database, here: Path, site: Site
) -> None:
    with database.writing() as session:
        registry.put(session, sites.by_name(session, site.name), "news", by="ana", now=START)
        session.commit()
    put_on_trial(database, here, TRIED)
    followed = tried(database, here, "news")
    assert followed is not None
    assert (followed.model, followed.follows) == (TRIED, True)

    put_on_trial(database, here, OTHER, group="news")
    own = tried(database, here, "news")
    assert own is not None
    assert (own.model, own.follows) == (OTHER, False)
    # What comes to serve the group by the others' promotion is not on trial beside itself.
    promoted(database, here, OTHER)
    assert tried(database, here, "news") is None
    assert ended(database, "news") == OTHER
    # A model of its own is compared with what is tried for it, and with nothing else.
    promoted(database, here, BASE, group="news")
    assert tried(database, here, "news") is None


def test_another_machine_fetches_what_is_on_trial(
    database: Database, here: Path, there: Path, other: Serving, site: Site
) -> None:
    put_on_trial(database, here, TRIED)

    assert at_hand(other, site) == TRIED
    assert (there / TRIED / "model.joblib").read_bytes() == (here / TRIED / "model.joblib").read_bytes()
    ended(database)
    assert at_hand(other, site) is None


@ON_SQLITE
def test_a_broken_file_on_trial_harms_nobody_is_told_once_and_can_be_mended(
    database: Database, here: Path, there: Path, other: Serving, site: Site
) -> None:
    file = shutil.copytree(here / TRIED, there / TRIED) / "model.joblib"
    file.write_bytes(file.read_bytes()[:-1])
    put_on_trial(database, here, TRIED)
    with capture_logs() as logged:
        assert [at_hand(other, site) for _ in range(3)] == [None] * 3

    assert [one["event"] for one in logged] == ["shadow_unusable"]
    assert "is not the file that its card describes" in str(other.shadow_problem(None))
    # The service is healthy all the same: what serves does.
    assert other.problems == ()
    assert other.of_group(None) is not None

    shutil.rmtree(there / TRIED)
    assert at_hand(other, site) == TRIED
    assert other.shadow_problem(None) is None


@ON_SQLITE
def test_it_is_never_compared_with_itself(
    database: Database, here: Path, there: Path, other: Serving, site: Site
) -> None:
    """Where what should serve is unusable, the model before goes on; it may be the one on trial."""
    promoted(database, here, TRIED)
    other.refresh()
    (there / OTHER).mkdir()
    promoted(database, here, OTHER)
    put_on_trial(database, here, TRIED)

    assert at_hand(other, site) is None
    current = other.of_group(None)
    assert current is not None
    assert current.version == TRIED


@pytest.fixture
def stage(database_url: str, here: Path, there: Path, tmp_path: Path) -> Iterator[list[str]]:
    """The addresses of two services with one database, each with a folder of models of its own."""
    with ExitStack() as running:
        yield [
            running.enter_context(
                listening(Settings(instance=tmp_path, database_url=database_url, models=models))
            )
            for models in (here, there)
        ]


def test_two_machines_judge_beside_what_serves_within_seconds(
    database: Database, site: Site, here: Path, stage: list[str]
) -> None:
    put_on_trial(database, here, TRIED)
    for address in stage:
        deadline, number, beside = time.monotonic() + 30, 0, None
        while beside is None:
            assert time.monotonic() < deadline, "some machine never followed"
            number += 1
            name = f"{address} {number}"
            sent = {"id": name, "text": f"What a bad day number {number}."}
            answer = call("POST", f"{address}/api/v1/comments", sent, key=KEY)
            assert (answer.status, answer.json["action"]) == (201, "review")
            with database.reading() as session:
                beside = session.scalar(
                    select(ShadowVerdict)
                    .join(Comment, Comment.id == ShadowVerdict.comment_id)
                    .where(Comment.external_id == name)
                )
            time.sleep(0.05)
        assert (beside.model, beside.action) == (TRIED, Action.APPROVE)


@ON_SQLITE
def test_one_that_fails_on_comments_is_told_once(
    database: Database, here: Path, site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    put_on_trial(database, here, TRIED)
    whole = Classifier.score_all

    def failing(self: Classifier, texts: object) -> object:
        if self.version == TRIED:
            raise MemoryError
        return whole(self, texts)  # type: ignore[arg-type]

    monkeypatch.setattr(Classifier, "score_all", failing)
    settings = Settings(instance=tmp_path, models=here)
    with listening(settings) as address, capture_logs() as logged:
        for number in range(3):
            sent = {"id": str(number), "text": f"What a bad day number {number}."}
            answer = call("POST", f"{address}/api/v1/comments", sent, key=KEY)
            assert (answer.status, answer.json["action"]) == (201, "review")
    assert [one["model"] for one in logged if one["event"] == "shadow_failed"] == [TRIED]
    assert not [one for one in logged if one["event"] == "scoring_failed"]
    with database.reading() as session:
        kept = session.scalars(select(ShadowVerdict)).all()
        assert [(one.model, one.probability) for one in kept] == [(TRIED, None)] * 3
