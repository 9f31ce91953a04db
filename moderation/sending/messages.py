"""What is said to whom: callbacks signed as Standard Webhooks has it, and what Akismet takes."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib import metadata
from typing import Annotated, Any

import msgspec

from moderation import sites
from moderation.callbacks import SECRET_PREFIX, NoCallback, secret
from moderation.feedback import FeedEntry
from moderation.intake import AKISMET_PREFIX
from moderation.outgoing import BadCallback, Place
from moderation.store.tables import Decision, Delivery, Receiver, Site
from moderation.verdict import Action

_USER_AGENT = f"comment-moderation/{metadata.version('comment-moderation')}"


class Undeliverable(Exception):
    """There is nobody who could be told, or nothing to tell; the message is a sentence that says why."""


class DecidedComment(FeedEntry, frozen=True, kw_only=True):
    """An entry of the feed, and its place there."""

    position: Annotated[
        int | None, msgspec.Meta(description="Grows with each decision on the site's comments.")
    ]


@dataclass(frozen=True)
class Message:
    """What is sent where."""

    place: Place
    body: bytes
    headers: Mapping[str, str]


def of(delivery: Delivery, *, now: datetime) -> Message:
    """Write the message of a delivery, or raise Undeliverable."""
    try:
        if delivery.receiver is Receiver.AKISMET:
            return _akismet(delivery)
        return _callback(
            delivery.site,
            f"decision-{delivery.decision_id}",
            "comment.decided",
            _decided(delivery.decision),
            happened_at=delivery.decision.decided_at,
            now=now,
        )
    except (BadCallback, NoCallback) as error:
        raise Undeliverable(str(error)) from None


def example(site: Site, *, now: datetime) -> Message:
    """Write a message that says nothing, to try a site's callback; raises NoCallback or BadCallback."""
    return _callback(site, f"test-{int(now.timestamp())}", "test", {}, happened_at=now, now=now)


def is_understood(delivery: Delivery, body: bytes) -> bool:
    """Whether an answer with success says that the message was taken.

    A site's callback says all with its status; Akismet's plugin has a word for each comment.
    """
    if delivery.receiver is not Receiver.AKISMET:
        return True
    try:
        answer = msgspec.json.decode(body, type=_AkismetAnswer)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    told = answer.comments.get(_guid(delivery.decision))
    return told is not None and told.status == "success"


class _AkismetWord(msgspec.Struct):
    status: str


class _AkismetAnswer(msgspec.Struct):
    comments: dict[str, _AkismetWord]


def _callback(
    site: Site,
    message_id: str,
    kind: str,
    data: DecidedComment | dict[str, Any],
    *,
    happened_at: datetime,
    now: datetime,
) -> Message:
    signed_with = secret(site)
    # The same at each attempt; only the headers say when it was made.
    body = msgspec.json.encode({"type": kind, "timestamp": happened_at, "data": data})
    timestamp = str(int(now.timestamp()))
    return Message(
        place=Place.of(site.callback_url or ""),
        body=body,
        headers=_headers()
        | {
            "webhook-id": message_id,
            "webhook-timestamp": timestamp,
            "webhook-signature": _signature(signed_with, f"{message_id}.{timestamp}.", body),
        },
    )


def _signature(signed_with: str, head: str, body: bytes) -> str:
    key = base64.b64decode(signed_with.removeprefix(SECRET_PREFIX))
    digest = hmac.new(key, head.encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def _decided(decision: Decision) -> DecidedComment:
    return DecidedComment(**msgspec.structs.asdict(FeedEntry.of(decision)), position=decision.position)


def _akismet(delivery: Delivery) -> Message:
    comment, site = delivery.decision.comment, delivery.site
    if comment.superseded:
        raise Undeliverable("The comment was edited since, and the new edition is decided by itself.")
    if site.akismet_key is None:
        raise Undeliverable("The blog's plugin wants to be shown the site's key, which is not kept yet.")
    place = Place.of(comment.akismet_callback or "")
    # It came with the comment, so whoever knows the key could name any server.
    if not sites.is_own_address(site, comment.akismet_callback or ""):
        raise Undeliverable(f"The plugin's address is at {place.host}, and the site itself is not.")
    result = "true" if delivery.decision.action is Action.REJECT else "false"
    body = msgspec.json.encode(
        {
            "key": site.akismet_key,
            "endpoint": "comment-check",
            "comments": [{"guid": _guid(delivery.decision), "result": result}],
        }
    )
    # The header keeps the plugin from reporting the change back as its moderator's.
    return Message(place=place, body=body, headers=_headers() | {"X-Akismet-Webhook": "1"})


def _guid(decision: Decision) -> str:
    return decision.comment.external_id.removeprefix(AKISMET_PREFIX)


def _headers() -> dict[str, str]:
    return {"Content-Type": "application/json", "User-Agent": _USER_AGENT}
