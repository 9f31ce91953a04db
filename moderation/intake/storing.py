"""Store what a site sends, once, with the verdict on it."""

from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import ClassManager, Session
from sqlalchemy.orm.attributes import manager_of_class

from moderation import copies, waves
from moderation.draft import Submission
from moderation.intake import audits
from moderation.intake.finding import is_same, latest, unless_other
from moderation.intake.rows import (
    comment_columns,
    facet_columns,
    shadow_columns,
    sketch_columns,
    verdict_columns,
)
from moderation.refusal import Refusal
from moderation.sketch import sketch
from moderation.store import Prepared, ask_together, put_together
from moderation.store.tables import Comment, Facet, ShadowVerdict, Site, Sketch, StoredVerdict
from moderation.text import normalise
from moderation.verdict import Action, Opinion, Verdict

_SEND_AGAIN = "Another edit of {} arrived at the same moment. Send this one again."


class EditedMeanwhile(Refusal):
    """Two edits of one comment arrived at once, and the other was first."""


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
    return unless_other(latest(session, site, draft.id), draft), False


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
    connection = session.connection()
    audit_share = 0.0
    if verdict.action is not Action.REVIEW:
        audit_share = audits.share(connection, site, draft, edition)
    columns = comment_columns(
        site, draft, verdict, text, opinion=opinion, audit_share=audit_share, edition=edition, now=now
    ) | {**_AT_FIRST, "akismet_callback": akismet_callback}
    sought = copies.sought(numbers, columns["text_hash"], waves.SHARE)
    # Not through the session, which would take several times as long.
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


# To make what was just stored without asking the database for it.
_COMMENTS: ClassManager[Comment] = manager_of_class(Comment)
_VERDICTS: ClassManager[StoredVerdict] = manager_of_class(StoredVerdict)

_AT_FIRST = {"revision": 0, "superseded": False}
"""What the row of a comment holds besides, as long as nobody decided."""
_INSERT_COMMENT = Prepared.insert_unless_there(
    Comment, ("site_id", "external_id", "edition"), besides={"erased_at", "kept_days", "wave_id"}
)
_INSERT_VERDICT = Prepared.insert(StoredVerdict)
_INSERT_SKETCH = Prepared.insert(Sketch)
_INSERT_FACET = Prepared.insert(Facet)
_INSERT_SHADOW = Prepared.insert(ShadowVerdict)
