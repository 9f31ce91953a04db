"""What every dialect shares: whose key it is, and how a draft is judged and stored.

A dialect turns its own request into a draft and the outcome into its own answer; no policy, no
query and no scoring lives there.
"""

from datetime import UTC, datetime
from http import HTTPStatus

import structlog

from moderation import intake, sites
from moderation.draft import Draft, Submission
from moderation.judgement import judge
from moderation.rules import Case
from moderation.store.tables import Comment, Site
from moderation.verdict import Verdict
from moderation.web.problem import Refused
from moderation.web.state import state

log = structlog.get_logger()


def site_of(key: str | None) -> Site:
    """Return the site that `key` belongs to, or refuse."""
    if key:
        with state().database.reading() as session:
            site = sites.by_key(session, key)
        if site:
            return site
    raise Refused(
        HTTPStatus.UNAUTHORIZED,
        "unknown_key",
        "Send your site's key: Authorization: Bearer KEY" if not key else "No site has this key.",
        {"WWW-Authenticate": "Bearer"},
    )


def submit(site: Site, draft: Submission) -> tuple[Comment, bool]:
    """Judge and store a new comment; return it, and whether it was new."""
    with state().database.reading() as session:
        stored = intake.find(session, site, draft.id)
    if stored:
        if not intake.is_same(stored, draft):
            raise intake.OtherContent(stored)
        return stored, False
    verdict = assess(site, draft)
    with state().database.writing() as session:
        comment, is_new = intake.record(session, site, draft, verdict, now=datetime.now(UTC))
        session.commit()
    _log_judged(comment, verdict)
    return comment, is_new


def edit(site: Site, draft: Submission) -> tuple[Comment, bool]:
    """Judge and store an edit; return the latest edition, and whether it is new."""
    verdict = assess(site, draft, is_edit=True)
    with state().database.writing() as session:
        comment, is_new = intake.replace(session, site, draft, verdict, now=datetime.now(UTC))
        session.commit()
    _log_judged(comment, verdict)
    return comment, is_new


def assess(site: Site, draft: Draft, *, is_edit: bool = False) -> Verdict:
    """Judge a draft without storing anything.

    Reads first, judges outside of any transaction: scoring must not keep other writers waiting.
    """
    with state().database.reading() as session:
        policy = state().policies.of(session, site)
        history = intake.history(session, site, draft, is_edit=is_edit)
    return judge(Case.prepare(draft, policy, history), state().serving.current())


def _log_judged(comment: Comment, verdict: Verdict) -> None:
    log.info(
        "comment_judged",
        comment_id=comment.id,
        edition=comment.edition,
        action=verdict.action,
        probability=verdict.probability,
        model=verdict.model,
        policy=verdict.policy,
    )
