"""What lists of comments show beside the comments: filters, and what makes a comment urgent."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flask import current_app
from flask_babel import LazyString, format_timedelta, lazy_gettext
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from moderation import review, sites, urgency
from moderation.review import Row, Wanted, claims
from moderation.store.tables import Comment, Role, WaitsFor
from moderation.urgency import Ground
from moderation.verdict import Action
from moderation.web.console import filtering
from moderation.web.console.blueprint import allowed, bp
from moderation.web.console.filters import percent

ROWS = 25
"""How many comments stand on a page."""

# Beyond so many, nobody reads on, and counting them all would take its time.
_COUNTED = 250
# In hours.
_AGES = (1, 6, 24, 3 * 24, 7 * 24, 30 * 24)

_ATTRIBUTES: dict[str, LazyString] = {
    "toxicity": lazy_gettext("toxicity"),
    "severe_toxicity": lazy_gettext("severe toxicity"),
    "obscene": lazy_gettext("obscenity"),
    "threat": lazy_gettext("a threat"),
    "insult": lazy_gettext("an insult"),
    "identity_attack": lazy_gettext("an attack on a group"),
    "spam": lazy_gettext("spam"),
}

DISPUTES: dict[tuple[Action, Action], LazyString] = {
    (Action.REVIEW, Action.APPROVE): lazy_gettext(
        "A model on trial would publish this; the serving one asks."
    ),
    (Action.REVIEW, Action.REJECT): lazy_gettext(
        "A model on trial would reject this; the serving one asks."
    ),
    (Action.APPROVE, Action.REVIEW): lazy_gettext(
        "A model on trial would ask; the serving one published this."
    ),
    (Action.APPROVE, Action.REJECT): lazy_gettext(
        "A model on trial would reject this; the serving one published it."
    ),
    (Action.REJECT, Action.REVIEW): lazy_gettext(
        "A model on trial would ask; the serving one rejected this."
    ),
    (Action.REJECT, Action.APPROVE): lazy_gettext(
        "A model on trial would publish this; the serving one rejected it."
    ),
}
"""What is said where two models disagree, by what the serving one says and what the other would."""


def shown(db: Session, wanted: Wanted, *, now: datetime) -> dict[str, Any]:
    """Read a part of a list, and what can be done with it."""
    found = review.listed(db, wanted, access=allowed(), limit=ROWS, now=now)
    every_site = [site for site in sites.every(db) if allowed().covers(site.id)]
    known = review.facets(db)
    backlog = None
    if wanted.is_of_the_queue:
        is_empty = not found.rows and wanted.after is None
        backlog = (
            review.Backlog(0, None)
            if is_empty
            else review.backlog(db, wanted, access=allowed(), now=now)
        )
        count = review.Count(backlog.number)
    else:
        count = review.count(db, wanted, access=allowed(), most=_COUNTED, now=now)
    return {
        "wanted": wanted,
        "rows": found.rows,
        "found": count,
        "backlog": backlog,
        "opened_at": claims.opened_at,
        "may_choose": "console.bulk" in current_app.view_functions
        and allowed().is_at_least(Role.MODERATOR),
        "shows_waves": "console.wave" in current_app.view_functions,
        "more": wanted.asked(after=found.last) if found.last is not None else None,
        "sites": every_site,
        "reasons": known.reasons,
        "languages_of_comments": {code: filtering.language(code) for code in known.languages},
        "ages": {hours: filtering.age(hours) for hours in _AGES},
        "active": filtering.active(wanted, every_site, list(found.rows)),
        "is_narrowed": filtering.narrowed(wanted),
    }


def why_first(row: Row) -> str:
    """Say in a sentence why the first comment of the queue is the first."""
    return _because(row.comment, _from_now(row.comment.due_at))


@bp.app_template_filter()
def urgent(comment: Comment) -> list[str]:
    """Say in a few words each what makes a comment in the queue urgent."""
    told = [_("due %(when)s", when=_from_now(comment.due_at))]
    if comment.waits_for is WaitsFor.DECISION:
        verdict = comment.verdict
        told += (
            _BRIEFLY[ground](comment) for ground in urgency.grounds(verdict.probability, verdict.scores)
        )
    return told


@bp.app_template_filter()
def disputed(comment: Comment) -> LazyString | None:
    """Say in a sentence what a model on trial would do with a comment otherwise, where it would.

    Whoever checks a decision shall not be told: it would sway the check.
    """
    is_checked = comment.waits_for in {WaitsFor.AUDIT, WaitsFor.SECOND_OPINION}
    if is_checked or not comment.is_disputed or comment.shadow is None:
        return None
    return DISPUTES[comment.verdict.action, comment.shadow.action]


def _because(comment: Comment, when: str) -> str:
    verdict = comment.verdict
    grounds = urgency.grounds(verdict.probability, verdict.scores, is_disputed=comment.is_disputed)
    ground = next(iter(grounds), None)
    told: str
    if comment.waits_for is WaitsFor.AUDIT:
        told = _(
            "First comes the comment due %(when)s: it is a check of what the service did.", when=when
        )
    elif comment.waits_for is WaitsFor.SECOND_OPINION:
        told = _("First comes the comment due %(when)s: a second opinion on it is wanted.", when=when)
    elif ground is Ground.UNJUDGED:
        told = _("First comes the comment due %(when)s: the service could not judge it.", when=when)
    elif ground is Ground.DISPUTE:
        told = _(
            "First comes the comment due %(when)s: a model on trial disagrees with the serving one.",
            when=when,
        )
    elif ground is Ground.HARM:
        told = _(
            "First comes the comment due %(when)s: it may be %(what)s (%(share)s).",
            when=when,
            **_worst(comment),
        )
    elif ground is Ground.DOUBT:
        told = _("First comes the comment due %(when)s: the service finds it hard to tell.", when=when)
    else:
        told = _(
            "First comes the comment due %(when)s: it is not urgent, but has waited its time.", when=when
        )
    return told


def _worst(comment: Comment) -> dict[str, str]:
    scores = comment.verdict.scores
    attribute = urgency.worst(scores) or ""
    return {
        "what": str(_ATTRIBUTES.get(attribute, attribute)),
        "share": percent(scores.get(attribute, 0.0)),
    }


def _from_now(when: datetime) -> str:
    written: str = format_timedelta(when - datetime.now(UTC), add_direction=True)
    return written


_BRIEFLY: dict[Ground, Callable[[Comment], str]] = {
    Ground.UNJUDGED: lambda _comment: _("could not be judged"),
    Ground.HARM: lambda comment: _("%(what)s %(share)s", **_worst(comment)),
    Ground.DOUBT: lambda _comment: _("hard to tell"),
}
