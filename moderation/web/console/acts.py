"""Decide on many comments at once: choose them, look at them, decide, watch, stop, take back."""

from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import parse_qsl

import msgspec
from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from moderation import review
from moderation.review import acts, waves
from moderation.store.tables import Act, Role
from moderation.web.console.blueprint import Number, allowed, bp, frame, moderator
from moderation.web.console.buttons import Choice
from moderation.web.console.differing import differences
from moderation.web.parsing import LARGEST_NUMBER, field, form, query
from moderation.web.state import state

_SHOWN = 50
_EXAMPLES = 5
# Whoever means more than these means a rule.
_MOST_CHOSEN = 100_000
_READ_AT_ONCE = 5_000

ActNumber = f"<int(max={LARGEST_NUMBER}):act_id>"


class AfterQuery(msgspec.Struct, frozen=True):
    """The comment that was skipped last, or after which a list goes on."""

    after: Number | None = None


class WaveForm(Choice, frozen=True, kw_only=True):
    """A button, and what the page knew of the wave."""

    upto: Number
    known: Number


class ChosenForm(msgspec.Struct, frozen=True):
    """Which comments: the question that found them, where not each was chosen by itself."""

    found: Annotated[str, msgspec.Meta(max_length=4_000)] | None = None


@bp.get(f"/waves/<int(max={LARGEST_NUMBER}):wave_id>")
def wave(wave_id: int) -> str:
    """Show the comments of a wave that wait, with what differs between them."""
    asked = query(AfterQuery)
    with state().database.reading() as db:
        found = waves.look(db, wave_id, allowed())
        first = review.comment(db, wave_id)
        listed = waves.listed(db, wave_id, allowed(), limit=_SHOWN, after=asked.after or 0)
        return render_template(
            "console/wave.html",
            wave=found,
            first=first,
            listed=[(one, differences(first.text, one.text)) for one in listed],
            older=listed[-1].id if len(listed) == _SHOWN else None,
            may_decide=allowed().is_at_least(Role.MODERATOR),
            **frame(db),
        )


@bp.post(f"/waves/<int(max={LARGEST_NUMBER}):wave_id>/decision")
def decide_wave(wave_id: int) -> Response:
    """Decide on all of a wave that waited when the page was made."""
    given = form(WaveForm)
    now = datetime.now(UTC)
    with state().database.writing() as db:
        seen = waves.seen(db, wave_id, allowed(), upto=given.upto, known=given.known)
        act = acts.plan(db, moderator(), seen, access=allowed(), now=now)
        acts.choose(db, act, moderator(), given.action(), given.reason(), now=now)
        acts.go_on(db, act, moderator(), now=now)
        db.commit()
        return lead_on(db, act)


@bp.post("/bulk")
def bulk() -> Response:
    """Write down which comments were chosen, and show them before anything is decided.

    `chosen` is ID:REVISION, once for each; `found` the query of a search, for all that it finds.
    """
    given = form(ChosenForm)
    now = datetime.now(UTC)
    with state().database.writing() as db:
        seen = _chosen() if given.found is None else _found(db, given.found, now)
        act = acts.plan(db, moderator(), seen, access=allowed(), now=now)
        db.commit()
    return redirect(url_for("console.act", act_id=act.id), code=303)


@bp.get(f"/acts/{ActNumber}")
def act(act_id: int) -> str:
    """Show an act: what it is to decide on, how far it is, or what it did and left alone."""
    asked = query(AfterQuery)
    with state().database.reading() as db:
        found = acts.find(db, act_id, allowed())
        todo = acts.pending(db, found)
        is_own = found.moderator_id == moderator().id
        is_done = not todo and (found.action is not None or found.undoes_id is not None)
        return render_template(
            "console/act.html",
            act=found,
            todo=todo,
            is_own=is_own,
            is_done=is_done,
            examples=acts.covered(db, found, limit=_EXAMPLES) if is_own and not is_done else [],
            done=acts.decided(db, found, allowed(), limit=_SHOWN) if is_done else [],
            left_alone=acts.left_alone(db, found) if is_done else [],
            may_decide=allowed().is_at_least(Role.MODERATOR),
            after=asked.after,
            **frame(db),
        )


@bp.post(f"/acts/{ActNumber}/decision")
def decide_act(act_id: int) -> Response:
    """Say what an act decides, and begin."""
    given = form(Choice)
    now = datetime.now(UTC)
    with state().database.writing() as db:
        found = acts.own(db, act_id, moderator())
        acts.choose(db, found, moderator(), given.action(), given.reason(), now=now)
        acts.go_on(db, found, moderator(), now=now)
        db.commit()
    return redirect(url_for("console.act", act_id=act_id), code=303)


@bp.post(f"/acts/{ActNumber}/step")
def step(act_id: int) -> Response:
    """Go on with the next comments of an act."""
    with state().database.writing() as db:
        found = acts.own(db, act_id, moderator())
        acts.go_on(db, found, moderator(), now=datetime.now(UTC))
        db.commit()
    return redirect(url_for("console.act", act_id=act_id), code=303)


@bp.post(f"/acts/{ActNumber}/stop")
def stop(act_id: int) -> Response:
    """Let an act do no more."""
    with state().database.writing() as db:
        found = acts.own(db, act_id, moderator())
        acts.stop(db, found)
        db.commit()
        if found.action is None and found.undoes_id is None:
            return redirect(url_for("console.queue"), code=303)
    return redirect(url_for("console.act", act_id=act_id), code=303)


@bp.post(f"/acts/{ActNumber}/undo")
def undo_act(act_id: int) -> Response:
    """Take back all decisions of an act that still hold."""
    now = datetime.now(UTC)
    with state().database.writing() as db:
        begun = acts.take_back_act(db, act_id, moderator(), access=allowed(), now=now)
        acts.go_on(db, begun, moderator(), now=now)
        db.commit()
    return redirect(url_for("console.act", act_id=begun.id), code=303)


def lead_on(db: Session, done: Act, *, after: int | None = None) -> Response:
    """Lead to the next comment that waits, or to the act where there is more to do or to say."""
    if done.left_alone or acts.pending(db, done):
        return redirect(url_for("console.act", act_id=done.id, after=after), code=303)
    return redirect(url_for("console.next_comment", after=after), code=303)


def _chosen() -> dict[int, int]:
    """What the checkboxes say: each comment with the revision that the page showed."""
    chosen: list[str] = field(list[_Pair], request.form.getlist("chosen"))
    pairs = (one.split(":") for one in chosen)
    return {int(number): int(revision) for number, revision in pairs}


def _found(db: Session, asked: str, now: datetime) -> dict[int, int]:
    wanted: review.Wanted = field(review.Wanted, dict(parse_qsl(asked.removeprefix("?"))))
    seen: dict[int, int] = {}
    after = None
    while len(seen) < _MOST_CHOSEN:
        found = review.ids(db, wanted, access=allowed(), limit=_READ_AT_ONCE, after=after, now=now)
        seen.update(found)
        if len(found) < _READ_AT_ONCE:
            break
        after = found[-1][0]
    return seen


_Pair = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,9}:[0-9]{1,9}\Z")]
