"""Keep the serving models, and those on trial, at hand in one process while promotions go on."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError

from moderation.classifier.model import Classifier
from moderation.classifier.storage import CARD, MODEL, ModelUnusable
from moderation.registry.keeping import hold
from moderation.registry.standing import Choice, choices
from moderation.store import Database
from moderation.store.tables import Site

log = structlog.get_logger()

_T = TypeVar("_T")

_SECONDS_BETWEEN_LOOKS = 1.0
# What failed to load may load later though no file changed: memory or a mount was short.
_SECONDS_BETWEEN_TRIES = 30.0

# What tells a file from its successor; nothing where there is no file.
_Trace = tuple[int, int, int] | None


class _Wanted(NamedTuple):
    """A model that should serve or is on trial; the hash where the database says so."""

    name: str
    sha256: str | None


@dataclass(frozen=True, slots=True)
class _Tried:
    """What came of loading a model: it, or what was wrong."""

    classifier: Classifier | None
    problem: str | None
    traces: tuple[_Trace, ...]
    at: float


class Serving:
    """The models that should serve. Never raises, and never keeps a request waiting.

    Looks into the database at most once a second, in a thread of its own. Sites that use the same model
    share it.
    """

    def __init__(
        self, database: Database, models: Path, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Load what should serve now."""
        self._database = database
        self._models = models
        self._clock = clock
        self._loading = threading.Lock()
        self._tried: dict[_Wanted, _Tried] = {}
        # By what sites have: None for the default group. Replaced as a whole, never changed.
        self._serves: Mapping[int | None, Classifier | None] = {}
        self._problems: tuple[str, ...] = ()
        # The models on trial, and why others are not at hand, by the same.
        self._shadows: Mapping[int | None, Classifier | None] = {}
        self._shadow_problems: Mapping[int | None, str | None] = {}
        # Those that failed on some comment, so that it is told once.
        self._failed: set[str] = set()
        self._is_stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._looked_at = clock()
        self.refresh()

    @property
    def problems(self) -> tuple[str, ...]:
        """Say why models that should serve do not."""
        return self._problems

    def current(self, site: Site | None = None) -> Classifier | None:
        """Give the model to ask now, of a site or else of the default group.

        None where none could be loaded so far.
        """
        # Two threads may both look: that costs a query, and a lock would cost every request one.
        if self._clock() - self._looked_at >= _SECONDS_BETWEEN_LOOKS and not self._loading.locked():
            self._looked_at = self._clock()
            self._refresh_beside()
        return self.of_group(site.model_group_id if site else None)

    def of_group(self, group_id: int | None) -> Classifier | None:
        """Give the model of a group, as `current` does, without looking."""
        return _of(self._serves, group_id)

    def shadow(self, site: Site) -> Classifier | None:
        """Give the model that is on trial for a site, without looking; None where none is."""
        found = _of(self._shadows, site.model_group_id)
        serving = self.of_group(site.model_group_id)
        # Between two looks, or where what should serve is unusable, it may be the one that answers.
        return None if found and serving and found.version == serving.version else found

    def shadow_problem(self, group_id: int | None) -> str | None:
        """Say why the model that is on trial for a group is not at hand here, where it is not."""
        return _of(self._shadow_problems, group_id)

    def shadow_failed(self, shadow: str, error: Exception) -> None:
        """Tell of a model on trial that it failed on a comment; once, for it may fail on every one."""
        if shadow not in self._failed:
            self._failed.add(shadow)
            log.error("shadow_failed", model=shadow, exc_info=error)

    def start(self) -> None:
        """Look every second from now on, also while nobody asks: the next comment may be hours away."""
        if self._thread:
            raise RuntimeError("somebody looks already")
        self._is_stopping.clear()
        self._thread = threading.Thread(target=self._run, name="model-watch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Look no more, and wait for what is under way. What is at hand stays."""
        self._is_stopping.set()
        if self._thread:
            self._thread.join()
            self._thread = None
        with self._loading:
            pass

    def refresh(self) -> None:
        """Look now and load what should serve, if it changed; an unusable model replaces no good one."""
        with self._loading:
            if self._is_stopping.is_set():
                return
            self._looked_at = self._clock()
            try:
                self._follow()
            except SQLAlchemyError:
                self._tell(["The database cannot be asked which model should serve."])
            # A request must be answered whatever happens here; without a model a person decides.
            except Exception as error:
                problem = f"It could not be found out which model should serve: {error}"
                if problem not in self._problems:
                    log.exception("model_refresh_failed")
                self._tell([problem])

    def _run(self) -> None:
        while not self._is_stopping.wait(_SECONDS_BETWEEN_LOOKS):
            self.refresh()

    def _refresh_beside(self) -> None:
        try:
            threading.Thread(target=self.refresh, name="model-refresh", daemon=True).start()
        except RuntimeError:  # No more threads are to be had: at the next look, perhaps.
            log.exception("model_refresh_not_started")

    def _follow(self) -> None:
        with self._database.reading() as session:
            chosen = choices(session, self._models)
        wanted = {
            one.group_id: None if one.model is None else _Wanted(one.model, one.sha256) for one in chosen
        }
        known = self._tried
        self._tried = tried = {
            one: self._try(one, known) for one in dict.fromkeys(wanted.values()) if one is not None
        }
        self._serves = {group_id: self._serving(group_id, one) for group_id, one in wanted.items()}
        untold = [one.problem for one in chosen if one.problem and not one.follows]
        self._tell(untold + [one.problem for one in tried.values() if one.problem])
        # After what serves, which must not wait for it.
        self._follow_shadows(chosen, known)

    def _follow_shadows(self, chosen: Sequence[Choice], known: Mapping[_Wanted, _Tried]) -> None:
        wanted = {
            one.group_id: _Wanted(one.shadow.model, one.shadow.sha256) if one.shadow else None
            for one in chosen
        }
        for one in wanted.values():
            if one is not None and one not in self._tried:
                self._tried[one] = self._try(one, known)
        found = {group_id: one and self._tried[one] for group_id, one in wanted.items()}
        problems = {group_id: one.problem if one else None for group_id, one in found.items()}
        told = {one for one in problems.values() if one} - set(self._shadow_problems.values())
        if told:
            log.error("shadow_unusable", problems=sorted(told))
        self._shadow_problems = problems
        self._shadows = {group_id: one.classifier if one else None for group_id, one in found.items()}
        self._failed &= {one.model for one in filter(None, (one.shadow for one in chosen))}

    def _serving(self, group_id: int | None, wanted: _Wanted | None) -> Classifier | None:
        """Find the model for a group: the wanted one, or else the one that it had so far."""
        found = self._tried[wanted].classifier if wanted else None
        if found:
            return found
        return self.of_group(group_id)

    def _try(self, wanted: _Wanted, before: Mapping[_Wanted, _Tried]) -> _Tried:
        """Load a model, unless nothing can have changed since the last time."""
        # The traces are taken first: a change while loading is then seen at the next look.
        traces, now = self._traces(wanted.name), self._clock()
        known = before.get(wanted)
        if known:
            is_same = known.traces == traces
            # What was promoted and is loaded never changes; a folder that nobody promoted may.
            if known.classifier and (wanted.sha256 or is_same):
                return known
            if known.problem and is_same and now - known.at < _SECONDS_BETWEEN_TRIES:
                return known
        try:
            with self._database.reading() as session:
                classifier = hold(session, self._models / wanted.name, wanted.sha256)
        except ModelUnusable as error:
            return _Tried(None, str(error), traces, now)
        # Whatever is wrong with one model, those of other sites must come to serve.
        except Exception as error:
            log.exception("model_not_loaded", model=wanted.name)
            return _Tried(None, f"{wanted.name} could not be loaded: {error}", traces, now)
        log.info("model_loaded", model=wanted.name)
        return _Tried(classifier, None, traces, now)

    def _tell(self, problems: list[str]) -> None:
        told = tuple(problems)
        if told and told != self._problems:
            kept = sorted({one.version for one in self._serves.values() if one})
            log.error("model_unusable", problems=told, kept=kept)
        self._problems = told

    def _traces(self, name: str) -> tuple[_Trace, ...]:
        folder = self._models / name
        return _trace(folder), _trace(folder / CARD), _trace(folder / MODEL)


def _of(each: Mapping[int | None, _T], group_id: int | None) -> _T | None:
    # A group that was made within the last second has what it had before.
    return each[group_id] if group_id in each else each.get(None)


def _trace(path: Path) -> _Trace:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_ino, status.st_size
