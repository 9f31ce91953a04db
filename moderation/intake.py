"""Store what a site sends, once, with the verdict on it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Connection, and_, bindparam, or_, select, update
from sqlalchemy.orm import ClassManager, Session, joinedload, selectinload
from sqlalchemy.orm.attributes import manager_of_class

from moderation import addresses, chance, copies, history, urgency, waves
from moderation.draft import Draft, Submission
from moderation.refusal import Refusal
from moderation.rules import Case, History, Policy
from moderation.sketch import sketch
from moderation.store import Prepared, ask_together, put_together
from moderation.store.tables import (
    Comment,
    Decision,
    Facet,
    ShadowVerdict,
    Site,
    Sketch,
    StoredVerdict,
    WaitsFor,
)
from moderation.text import Normalised, detect, fingerprint, normalise
from moderation.verdict import Action, Opinion, Verdict

AKISMET_PREFIX = "akismet-"
"""Stands before the guid of a check that came from an Akismet client, to make the comment's id."""

AUDITS_AT_FIRST, AUDITS = 0.2, 0.05
"""Of automatic verdicts, how many a person checks where an owner chose nothing: first, and later.

What a model may decide alone is promised on checks. At one in a hundred, each check stands for so many
comments that a site waits for years, and each retrained model would leave everything to people.
"""
FIRST_COMMENTS = 1_000
"""So many comments of a site are its first ones."""

_SEND_AGAIN = "Another edit of {} arrived at the same moment. Send this one again."

# A client that heard no answer asks again at once, or after its time-out.
_RETRIED_WITHIN = timedelta(minutes=10)


class OtherContent(Refusal):
    """The id belongs to a comment with other content."""

    def __init__(self, stored: Comment) -> None:
        self.stored = stored
        super().__init__(f"{stored.external_id} is the id of other content. Only PUT edits a comment.")


class UnknownComment(Refusal):
    """The site sent no comment under that id."""

    def __init__(self, external_id: str) -> None:
        super().__init__(f"This site has sent no comment with the id {external_id}.")


class EditedMeanwhile(Refusal):
    """Two edits of one comment arrived at once, and the other was first."""


def find(session: Session, site: Site, external_id: str) -> Comment | None:
    """Return the latest edition under the site's id, with its verdict and decisions."""
    return session.scalar(
        select(Comment)
        .where(Comment.site_id == site.id, Comment.external_id == external_id)
        .order_by(Comment.edition.desc())
        .limit(1)
        .options(
            joinedload(Comment.verdict),
            selectinload(Comment.decisions).joinedload(Decision.moderator),
        )
    )


def latest(session: Session, site: Site, external_id: str) -> Comment:
    """Return the latest edition like `find`, or raise UnknownComment."""
    found = find(session, site, external_id)
    if found is None:
        raise UnknownComment(external_id)
    return found


def known(session: Session, site: Site, draft: Submission) -> Comment | None:
    """Return what was stored of `draft` before, or None.

    Raises OtherContent when its id belongs to a comment that says something else. What an author had
    erased comes back as it is: whatever it said, sending it again does not bring it back.
    """
    stored = find(session, site, draft.id)
    return stored and _unless_other(stored, draft)


def sent_before(
    session: Session, site: Site, draft: Submission, *, is_recheck: bool, now: datetime
) -> Comment | None:
    """Return the comment that a site without ids of its own sends once more, or None; the latest.

    A site that says so means a comment by the same author, from the same address, with the same
    text. One that does not say so retries what it sent a moment ago, unchanged.
    """
    rows = (
        select(Comment)
        .where(
            Comment.text_hash == fingerprint(normalise(draft.text)),
            Comment.site_id == site.id,
            Comment.author_email.is_not_distinct_from(draft.author.email),
            # However much of its address is stored.
            or_(
                Comment.author_ip.is_not_distinct_from(draft.author.ip),
                Comment.author_ip == addresses.shortened(draft).author.ip,
                and_(Comment.author_ip.is_(None), Comment.author_user_agent.is_(None)),
            ),
            Comment.superseded.is_(False),
        )
        .order_by(Comment.id.desc())
        .options(joinedload(Comment.verdict))
    )
    if is_recheck:
        return session.scalar(rows.limit(1))
    lately = session.scalars(rows.where(Comment.received_at > now - _RETRIED_WITHIN))
    return next((one for one in lately if _says_the_same(one, draft)), None)


def case(
    connection: Connection,
    site: Site,
    draft: Draft,
    policy: Policy,
    *,
    is_edit: bool = False,
    is_cut: bool = False,
    now: datetime,
) -> Case:
    """Prepare `draft` for judgement, with what the site saw before it."""
    prepared = Case.prepare(draft, policy, History())
    seen = history.read(connection, site, prepared, is_edit=is_edit, is_cut=is_cut, now=now)
    return prepared.but(history=seen)


def is_same(stored: Comment, draft: Submission) -> bool:
    """Whether `draft` says exactly what was stored."""
    return stored.content_hash in addresses.content_hashes(draft)


