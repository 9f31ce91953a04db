"""Say what the rows of a comment hold, in every table that has some."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from moderation import addresses, history, urgency
from moderation.draft import Submission
from moderation.intake import audits
from moderation.store.tables import Site, WaitsFor
from moderation.text import Normalised, detect, fingerprint
from moderation.verdict import Action, Opinion, Verdict


def comment_columns(
    site: Site,
    draft: Submission,
    verdict: Verdict,
    text: Normalised,
    *,
    opinion: Opinion | None = None,
    audit_share: float = 0.0,
    edition: int,
    now: datetime,
) -> dict[str, Any]:
    """Say what the row of a comment holds, for which the verdict holds; `text` is normalised.

    Of the IP address, a site may store the network only. Chance chooses an automatic verdict for a
    person's check with the probability `audit_share`.
    """
    kept = addresses.shortened(draft) if site.shortens_addresses else draft
    waits_for = _waits_for(site, draft, verdict, edition, audit_share)
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
        "audit_share": audit_share if waits_for is WaitsFor.AUDIT else None,
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


def _waits_for(
    site: Site, draft: Submission, verdict: Verdict, edition: int, audit_share: float
) -> WaitsFor | None:
    if verdict.action is Action.REVIEW:
        return WaitsFor.DECISION
    return WaitsFor.AUDIT if audits.is_drawn(audit_share, site, draft, edition) else None
