"""Keep the serving model at hand in one process, and follow promotions while requests go on."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import structlog

from moderation.classifier.model import Classifier
from moderation.classifier.registry import POINTER, serving_name
from moderation.classifier.storage import CARD, MODEL, ModelUnusable, load

log = structlog.get_logger()

_SECONDS_BETWEEN_LOOKS = 1.0
# What failed to load may load later though no file changed: memory or a mount was short.
_SECONDS_BETWEEN_TRIES = 30.0

# What tells a file from its successor; nothing where there is no file.
_Trace = tuple[int, int, int] | None


class Serving:
    """The serving model of a models folder. Never raises, and never keeps a request waiting."""

    def __init__(self, directory: Path, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._directory = directory
        self._clock = clock
        self._loading = threading.Lock()
        self._classifier: Classifier | None = None
        self._problem: str | None = None
        self._name: str | None = None
        self._chosen: tuple[_Trace, ...] = ()
        self._loaded: tuple[_Trace, ...] = ()
        self.refresh()
        self._looked_at = self._tried_at = clock()

    @property
    def problem(self) -> str | None:
        """Say why the model that should serve does not, or None."""
        return self._problem

    def current(self) -> Classifier | None:
        """Give the model to ask now; None where none could be loaded so far."""
        now = self._clock()
        # Two threads may both look: that costs a few calls, and a lock would cost every request one.
        if now - self._looked_at >= _SECONDS_BETWEEN_LOOKS:
            self._looked_at = now
            retry = self._problem is not None and now - self._tried_at >= _SECONDS_BETWEEN_TRIES
            if (retry or self._changed()) and not self._loading.locked():
                self._tried_at = now
                self._refresh_beside()
        return self._classifier

    def refresh(self) -> None:
        """Look now and load what should serve, if it changed; an unusable model replaces no good one."""
        with self._loading:
            try:
                self._load_if_changed()
            except ModelUnusable as error:
                self._keep(str(error))
            # A request must be answered whatever happens here; without a model a person decides.
            except Exception as error:
                log.exception("model_refresh_failed", model=self._name)
                self._keep(f"the model could not be loaded: {error}")

    def _refresh_beside(self) -> None:
        try:
            threading.Thread(target=self.refresh, name="model-refresh", daemon=True).start()
        except RuntimeError:  # No more threads are to be had: at the next look, perhaps.
            log.exception("model_refresh_not_started")

    def _load_if_changed(self) -> None:
        # The traces are taken first: a change while loading is then seen at the next look.
        self._chosen = self._traces_of_choice()
        name = serving_name(self._directory)
        traces = self._traces_of(name)
        if self._problem is None and (name, traces) == (self._name, self._loaded):
            return
        self._name, self._loaded = name, traces
        classifier = load(self._directory / name)
        self._classifier, self._problem = classifier, None
        log.info("model_loaded", model=name)

    def _keep(self, problem: str) -> None:
        if problem != self._problem:
            kept = self._classifier.version if self._classifier else None
            log.error("model_unusable", model=self._name, problem=problem, kept=kept)
        self._problem = problem

    def _changed(self) -> bool:
        loaded = self._traces_of(self._name) if self._name else ()
        return (self._traces_of_choice(), loaded) != (self._chosen, self._loaded)

    def _traces_of_choice(self) -> tuple[_Trace, ...]:
        # The folder itself too: where nobody chose, a new folder in it may be what serves.
        return _trace(self._directory), _trace(self._directory / POINTER)

    def _traces_of(self, name: str) -> tuple[_Trace, ...]:
        return _trace(self._directory / name / CARD), _trace(self._directory / name / MODEL)


def _trace(path: Path) -> _Trace:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_ino, status.st_size
