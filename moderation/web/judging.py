"""What every dialect does with a draft: read what judging needs, judge, store.

A dialect turns its own request into a draft and the outcome into its own answer; no policy, no
query and no scoring lives there. The transactions stand here, once for all dialects: scoring
happens between them, so that it keeps no other writer waiting.
"""

from datetime import UTC, datetime

import structlog
from sqlalchemy.orm import Session

from moderation import intake, review
from moderation.draft import Draft, Submission
from moderation.judgement import NotScored, Scorer, judge
from moderation.rules import Case
from moderation.store.tables import Comment, Site
from moderation.verdict import Action, Verdict
from moderation.web.state import state

log = structlog.get_logger()


def submit(site: Site, draft: Submission) -> tuple[Comment, bool]:
    """Judge and store a new comment; return it, and whether it was new."""
    with state().database.reading() as session:
        stored = intake.known(session, site, draft)
        if stored:
            return stored, False
        case = _case(session, site, draft)
    verdict = judge(case, state().serving.current())
    with state().database.writing() as session:
        comment, is_new = intake.record(session, site, draft, verdict, now=datetime.now(UTC))
        session.commit()
    _log_judged(comment, is_new=is_new)
    return comment, is_new


def edit(site: Site, draft: Submission) -> tuple[Comment, bool]:
    """Judge and store an edit; return the latest edition, and whether it is new."""
    with state().database.reading() as session:
        latest = intake.latest(session, site, draft.id)
        if intake.is_same(latest, draft):
            return latest, False
        case = _case(session, site, draft, is_edit=True)
    verdict = judge(case, state().serving.current())
    with state().database.writing() as session:
        comment, is_new = intake.replace(session, site, draft, verdict, now=datetime.now(UTC))
        session.commit()
    _log_judged(comment, is_new=is_new)
    return comment, is_new


def report(site: Site, draft: Submission, *, reporter: str, action: Action) -> None:
    """Store what `reporter` decided at the site, and the comment itself unless it is known.

    Reporting the same again is harmless. Raises OtherContent when the id is that of another text.
    """
    with state().database.reading() as session:
        known = intake.find(session, site, draft.id)
    if known and known.text != draft.text:
        raise intake.OtherContent(known)
    comment = known or submit(site, draft)[0]
    with state().database.writing() as session:
        review.report(session, comment.id, reporter, action, now=datetime.now(UTC))
        session.commit()


def scorer() -> Scorer:
    """Return the classifier that serves, for those who want its scores alone, or raise NotScored."""
    serving = state().serving.current()
    if serving is None:
        raise NotScored("There is no classifier to ask now.")
    return serving


def assess(site: Site, draft: Draft) -> Verdict:
    """Judge a draft without storing anything."""
    with state().database.reading() as session:
        case = _case(session, site, draft)
    return judge(case, state().serving.current())


def _case(session: Session, site: Site, draft: Draft, *, is_edit: bool = False) -> Case:
    policy = state().policies.of(session, site)
    return intake.case(session, site, draft, policy, is_edit=is_edit, now=datetime.now(UTC))


def _log_judged(comment: Comment, *, is_new: bool) -> None:
    if is_new:
        log.info(
            "comment_judged",
            comment_id=comment.id,
            edition=comment.edition,
            action=comment.verdict.action,
            probability=comment.verdict.probability,
            model=comment.verdict.model,
            policy=comment.verdict.policy,
        )
