"""Which classifier serves, what is known of each, and how another comes to serve."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path

import msgspec
from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from moderation import audit, figures
from moderation.classifier import registry, storage
from moderation.classifier.card import NEWEST_DECISIONS, Card, Trial, newest_decisions_by
from moderation.classifier.registry import Entry, Pointer
from moderation.classifier.storage import BadModelName, ModelUnusable
from moderation.figures.estimates import wilson
from moderation.store.tables import Role
from moderation.verdict import percent
from moderation.web import charts
from moderation.web.console.blueprint import allowed, bp, frame, moderator, needs
from moderation.web.console.gates import ACTIONS, Gate, gate_of
from moderation.web.console.overview import LATELY
from moderation.web.parsing import form
from moderation.web.state import state

_ROWS = 10
_MOST_BLAMED = 10
# The radius of a dot that stands for few texts, and for all.
_SMALLEST, _LARGEST = 3.0, 9.0


class ChoiceForm(msgspec.Struct, frozen=True):
    """What served when the page was loaded on which somebody chose; empty where nothing did."""

    instead_of: str
    # Says “yes” where a model is chosen though it did not pass the gate.
    despite: str = ""


@dataclass(frozen=True, slots=True)
class Reliability:
    """Texts of about one probability, as a dot with its interval."""

    dot: charts.Dot
    low: float
    high: float
    radius: float


@dataclass(frozen=True, slots=True)
class Drawn:
    """A test of a model as it is drawn."""

    trial: Trial
    precision_recall: tuple[charts.Dot, ...]
    # Where review and where rejection starts.
    held: charts.Dot | None
    rejected: charts.Dot | None
    reliability: tuple[Reliability, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """A test on which two models can be compared."""

    name: str
    serving: Trial
    other: Trial


@bp.get("/models")
def models() -> str:
    """Show the model that serves with its card, and the others."""
    return _page(None)


@bp.get("/models/<model_name>")
def model(model_name: str) -> str:
    """Show another model's card, beside the serving one."""
    return _page(_entry(model_name))


@bp.get("/models/<model_name>/promote")
@needs(Role.ADMIN, every_site=True)
def promote(model_name: str) -> str:
    """Say what changes when another model serves, and ask whether it shall."""
    entry = _entry(model_name)
    return _confirmation(entry, _pointer(), problem=_problem(entry))


@bp.post("/models/<model_name>/promote")
@needs(Role.ADMIN, every_site=True)
def promote_submit(model_name: str) -> Response | tuple[str, HTTPStatus]:
    """Let another model serve."""
    return _choose(_entry(model_name), is_rollback=False)


@bp.get("/rollback")
@needs(Role.ADMIN, every_site=True)
def rollback() -> str:
    """Say what changes when the model before serves again, and ask whether it shall."""
    pointer = _pointer()
    entry = _before(pointer)
    return _confirmation(entry, pointer, problem=_problem(entry), is_rollback=True)


@bp.post("/rollback")
@needs(Role.ADMIN, every_site=True)
def rollback_submit() -> Response | tuple[str, HTTPStatus]:
    """Let the model before serve again."""
    return _choose(_before(_pointer()), is_rollback=True)


def _page(shown: Entry | None) -> str:
    now = datetime.now(UTC)
    pointer, problem = _chosen()
    entries = registry.entries(_folder())
    serving = next((one for one in entries if one.serves), None)
    subject = shown or serving
    card = subject.card if subject else None
    current = state().serving.current()
    with state().database.reading() as db:
        return render_template(
            "console/models.html",
            pointer=pointer,
            problem=problem or state().serving.problem,
            current=current.version if current else None,
            serving=serving,
            shown=subject,
            is_other=shown is not None and not shown.serves,
            others=[one for one in entries if not one.serves],
            card=card,
            drawn=_drawn(card) if card else [],
            shares=charts.shares(),
            blamed=card.identities[:_MOST_BLAMED] if card else (),
            pairs=_pairs(serving, shown),
            gate=gate_of(_folder() / subject.name) if subject else Gate(None),
            actions=ACTIONS,
            may_choose=_may_choose(),
            overturned=figures.overturned(
                db,
                access=allowed(),
                model=subject.name if subject else None,
                limit=_ROWS,
                since=now - LATELY,
            ),
            **frame(db),
        )


def _confirmation(
    entry: Entry,
    pointer: Pointer | None,
    *,
    problem: str | None,
    may_choose: bool = False,
    is_rollback: bool = False,
) -> str:
    serving = _named(pointer.model) if pointer else None
    with state().database.reading() as db:
        return render_template(
            "console/promote.html",
            entry=entry,
            serving=serving,
            instead_of=pointer.model if pointer else "",
            pairs=_pairs(serving, entry),
            gate=gate_of(_folder() / entry.name),
            problem=problem,
            may_choose=may_choose or problem is None,
            is_rollback=is_rollback,
            **frame(db),
        )


