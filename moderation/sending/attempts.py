"""One attempt to tell a site of a decision: claim, send, and note how it ended."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import structlog

from moderation import delivery, outgoing
from moderation.outgoing import Answer, Networks, NotAllowed, Unreachable
from moderation.sending import messages
from moderation.sending.messages import Message, Undeliverable
from moderation.store import Database
from moderation.store.tables import Delivery, Site

log = structlog.get_logger()

# A receiver that is being set up refuses for a minute what it takes afterwards.
_ATTEMPTS_WHERE_REFUSED = 3
# What passes by itself, besides everything from 500 on.
_PASSING = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})


@dataclass(frozen=True)
class _Failure:
    """Why an attempt failed, how many there may be, and before when there is no other."""

    problem: str
    most_attempts: int = delivery.MOST_ATTEMPTS
    not_before: datetime | None = None


def attempt(
    database: Database,
    site_id: int,
    allowed: Networks,
    *,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> bool:
    """Send what has been due longest of a site; return whether there was anything."""
    with database.writing() as session:
        claimed = delivery.claim(session, site_id, now=clock())
        session.commit()
    if claimed is None:
        return False
    failure = _send(claimed, allowed, now=clock())
    now = clock()
    with database.writing() as session:
        if failure is None:
            delivery.delivered(session, claimed, now=now)
            again = None
        else:
            again = delivery.failed(
                session,
                claimed,
                failure.problem,
                most_attempts=failure.most_attempts,
                not_before=failure.not_before,
                now=now,
            )
        session.commit()
    _log_attempt(claimed, failure, again)
    return True


def try_out(site: Site, allowed: Networks, *, now: datetime) -> str | None:
    """Send a signed example to a site's callback; return what is wrong, or None.

    Raises NoCallback.
    """
    failure = _exchange(messages.example(site, now=now), None, allowed, now=now)
    return failure.problem if failure else None


def _send(claimed: Delivery, allowed: Networks, *, now: datetime) -> _Failure | None:
    try:
        return _exchange(messages.of(claimed, now=now), claimed, allowed, now=now)
    except Undeliverable as error:
        return _Failure(str(error), most_attempts=1)
    # Whatever it is, the next delivery must not suffer from it, and this one must not be lost.
    except Exception:
        log.exception("delivery_broken", delivery_id=claimed.id)
        return _Failure("Something went wrong on our side. It was logged.")


def _exchange(
    message: Message, claimed: Delivery | None, allowed: Networks, *, now: datetime
) -> _Failure | None:
    try:
        answer = outgoing.post(message.place, message.body, message.headers, allowed=allowed)
    except NotAllowed as error:
        return _Failure(str(error), most_attempts=_ATTEMPTS_WHERE_REFUSED)
    except Unreachable as error:
        return _Failure(str(error))
    return _what_is_wrong(answer, claimed, now=now)


def _what_is_wrong(answer: Answer, claimed: Delivery | None, *, now: datetime) -> _Failure | None:
    said = f"It answered with status {answer.status}"
    if HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
        if claimed is None or messages.is_understood(claimed, answer.body):
            return None
        return _Failure(
            f"{said}, but not that it took the decision.", most_attempts=_ATTEMPTS_WHERE_REFUSED
        )
    if answer.status == HTTPStatus.GONE:
        return _Failure(f"{said}: nobody listens there any more.", most_attempts=1)
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR or answer.status in _PASSING:
        return _Failure(f"{said}.", not_before=_moment(answer.retry_after, now=now))
    is_redirect = HTTPStatus.MULTIPLE_CHOICES <= answer.status < HTTPStatus.BAD_REQUEST
    return _Failure(
        f"{said}; redirects are not followed." if is_redirect else f"{said}.",
        most_attempts=_ATTEMPTS_WHERE_REFUSED,
    )


def _moment(retry_after: str | None, *, now: datetime) -> datetime | None:
    """Read the header Retry-After: seconds, or a date. None where it is neither."""
    text = (retry_after or "").strip()
    # More digits are no pause that anybody waits for.
    if text.isascii() and text.isdecimal() and len(text) < len("1000000"):
        return now + timedelta(seconds=int(text))
    try:
        return parsedate_to_datetime(text).replace(tzinfo=UTC)
    except ValueError:
        return None


def _log_attempt(claimed: Delivery, failure: _Failure | None, again: datetime | None) -> None:
    about = {
        "delivery_id": claimed.id,
        "site_id": claimed.site_id,
        "receiver": claimed.receiver,
        "attempt": claimed.attempts,
    }
    if failure is None:
        log.info("delivered", **about)
    elif again:
        log.info("delivery_failed", **about, problem=failure.problem, again_at=again.isoformat())
    else:
        log.warning("delivery_given_up", **about, problem=failure.problem)