def record(
    session: Session,
    site: Site,
    draft: Submission,
    verdict: Verdict,
    *,
    opinion: Opinion | None = None,
    akismet_callback: str | None = None,
    now: datetime,
) -> tuple[Comment, bool]:
    """Store a new comment with its verdict; return it, and whether it was new.

    `opinion` is that of a model on trial, and `akismet_callback` where the blog's Akismet plugin is to
    hear of decisions on it.

    A draft that was stored before comes back as it was stored. Raises OtherContent when its id
    belongs to a comment that says something else.
    """
    comment = _insert(
        session,
        site,
        draft,
        verdict,
        opinion,
        edition=1,
        akismet_callback=akismet_callback,
        now=now,
    )
    if comment:
        return comment, True
    return _unless_other(latest(session, site, draft.id), draft), False


def replace(
    session: Session,
    site: Site,
    draft: Submission,
    verdict: Verdict,
    *,
    opinion: Opinion | None = None,
    now: datetime,
) -> tuple[Comment, bool]:
    """Store an edit as a further edition, like `record`; return the latest one, and whether it is new.

    Raises UnknownComment when there is nothing to edit, EditedMeanwhile when another edit won.
    """
    older = latest(session, site, draft.id)
    if is_same(older, draft):
        return older, False
    # Guards against a second editor; a moderator who decides on the old edition is told as well.
    superseded = session.execute(
        update(Comment)
        .where(Comment.id == older.id, Comment.superseded.is_(False))
        .values(superseded=True, waits_for=None)
    )
    if superseded.rowcount == 0:  # type: ignore[attr-defined]  # An UPDATE's result counts rows.
        newest = latest(session, site, draft.id)
        if is_same(newest, draft):
            return newest, False
        raise EditedMeanwhile(_SEND_AGAIN.format(draft.id))
    replacing = _insert(session, site, draft, verdict, opinion, edition=older.edition + 1, now=now)
    if replacing is None:
        raise EditedMeanwhile(_SEND_AGAIN.format(draft.id))
    return replacing, True


def comment_columns(
    site: Site,
    draft: Submission,
    verdict: Verdict,
    text: Normalised,
    *,
    opinion: Opinion | None = None,
    audits: float = 0.0,
    edition: int,
    now: datetime,
) -> dict[str, Any]:
    """Say what the row of a comment holds, for which the verdict holds; `text` is normalised.

    Of the IP address, a site may store the network only. With the probability `audits`, chance chooses
    an automatic verdict for a person's check.
    """
    kept = addresses.shortened(draft) if site.shortens_addresses else draft
    waits_for = _waits_for(site, draft, verdict, edition, audits)
    patience = urgency.FOR_A_CHECK
    if waits_for is WaitsFor.DECISION:
        is_disputed = opinion is not None and opinion.disputes(verdict)
        patience = urgency.patience(verdict, is_disputed=is_disputed)
    return {
        "site_id": site.id,
        "external_id": draft.id,
        "edition": edition,
        "text": draft.text,
        "author_name": draft.author.name,
        "author_email": draft.author.email,
        "author_url": draft.author.url,
        "author_ip": kept.author.ip,
        "author_user_agent": draft.author.user_agent,
        "author_id": draft.author.id,
        "form_honeypot": draft.form.honeypot,
        "form_seconds": draft.form.seconds,
        "page_url": draft.page.url,
        "page_title": draft.page.title,
        "page_published_at": draft.page.published_at,
        "parent_id": draft.parent_id,
        "submitted_at": draft.submitted_at,
        "received_at": now,
        "content_hash": addresses.content_hash(kept),
        "text_hash": fingerprint(text),
        "author_key": history.author_key(draft.author),
        "author_range": history.author_range(draft.author),
        "page_key": history.page_key(draft.page.url),
        "language": detect(text) or site.languages.partition(",")[0],
        "due_at": now + patience,
        "audit_share": audits if waits_for is WaitsFor.AUDIT else None,
        "outcome": verdict.action,
        "waits_for": waits_for,
    }


def verdict_columns(comment_id: int, verdict: Verdict) -> dict[str, Any]:
    """Say what the row of a comment's verdict holds."""
    return {
        "comment_id": comment_id,
        "action": verdict.action,
        "probability": verdict.probability,
        "scores": verdict.scores,
        "reasons": msgspec.to_builtins(verdict.reasons),
        "model": verdict.model,
        "policy": verdict.policy,
        "review_at": verdict.thresholds.review_at if verdict.thresholds else None,
        "reject_at": verdict.thresholds.reject_at if verdict.thresholds else None,
    }


def shadow_columns(comment_id: int, opinion: Opinion) -> dict[str, Any]:
    """Say what the row of a comment holds on which a model on trial has an opinion."""
    return {
        "comment_id": comment_id,
        "model": opinion.model,
        "action": opinion.action,
        "probability": opinion.probability,
    }


