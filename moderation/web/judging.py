"""What every dialect does with a draft: read what judging needs, judge, store.

A dialect turns its own request into a draft and the outcome into its own answer; no policy, no
query and no scoring lives there. The transactions stand here, once for all dialects: scoring
happens between them, so that it keeps no other writer waiting.
"""

from datetime import UTC, datetime
from functools import partial
from typing import NamedTuple

import structlog
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from moderation import intake, limits, review, sites
from moderation.draft import Draft, Submission
from moderation.judgement import NotScored, Scorer, judge, judge_beside
from moderation.rules import Case
from moderation.store.tables import Comment, Decision, RejectionReason, Site
from moderation.verdict import Action, Opinion, Verdict
from moderation.web.metrics import judging_takes, note_judged
from moderation.web.state import state

log = structlog.get_logger()

# Clients without ids give up early, and some publish what they have heard nothing of.
_PATIENCE = 1.0


class Plugin(NamedTuple):
    """The blog's Akismet plugin: where it waits to be told, and the key that it must be shown then."""

    callback: str
    key: str


def submit(
    site: Site,
    draft: Submission,
    *,
    is_cut: bool = False,
    plugin: Plugin | None = None,
    patience: float | None = None,
) -> tuple[Comment, bool]:
    """Judge and store a new comment; return it, and whether it was new.

    `is_cut` says that the draft does not hold all that was sent. With `patience`, other writers are
    waited for that many seconds at most, and nothing is stored when they take longer.
    """
    with state().database.looking_up() as connection:
        case = _case(connection, site, draft, is_cut=is_cut)
        if case.history.is_known and (stored := intake.known(Session(connection), site, draft)):
            return stored, False
        _check_limit(connection, site)
    verdict, opinion = _judge(site, case)

    def store(session: Session) -> tuple[Comment, bool]:
        comment, is_new = intake.record(
            session,
            site,
            draft,
            verdict,
            opinion=opinion,
            akismet_callback=plugin.callback if plugin else None,
            now=datetime.now(UTC),
        )
        if plugin:
            sites.keep_akismet_key(session, site, plugin.key)
        _count(session, site, is_new=is_new)
        return comment, is_new

    comment, is_new = state().database.write(store, patience=patience)
    _tell_judged(site, comment, is_new=is_new)
    return comment, is_new


def check(
    site: Site,
    draft: Submission,
    *,
    is_recheck: bool,
    is_cut: bool = False,
    plugin: Plugin | None = None,
) -> Comment:
    """Judge and store a comment of a site that has no ids, or return it as it holds by now.

    The draft's id is ours; a comment that was sent before keeps the id that it was given then.
    `is_recheck` says that the site itself calls it sent before.
    """
    with state().database.reading() as session:
        known = intake.sent_before(session, site, draft, is_recheck=is_recheck, now=datetime.now(UTC))
    if known:
        log.info("comment_asked_again", comment_id=known.id, action=known.outcome)
        return known
    comment, _ = submit(site, draft, is_cut=is_cut, plugin=plugin, patience=_PATIENCE)
    return comment


def report(
    site: Site,
    draft: Submission,
    reporter: str,
    action: Action,
    reason: RejectionReason | None,
    *,
    is_cut: bool = False,
) -> None:
    """Note what somebody at a site without ids decided on a comment; store it if it is new."""
    comment = check(site, draft, is_recheck=True, is_cut=is_cut)
    _report(comment, reporter, action, reason)


def label(site: Site, draft: Submission, reporter: str, action: Action) -> None:
    """Note what somebody at the site decided on a comment by its id; store it if it is new.

    Raises OtherContent when the id is that of another text.
    """
    with state().database.reading() as session:
        known = intake.find(session, site, draft.id)
    if known and known.erased_at is None and known.text != draft.text:
        raise intake.OtherContent(known)
    _report(known or submit(site, draft)[0], reporter, action, None)


def edit(site: Site, draft: Submission) -> tuple[Comment, bool]:
    """Judge and store an edit; return the latest edition, and whether it is new."""
    with state().database.reading() as session:
        latest = intake.latest(session, site, draft.id)
        if intake.is_same(latest, draft):
            return latest, False
        case = _case(session.connection(), site, draft, is_edit=True)
    verdict, opinion = _judge(site, case)
    with state().database.writing() as session:
        comment, is_new = intake.replace(
            session, site, draft, verdict, opinion=opinion, now=datetime.now(UTC)
        )
        _count(session, site, is_new=is_new)
        session.commit()
    _tell_judged(site, comment, is_new=is_new)
    return comment, is_new


def scorer(site: Site) -> Scorer:
    """Return the classifier that serves a site that wants its scores alone, or raise NotScored."""
    serving = state().serving.current(site)
    if serving is None:
        raise NotScored("There is no classifier to ask now.")
    return serving


def assess(site: Site, draft: Draft, *, is_cut: bool = False) -> Verdict:
    """Judge a draft without storing anything."""
    with state().database.looking_up() as connection:
        case = _case(connection, site, draft, is_cut=is_cut)
    return _verdict(site, case)


def _check_limit(connection: Connection, site: Site) -> None:
    """Refuse before it is judged what would be one too many."""
    if most := state().settings.comments_a_minute:
        limits.check(connection, site.id, most=most, now=datetime.now(UTC))


def _count(session: Session, site: Site, *, is_new: bool) -> None:
    """Count what is about to be stored; refuse one too many."""
    most = state().settings.comments_a_minute
    if most and is_new:
        limits.count(session, site.id, most=most, now=datetime.now(UTC))


def _judge(site: Site, case: Case) -> tuple[Verdict, Opinion | None]:
    """Judge what is stored then, and ask the model on trial, where one is, what it would have said."""
    serving = state().serving
    verdict = _verdict(site, case)
    shadow = serving.shadow(site)
    if shadow is None:
        return verdict, None
    failed = partial(serving.shadow_failed, shadow.version)
    return verdict, judge_beside(case, verdict, shadow, failed=failed)


def _verdict(site: Site, case: Case) -> Verdict:
    with judging_takes.time():
        return judge(case, state().serving.current(site))


def _report(comment: Comment, reporter: str, action: Action, reason: RejectionReason | None) -> None:
    try:
        decision = _append(comment, reporter, action, reason)
    except review.Conflict:
        # Somebody decided at the same moment. This came after, and so it is what holds.
        decision = _append(comment, reporter, action, reason)
    if decision:
        log.info("comment_reported", comment_id=comment.id, action=action)


def _append(
    comment: Comment, reporter: str, action: Action, reason: RejectionReason | None
) -> Decision | None:
    with state().database.writing() as session:
        decision = review.report(session, comment.id, reporter, action, reason, now=datetime.now(UTC))
        session.commit()
    return decision


def _case(
    connection: Connection, site: Site, draft: Draft, *, is_edit: bool = False, is_cut: bool = False
) -> Case:
    policies = state().policies
    policy = policies.at_hand(site) or policies.of(Session(connection), site)
    return intake.case(
        connection, site, draft, policy, is_edit=is_edit, is_cut=is_cut, now=datetime.now(UTC)
    )


def _tell_judged(site: Site, comment: Comment, *, is_new: bool) -> None:
    if is_new:
        note_judged(site.name, comment.verdict.action)
        log.info(
            "comment_judged",
            comment_id=comment.id,
            edition=comment.edition,
            action=comment.verdict.action,
            probability=comment.verdict.probability,
            model=comment.verdict.model,
            policy=comment.verdict.policy,
        )