def _choose(entry: Entry, *, is_rollback: bool) -> Response | tuple[str, HTTPStatus]:
    now = datetime.now(UTC)
    pointer = _pointer()
    serves = pointer.model if pointer else ""
    chosen = form(ChoiceForm)
    if chosen.instead_of != serves:
        problem = _("Meanwhile somebody else let %(model)s serve. Look again.", model=serves)
        page = _confirmation(entry, pointer, problem=problem, is_rollback=is_rollback)
        return page, HTTPStatus.CONFLICT
    # Whoever goes back knows the model: it served before.
    objection = "" if is_rollback else gate_of(_folder() / entry.name).objection
    # What cannot serve at all says so below.
    if objection and not chosen.despite and _problem(entry) is None:
        problem = _("Confirm that it shall serve although it did not pass the gate.")
        page = _confirmation(entry, pointer, problem=problem, may_choose=True)
        return page, HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        with state().database.writing() as db:
            audit.note(
                db,
                moderator(),
                "model.rollback" if is_rollback else "model.promote",
                f"model {entry.name}",
                details=" ".join(
                    filter(None, (_what_changes(_named(serves) if serves else None, entry), objection))
                ),
                now=now,
            )
            if is_rollback:
                registry.rollback(_folder(), now=now)
            else:
                registry.promote(_folder(), entry.name, now=now)
            db.commit()
    except (ModelUnusable, OSError) as error:
        page = _confirmation(entry, pointer, problem=str(error), is_rollback=is_rollback)
        return page, HTTPStatus.CONFLICT
    # The others look within a second; whoever pressed the button sees it at once.
    state().serving.refresh()
    flash(_("%(model)s serves now, in every process within seconds.", model=entry.name))
    return redirect(url_for("console.models"), code=303)


def _what_changes(serving: Entry | None, entry: Entry) -> str:
    """Say it for the record, in one sentence."""
    if serving is None or serving.card is None or entry.card is None:
        return f"Instead of {serving.name}." if serving else ""
    before, after = serving.card.thresholds, entry.card.thresholds
    return (
        f"Instead of {serving.name}: review from {percent(after.review_at)} "
        f"instead of {percent(before.review_at)}, rejection from {percent(after.reject_at)} "
        f"instead of {percent(before.reject_at)}."
    )


def _may_choose() -> bool:
    return allowed().covers_all and allowed().is_at_least(Role.ADMIN)


def _folder() -> Path:
    return state().settings.models


def _chosen() -> tuple[Pointer | None, str | None]:
    """Return what was chosen to serve, or why that cannot be told."""
    try:
        return registry.chosen(_folder()), None
    except ModelUnusable as error:
        return None, str(error)


def _pointer() -> Pointer | None:
    return _chosen()[0]


def _named(name: str) -> Entry | None:
    return next((one for one in registry.entries(_folder()) if one.name == name), None)


def _entry(name: str) -> Entry:
    found = _named(name)
    if found is None:
        raise NotFound
    return found


def _before(pointer: Pointer | None) -> Entry:
    if pointer is None or not pointer.previous:
        raise NotFound
    # Its folder may be gone; then it cannot be promoted, and the page says so.
    name = pointer.previous[0]
    missing = _("The folder of this model is gone.")
    return _named(name) or Entry(name=name, serves=False, card=None, problem=missing)


def _problem(entry: Entry) -> str | None:
    """Say why a model could not serve: better before somebody chooses it."""
    if entry.problem:
        return entry.problem
    try:
        storage.load(_folder() / storage.check_name(entry.name))
    except (ModelUnusable, BadModelName) as error:
        return str(error)
    return None


def _pairs(serving: Entry | None, other: Entry | None) -> list[Pair]:
    """Find the tests on which both were measured: the same texts, or the same decisions."""
    if not (serving and other and serving.card and other.card) or serving.name == other.name:
        return []
    before = {test.name: test for test in serving.card.tests}
    after = {test.name: test for test in other.card.tests}
    # The newest decisions of one model are others than those of another.
    shared = [name for name in after if name in before and not name.startswith(NEWEST_DECISIONS)]
    pairs = [Pair(name, before[name], after[name]) for name in shared]
    by_serving = after.get(newest_decisions_by(serving.name))
    if by_serving and NEWEST_DECISIONS in after:
        pairs.insert(0, Pair(NEWEST_DECISIONS, by_serving, after[NEWEST_DECISIONS]))
    return pairs


def _drawn(card: Card) -> list[Drawn]:
    return [_drawn_test(test) for test in card.tests]


def _drawn_test(test: Trial) -> Drawn:
    if test.curves is None:
        return Drawn(test, (), None, None, ())
    points = [(point.recall, point.precision) for point in test.curves.precision_recall]
    caused = test.consequences
    return Drawn(
        trial=test,
        precision_recall=charts.dots(points),
        held=_mark(test, 1 - caused.bad_approved, caused.good_rejected + caused.good_reviewed),
        rejected=_mark(test, 1 - caused.bad_approved - caused.bad_reviewed, caused.good_rejected),
        reliability=_reliability(test),
    )


def _mark(test: Trial, of_bad: float, of_good: float) -> charts.Dot | None:
    """Say where a threshold is in the plot that takes such shares of the bad and of the good ones."""
    measured = test.measures.get("rejection")
    if measured is None or not of_bad:
        return None
    bad = of_bad * measured.positives
    good = of_good * (measured.rows - measured.positives)
    return charts.dots([(of_bad, bad / (bad + good))])[0] if bad else None


def _reliability(test: Trial) -> tuple[Reliability, ...]:
    bins = test.curves.calibration if test.curves else ()
    most = max((one.texts for one in bins), default=1)
    dots: Sequence[charts.Dot] = charts.dots([(one.said, one.found) for one in bins])
    found = []
    for dot, one in zip(dots, bins, strict=True):
        low, high = charts.dots([(0, share) for share in wilson(one.found, one.texts)])
        size = (one.texts / most) ** 0.5
        radius = round(_SMALLEST + (_LARGEST - _SMALLEST) * size, 1)
        found.append(Reliability(dot, low.top, high.top, radius))
    return tuple(found)