def sketch_columns(comment_id: int, numbers: Sequence[int]) -> list[dict[str, int]]:
    """Say what the rows of a comment's sketch hold."""
    return [{"number": number, "comment_id": comment_id} for number in numbers]


def facet_columns(comment_id: int, language: str, verdict: Verdict) -> list[dict[str, Any]]:
    """Say what the rows hold by which people find a comment: its language, and the verdict's reasons."""
    names = {f"language:{language}", *(f"reason:{reason.code}" for reason in verdict.reasons)}
    return [{"name": name, "comment_id": comment_id} for name in sorted(names)]


def _unless_other(stored: Comment, draft: Submission) -> Comment:
    if stored.erased_at is None and not is_same(stored, draft):
        raise OtherContent(stored)
    return stored


def _insert(
    session: Session,
    site: Site,
    draft: Submission,
    verdict: Verdict,
    opinion: Opinion | None,
    *,
    edition: int,
    akismet_callback: str | None = None,
    now: datetime,
) -> Comment | None:
    """Store an edition with all that belongs to it; return None where there is one already."""
    # What can be made out before is: others wait for as long as the transaction takes.
    text = normalise(draft.text)
    numbers = sketch(text)
    audits = 0.0
    if verdict.action is not Action.REVIEW:
        audits = _share_of_audits(session, site, draft, edition)
    columns = comment_columns(
        site, draft, verdict, text, opinion=opinion, audits=audits, edition=edition, now=now
    ) | {**_AT_FIRST, "akismet_callback": akismet_callback}
    sought = copies.sought(numbers, columns["text_hash"], waves.SHARE)
    # Not through the session, which would take several times as long.
    connection = session.connection()
    ((is_anything_alike,),), stored = ask_together(
        connection, (copies.ANYTHING, sought), (_INSERT_COMMENT, columns)
    )
    if not stored:
        return None
    ((comment_id,),) = stored
    if is_anything_alike:
        columns["wave_id"] = waves.join(
            connection, comment_id, sought, site_id=site.id, external_id=draft.id, now=now
        )
    judged = verdict_columns(comment_id, verdict)
    put_together(
        connection,
        (_INSERT_VERDICT, [judged]),
        (_INSERT_SKETCH, sketch_columns(comment_id, numbers)),
        (_INSERT_FACET, facet_columns(comment_id, columns["language"], verdict)),
        (_INSERT_SHADOW, [shadow_columns(comment_id, opinion)] if opinion else []),
    )
    return _as_stored(comment_id, columns, judged)


def _as_stored(comment_id: int, columns: dict[str, Any], judged: dict[str, Any]) -> Comment:
    """Return the comment that was just stored, as if it were loaded; it belongs to no session."""
    comment, verdict = _COMMENTS.new_instance(), _VERDICTS.new_instance()
    vars(verdict).update(judged)
    vars(comment).update(columns, id=comment_id, verdict=verdict, decisions=[])
    return comment


def _waits_for(
    site: Site, draft: Submission, verdict: Verdict, edition: int, audits: float
) -> WaitsFor | None:
    if verdict.action is Action.REVIEW:
        return WaitsFor.DECISION
    return WaitsFor.AUDIT if _is_drawn(audits, site, draft, edition) else None


def _is_drawn(share: float, site: Site, draft: Submission, edition: int) -> bool:
    return chance.falls(share, "audit", site.id, draft.id, edition)


def _share_of_audits(session: Session, site: Site, draft: Submission, edition: int) -> float:
    if site.audit_share is not None:
        return site.audit_share
    # What is not drawn by the larger share is not by the smaller one: most need not be counted for.
    if not _is_drawn(AUDITS_AT_FIRST, site, draft, edition):
        return AUDITS
    is_past = _LAST_OF_THE_FIRST.first(
        session.connection(), {"site": site.id, "before": FIRST_COMMENTS - 1}
    )
    return AUDITS if is_past else AUDITS_AT_FIRST


def _says_the_same(stored: Comment, draft: Submission) -> bool:
    return is_same(stored, msgspec.structs.replace(draft, id=stored.external_id))


# To make what was just stored without asking the database for it.
_COMMENTS: ClassManager[Comment] = manager_of_class(Comment)
_VERDICTS: ClassManager[StoredVerdict] = manager_of_class(StoredVerdict)

_AT_FIRST = {"revision": 0, "superseded": False}
"""What the row of a comment holds besides, as long as nobody decided."""

_LAST_OF_THE_FIRST = Prepared(
    select(Comment.id)
    .where(Comment.site_id == bindparam("site"))
    .order_by(Comment.id)
    .limit(1)
    .offset(bindparam("before"))
)
_INSERT_COMMENT = Prepared.insert_unless_there(Comment, besides={"erased_at", "kept_days", "wave_id"})
_INSERT_VERDICT = Prepared.insert(StoredVerdict)
_INSERT_SKETCH = Prepared.insert(Sketch)
_INSERT_FACET = Prepared.insert(Facet)
_INSERT_SHADOW = Prepared.insert(ShadowVerdict)
