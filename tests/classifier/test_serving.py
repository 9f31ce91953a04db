"""One process's serving model, while models come and go."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from moderation.classifier import serving as module
from moderation.classifier.registry import POINTER, promote
from moderation.classifier.serving import Serving
from tests.classifier.making import NOW

Make = Callable[..., Path]


class Clock:
    """A clock that stands still until it is told."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


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
    pytest.fail(f"{expected} never came to serve: {serving.problem}")  # pragma: no cover - it came


def test_it_starts_with_the_model_that_serves(models: Path, make: Make) -> None:
    make("base-2026-11")

    serving = Serving(models)

    assert version(serving) == "base-2026-11"
    assert serving.problem is None


def test_without_a_model_it_has_none_and_says_so(models: Path) -> None:
    serving = Serving(models)

    assert serving.current() is None
    assert "holds no model" in str(serving.problem)


def test_a_promotion_is_noticed_after_a_second(models: Path, make: Make) -> None:
    make("base-2026-11")
    make("site-1")
    clock = Clock()
    serving = Serving(models, clock=clock)

    promote(models, "site-1", now=NOW)

    assert version(serving) == "base-2026-11"
    wait_for("site-1", serving, clock)


def test_the_first_model_to_appear_is_taken(models: Path, make: Make) -> None:
    clock = Clock()
    serving = Serving(models, clock=clock)

    make("base-2026-11")

    wait_for("base-2026-11", serving, clock)
    assert serving.problem is None


def test_a_newer_shipped_model_is_taken_where_nobody_chose(models: Path, make: Make) -> None:
    make("base-2026-11")
    clock = Clock()
    serving = Serving(models, clock=clock)

    make("base-2027-01")

    wait_for("base-2027-01", serving, clock)


def test_the_last_good_model_is_kept_when_the_next_is_unusable(models: Path, make: Make) -> None:
    make("base-2026-11")
    folder = make("site-1")
    serving = Serving(models)
    promote(models, "site-1", now=NOW)
    whole = (folder / "model.joblib").read_bytes()
    (folder / "model.joblib").write_bytes(b"spoilt")

    serving.refresh()

    assert version(serving) == "base-2026-11"
    assert "site-1" in str(serving.problem)

    (folder / "model.joblib").write_bytes(whole)
    serving.refresh()

    assert version(serving) == "site-1"
    assert serving.problem is None


def test_an_unusable_model_is_tried_again_when_its_files_change(models: Path, make: Make) -> None:
    """Requests alone bring it back: nobody has to restart anything."""
    folder = make("base-2026-11")
    whole = (folder / "model.joblib").read_bytes()
    (folder / "model.joblib").unlink()
    clock = Clock()
    serving = Serving(models, clock=clock)

    (folder / "model.joblib").write_bytes(whole)

    wait_for("base-2026-11", serving, clock)


@pytest.mark.parametrize("content", ["", '{"model": "gone"}'])
def test_a_spoilt_pointer_keeps_the_model_and_is_reported(
    models: Path, make: Make, content: str
) -> None:
    make("base-2026-11")
    serving = Serving(models)

    (models / POINTER).write_text(content)
    serving.refresh()

    assert version(serving) == "base-2026-11"
    assert serving.problem is not None

    said = serving.problem
    serving.refresh()
    assert serving.problem == said

    (models / POINTER).unlink()
    serving.refresh()
    assert serving.problem is None


def test_an_unchanged_model_is_not_loaded_again(
    models: Path, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new folder beside the serving one is no reason to load."""
    make("base-2026-11")
    serving = Serving(models)
    loaded = serving.current()
    make("site-1")

    def never(_folder: Path) -> None:
        pytest.fail("it was loaded again")  # pragma: no cover - it was not

    monkeypatch.setattr(module, "load", never)
    serving.refresh()

    assert serving.current() is loaded


def test_nothing_that_goes_wrong_while_loading_reaches_a_request(
    models: Path, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    make("base-2026-11")

    def broken(_folder: Path) -> None:
        raise MemoryError("not enough of it")

    monkeypatch.setattr(module, "load", broken)
    serving = Serving(models)

    assert serving.current() is None
    assert "not enough of it" in str(serving.problem)


def test_a_process_without_threads_to_spare_goes_on_with_what_it_has(
    models: Path, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    make("base-2026-11")
    make("site-1")
    clock = Clock()
    serving = Serving(models, clock=clock)
    promote(models, "site-1", now=NOW)

    def none_left(_thread: object) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as exhausted:
        exhausted.setattr(module.threading.Thread, "start", none_left)
        clock.now += 2
        assert version(serving) == "base-2026-11"

    wait_for("site-1", serving, clock)
