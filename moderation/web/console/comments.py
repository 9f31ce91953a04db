"""One comment on a page, the evidence beside it, and the decision on it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from itertools import pairwise
from typing import Annotated, Literal

import msgspec
from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from moderation import moderators, review
from moderation.review import acts, context, waves
from moderation.store.tables import Comment, Role, WaitsFor
from moderation.verdict import Action, Foretold
from moderation.web.console.acts import lead_on
from moderation.web.console.aside import beside
from moderation.web.console.blueprint import NextQuery, Number, allowed, bp, frame, moderator, needs
from moderation.web.console.buttons import Choice
from moderation.web.console.differing import Stretch, differences
from moderation.web.console.marking import marked, veiled, words
from moderation.web.console.unseen import legend, readable
from moderation.web.parsing import LARGEST_NUMBER, form, query
from moderation.web.state import state

_UNDONE = {
    Action.REVIEW: lazy_gettext("Your undo is on record. The comment waits again."),
    Action.APPROVE: lazy_gettext("Your undo is on record. The comment is approved again."),
    Action.REJECT: lazy_gettext("Your undo is on record. The comment is rejected again."),
}

bp.add_app_template_filter(readable)
bp.add_app_template_filter(veiled)


# Likelier than all other reasons together.
_WORTH_SUGGESTING = 0.5


class CommentQuery(NextQuery, frozen=True, kw_only=True):
    """What was skipped last, and whether to show what is blurred."""

    shown: Annotated[int, msgspec.Meta(ge=0, le=1)] = 0


class DecisionForm(Choice, frozen=True, kw_only=True):
    """A button, what the page showed, and what was skipped."""

    seen: Number
    after: Number | None = None
    # Whether to decide on the others of its wave that wait as well, and what was known of them.
    together: Literal["1"] | None = None
    upto: Number = 0
    known: Number = 0


class BlurForm(msgspec.Struct, frozen=True):
    """Whether to blur slurs and threats from now on."""

    blurs: Annotated[int, msgspec.Meta(ge=0, le=1)]


@bp.get(f"/comments/<int(max={LARGEST_NUMBER}):comment_id>")
def comment(comment_id: int) -> str:
    """Show a comment, why it waits, what stands around it, and what was decided."""
    asked = query(CommentQuery)
    with state().database.reading() as db:
        found = review.comment(db, comment_id)
        verdict = found.verdict.value()
        around = context.read(db, found, allowed())
        foretold = [one for signal in verdict.reasons for one in signal.foretold]
        weighty = words(found.text, verdict.reasons)
        pieces = marked(found.text, verdict.reasons)
        hidden = {piece.text for piece in pieces if piece.is_veiled}
        is_veiled = moderator().blurs and not asked.shown
        return render_template(
            "console/comment.html",
            comment=found,
            verdict=verdict,
            pieces=pieces,
            legend=legend(found.text),
            weighty=weighty,
            foretold=foretold,
            suggested=_suggested(found, foretold),
            habits=[habit for signal in verdict.reasons for habit in signal.habits],
            hidden=hidden,
            is_veiled=is_veiled,
            around=around,
            changes=_changes(found, around),
            latest=around.editions[-1] if found.superseded and around.editions else found,
            wave=_wave(db, found),
            is_blind=review.hides_first_opinion(found, allowed()),
            after=asked.after,
            **beside(db, found),
            **frame(db),
        )


@bp.post(f"/comments/<int(max={LARGEST_NUMBER}):comment_id>/decision")
def decide(comment_id: int) -> Response:
    """Decide on a comment and go on to the next that waits after what was skipped."""
    given = form(DecisionForm)
    if given.together:
        return _decide_together(comment_id, given)
    with state().database.writing() as db:
        review.decide(
            db,
            comment_id,
            moderator(),
            given.action(),
            given.reason(),
            seen=given.seen,
            now=datetime.now(UTC),
        )
        db.commit()
    return redirect(url_for("console.next_comment", after=given.after), code=303)


@bp.post(f"/decisions/<int(max={LARGEST_NUMBER}):decision_id>/undo")
def undo(decision_id: int) -> Response:
    """Take a decision back and show its comment; of an act, take back all of its decisions."""
    now = datetime.now(UTC)
    with state().database.writing() as db:
        act_id = review.act_of(db, decision_id)
        if act_id is not None:
            act = acts.take_back_act(db, act_id, moderator(), access=allowed(), now=now)
            acts.go_on(db, act, moderator(), now=now)
            db.commit()
            return redirect(url_for("console.act", act_id=act.id), code=303)
        undone = review.undo(db, decision_id, moderator(), now=now)
        db.commit()
    flash(_UNDONE[undone.action])
    return redirect(url_for("console.comment", comment_id=undone.comment_id), code=303)


@bp.post(f"/comments/<int(max={LARGEST_NUMBER}):comment_id>/blurs")
@needs(Role.READER)
def blurs(comment_id: int) -> Response:
    """Blur slurs and threats from now on, or no longer, and show the comment again."""
    given = form(BlurForm)
    with state().database.writing() as db:
        moderators.prefer(db, moderator().id, blurs=bool(given.blurs), language=moderator().language)
        db.commit()
    flash(
        _("Slurs and threats are blurred for you until you ask for them.")
        if given.blurs
        else _("Nothing is blurred for you any more.")
    )
    return redirect(url_for("console.comment", comment_id=comment_id), code=303)


@bp.errorhandler(review.Conflict)
def conflict(found: review.Conflict) -> tuple[str, HTTPStatus]:
    """Say what happened to the comment since its page was loaded."""
    return render_template("console/conflict.html", conflict=found), HTTPStatus.CONFLICT


def _decide_together(comment_id: int, given: DecisionForm) -> Response:
    now = datetime.now(UTC)
    with state().database.writing() as db:
        found = review.comment(db, comment_id)
        seen = {comment_id: given.seen}
        if found.wave_id is not None:
            seen = waves.seen(db, found.wave_id, allowed(), upto=given.upto, known=given.known) | seen
        act = acts.plan(db, moderator(), seen, access=allowed(), now=now)
        acts.choose(db, act, moderator(), given.action(), given.reason(), now=now)
        acts.go_on(db, act, moderator(), now=now)
        db.commit()
        return lead_on(db, act, after=given.after)


def _suggested(found: Comment, foretold: Sequence[Foretold]) -> Foretold | None:
    """The reason to mark on the buttons. A look that chance asked for is to be a person's own."""
    if not foretold or found.waits_for is not WaitsFor.DECISION:
        return None
    return foretold[0] if foretold[0].share >= _WORTH_SUGGESTING else None


def _wave(db: Session, found: Comment) -> waves.Wave | None:
    """The wave of a comment, as far as others of it wait; of an older edition, there is none."""
    if found.wave_id is None or found.superseded:
        return None
    return waves.look(db, found.wave_id, allowed(), besides=found.id)


def _changes(found: Comment, around: context.Context) -> list[tuple[int, datetime, list[Stretch]]]:
    """Each edition after the first: its number, when it came, and what had changed; the latest first."""
    editions: list[Comment | context.Glimpse] = [*around.editions, found]
    # That a text is gone is no change that its author made.
    every = [(one.edition, one.received_at, one.text) for one in editions if one.erased_at is None]
    return [
        (edition, received_at, differences(older, newer))
        for (*_rest, older), (edition, received_at, newer) in pairwise(sorted(every))
    ][::-1]
